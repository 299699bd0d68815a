import type { Target } from '../../src/manifest/target.ts';
import type { LookedBatch } from '../../src/project/look-batch.ts';
import type { Game } from './game.ts';
import { keyOf } from './places.ts';

type LookAt = (targets: readonly Target[]) => Promise<LookedBatch>;

/** Looks whose results the audits keep, row by row; one that cannot be read says nothing. */
export function keepLooks(game: Game, process: number, look: LookAt): LookAt {
  return async (targets) => {
    const beganAt = game.world.now;
    const looked = await look(targets);
    if (looked.kind === 'stopped') return looked;
    for (const [index, target] of targets.entries()) {
      const row = game.rowOf.get(keyOf(target));
      const seen =
        looked.kind === 'looked'
          ? looked.looks[index]
          : ({ kind: 'nothing', why: looked.message } as const);
      if (row === undefined || seen === undefined) continue;
      const taken = { process, beganAt, endedAt: game.world.now, look: seen };
      const known = game.looks.get(row);
      if (known === undefined) game.looks.set(row, [taken]);
      else known.push(taken);
    }
    return looked;
  };
}
