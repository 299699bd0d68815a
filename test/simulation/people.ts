import { redesign } from './design.ts';
import type { Planned } from './draw-design.ts';
import { currentFile, type Places } from './places.ts';
import type { Meddling } from './scenario.ts';
import { shortly } from './deletion.ts';
import type { World } from './world.ts';

/** Lets other people upload, replace and remove files while the run goes on. */
export function letPeopleMeddle(
  world: World,
  places: Places,
  people: readonly Meddling[],
): { leave(): void } {
  const cancels = people.map((meddling) =>
    world.after(meddling.afterMs, () => {
      act(world, places, meddling);
    }),
  );
  return {
    leave() {
      for (const cancel of cancels) cancel();
    },
  };
}

/** Lets designers change the project; `onChange` is told of each moment at which they did. */
export function letDesignersWork(
  world: World,
  places: Places,
  planned: readonly Planned[],
  onChange: () => void,
): { leave(): void } {
  const cancels = planned.map(({ afterMs, change }) =>
    world.after(afterMs, () => {
      const removed = redesign(places.design, change);
      for (const place of places.all) {
        if (place.cell.event === removed?.id) places.remove(place, world.now, false);
      }
      world.note(`designers: ${JSON.stringify(change)}`);
      onChange();
    }),
  );
  return {
    leave() {
      for (const cancel of cancels) cancel();
    },
  };
}

function act(world: World, places: Places, { what, target, name }: Meddling): void {
  const place = places.of(target);
  if (place === undefined) return;
  const holds = currentFile(place) !== undefined;
  switch (what) {
    case 'upload':
      if (holds) return;
      places.put(place, name, world.now);
      break;
    case 'replace':
      if (!holds) return;
      places.put(place, name, world.now);
      break;
    case 'remove':
      if (!holds) return;
      places.remove(place, world.now, false);
      break;
    case 'remove_record':
      for (const one of places.all) {
        if (one.cell.record !== target.record) continue;
        places.remove(one, world.now, false);
        one.missing = '';
      }
      places.goneRecords.add(target.record);
      break;
    case 'mark_missing': {
      const code = places.design.missingCodes.at(-1);
      if (code === undefined || places.goneRecords.has(target.record)) return;
      places.remove(place, world.now, false);
      place.missing = code;
    }
  }
  world.note(`people: ${what} ${shortly(target)} ${name}`);
}
