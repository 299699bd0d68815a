import { mapConcurrently } from '../map-concurrently.ts';
import { ROWS_IN_A_ROW } from '../run/breaker.ts';
import type { RunControl } from '../run/control.ts';
import type { Candidate, Restored } from './restored.ts';

export interface RestorePass {
  readonly restore: (candidate: Candidate) => Promise<Restored>;
  readonly concurrency: number;
  readonly control: RunControl;
  readonly onEnded?: ((restored: Restored) => void) | undefined;
}

export interface RestoredFile {
  readonly candidate: Candidate;
  readonly restored: Restored;
}

/** How far ahead of the slowest file others may go, for each request in flight. */
const AHEAD = 4;

/**
 * Restores files with at most `concurrency` in flight, and gives their results
 * in the order of the candidates. Every candidate has a result, after a stop too.
 */
export async function* restorePass(
  candidates: AsyncIterable<Candidate>,
  { restore, concurrency, control, onEnded }: RestorePass,
): AsyncGenerator<RestoredFile> {
  let unheard = 0;
  const one = async (candidate: Candidate): Promise<RestoredFile> => {
    const restored = await restore(candidate);
    if (restored.heard !== undefined) unheard = restored.heard ? 0 : unheard + 1;
    if (unheard >= ROWS_IN_A_ROW) {
      control.stop(
        'no_answers',
        'Ten files in a row ended without one trustworthy answer. Look at the server, the network or the proxy, then run restore again.',
      );
    }
    onEnded?.(restored);
    return { candidate, restored };
  };
  yield* mapConcurrently(candidates, { concurrency, window: concurrency * AHEAD }, one);
}
