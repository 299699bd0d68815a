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
        if (one.target.record !== target.record) continue;
        places.remove(one, world.now, false);
        one.missing = false;
      }
      places.goneRecords.add(target.record);
  }
  world.note(`people: ${what} ${shortly(target)} ${name}`);
}
