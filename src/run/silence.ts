import type { Target } from '../rows/target.ts';
import type { LookedBatch } from '../rows/look.ts';
import { ROWS_IN_A_ROW } from './breaker.ts';
import type { Outcome } from '../rows/outcome.ts';

/** Ten rows in a row without one trustworthy answer: is the server silent, or only its answers to deletions? */
export interface Silence {
  /** Counts a row that reached the deleting pass, in the order in which rows finish. */
  finished(target: Target, outcome: Outcome, confirmed: boolean): void;
  /** While a look is out that decides whether the run goes on. Never rejects; nothing is sent until it resolves. */
  readonly deciding: Promise<void> | undefined;
}

interface SilenceOptions {
  /** Looks at those rows, and settles none; absent where the run makes no looks. */
  readonly look: ((targets: readonly Target[]) => Promise<LookedBatch>) | undefined;
  readonly onSilent: () => void;
  readonly onBug: (error: unknown) => void;
}

/**
 * A look that says anything of one of these rows comes from a server that
 * works, and verification settles them: the count starts anew. One that cannot
 * be read, or says nothing, is silence.
 */
export function createSilence({ look, onSilent, onBug }: SilenceOptions): Silence {
  let rows: Target[] = [];
  let deciding: Promise<void> | undefined;

  const decide = async (ask: NonNullable<SilenceOptions['look']>): Promise<void> => {
    const looked = await ask(rows.slice());
    // A row in flight may have had its answer meanwhile.
    if (looked.kind === 'stopped' || rows.length < ROWS_IN_A_ROW) return;
    if (saysAnything(looked)) rows = [];
    else onSilent();
  };

  return {
    finished(target, { status }, confirmed) {
      if (confirmed) {
        rows = [];
        return;
      }
      if (status === 'not_attempted') return;
      rows.push(target);
      if (rows.length < ROWS_IN_A_ROW || deciding !== undefined) return;
      if (look === undefined) {
        onSilent();
        return;
      }
      deciding = decide(look)
        .catch(onBug)
        .finally(() => {
          deciding = undefined;
        });
    },
    get deciding() {
      return deciding;
    },
  };
}

function saysAnything(looked: LookedBatch): boolean {
  return (
    looked.kind === 'looked' && looked.looks.some(({ kind }) => kind === 'gone' || kind === 'there')
  );
}
