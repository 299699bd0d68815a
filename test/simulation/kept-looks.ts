import type { Target } from '../../src/rows/target.ts';
import type { LookedBatch } from '../../src/rows/look.ts';
import { blame, type Game } from './game.ts';
import { contradicts } from './place-audit.ts';
import { keyOf } from './places.ts';

type LookAt = (targets: readonly Target[]) => Promise<LookedBatch>;

/** Looks whose results the audits keep, row by row; one that cannot be read says nothing. */
export function keepLooks(game: Game, process: number, look: LookAt): LookAt {
  return async (targets) => {
    const beganAt = game.world.now;
    const looked = await look(targets);
    game.lookedAt.push({ process, beganAt, kind: looked.kind });
    // What an overtaken session sees on its way out stands nowhere.
    if (looked.kind === 'stopped' || game.overtaken.has(process)) return looked;
    for (const [index, target] of targets.entries()) {
      const row = game.rowOf.get(keyOf(target));
      const seen =
        looked.kind === 'looked'
          ? looked.looks[index]
          : ({ kind: 'nothing', why: looked.message } as const);
      if (row === undefined || seen === undefined) continue;
      if (looked.kind === 'looked' && seen.kind === 'gone' && game.model !== undefined) {
        if (
          isEarlyStructure(game, row) &&
          contradicts(looked.rowsOf(target.record), target, game.model)
        ) {
          blame(game, `a look at row ${row} said "gone", and the export contradicts the structure`);
        }
      }
      if ('moved' in seen) noteMoved(game, process, target);
      const taken = { process, beganAt, endedAt: game.world.now, look: seen };
      const known = game.looks.get(row);
      if (known === undefined) game.looks.set(row, [taken]);
      else known.push(taken);
    }
    return looked;
  };
}

/** The structure has stayed as the check read it, but for the places of other rows, or has just changed. */
function isEarlyStructure(game: Game, row: number): boolean {
  const { scenario } = game;
  return scenario.redesigns.length <= 1 && (game.placeHistory.get(row)?.length ?? 0) > 1;
}

/** From now on the command knows of every row at that place. */
function noteMoved(game: Game, process: number, { event, field }: Target): void {
  for (const [key, row] of game.rowOf) {
    const [, otherField, otherEvent] = key.split('\n');
    if (otherField !== field || otherEvent !== event || game.moved.get(row)?.process === process) {
      continue;
    }
    game.moved.set(row, { process, at: game.world.now });
  }
}
