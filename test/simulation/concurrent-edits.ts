import { redesign } from './design.ts';
import type { Planned } from './draw-design.ts';
import { currentFile, type Places } from './places.ts';
import type { ConcurrentEdit } from './scenario.ts';
import { shortly } from './deletion.ts';
import type { Environment } from './environment.ts';

/** Lets other people upload, replace and remove files while the run goes on. */
export function editConcurrently(
  environment: Environment,
  places: Places,
  concurrentEdits: readonly ConcurrentEdit[],
): { leave(): void } {
  const cancels = concurrentEdits.map((edit) =>
    environment.after(edit.afterMs, () => {
      act(environment, places, edit);
    }),
  );
  return {
    leave() {
      for (const cancel of cancels) cancel();
    },
  };
}

/** Lets designers change the project; `onChange` is called each time they did. */
export function redesignConcurrently(
  environment: Environment,
  places: Places,
  planned: readonly Planned[],
  onChange: () => void,
): { leave(): void } {
  const cancels = planned.map(({ afterMs, change }) =>
    environment.after(afterMs, () => {
      const removed = redesign(places.design, change);
      for (const place of places.all) {
        if (place.cell.event === removed?.id) places.remove(place, environment.now, false);
      }
      environment.note(`designers: ${JSON.stringify(change)}`);
      onChange();
    }),
  );
  return {
    leave() {
      for (const cancel of cancels) cancel();
    },
  };
}

function act(
  environment: Environment,
  places: Places,
  { what, target, name }: ConcurrentEdit,
): void {
  const place = places.of(target);
  if (place === undefined) return;
  const holds = currentFile(place) !== undefined;
  switch (what) {
    case 'upload':
      if (holds) return;
      places.put(place, name, environment.now);
      break;
    case 'replace':
      if (!holds) return;
      places.put(place, name, environment.now);
      break;
    case 'remove':
      if (!holds) return;
      places.remove(place, environment.now, false);
      break;
    case 'remove_record':
      for (const one of places.all) {
        if (one.cell.record !== target.record) continue;
        places.remove(one, environment.now, false);
        one.missing = '';
      }
      places.goneRecords.add(target.record);
      break;
    case 'mark_missing': {
      const code = places.design.missingCodes.at(-1);
      if (code === undefined || places.goneRecords.has(target.record)) return;
      places.remove(place, environment.now, false);
      place.missing = code;
    }
  }
  environment.note(`people: ${what} ${shortly(target)} ${name}`);
}
