import type { SendWatermark } from '../journal/send-watermark.ts';
import { encodeOutcome } from '../journal/line-codec.ts';
import type { LookedBatch } from '../rows/look.ts';
import type { Outcome } from '../rows/outcome.ts';
import type { Target } from '../rows/target.ts';
import { STOP_SENTENCES, type Breaker } from './breaker.ts';
import { deleteRow } from './delete-row.ts';
import { needsVerifying, type DeleteContext } from './row-progress.ts';
import type { RowToDelete } from './row-source.ts';
import { collectBugs, settleRows } from './settle-rows.ts';
import { createSilence } from './silence.ts';
import type { Verifier } from './verify.ts';

export interface DeleteRowsOptions {
  readonly context: Omit<DeleteContext, 'server' | 'paused'>;
  /** Rows in hand at most. */
  readonly concurrency: number;
  readonly breaker: Breaker;
  readonly verifier: Verifier | undefined;
  /** Absent where each row's line is on the disk before its request leaves. */
  readonly watermark: SendWatermark | undefined;
  /** Looks that settle no row, to tell a silent server from silent answers; absent where the run makes no looks. */
  readonly probe: ((targets: readonly Target[]) => Promise<LookedBatch>) | undefined;
  /** `--limit`: rows that may be sent. */
  readonly limit: number | undefined;
  readonly onEnded?: ((row: number, outcome: Outcome) => void) | undefined;
}

/**
 * The deleting pass. The first worker is alone until REDCap itself has
 * answered a deletion (a wrong token must not send a whole pool of requests),
 * then there are `concurrency` of them.
 */
export async function deleteRows(
  batches: AsyncIterable<readonly RowToDelete[]>,
  options: DeleteRowsOptions,
): Promise<void> {
  const { concurrency, breaker, verifier, watermark, probe, limit, onEnded } = options;
  const { control, journal } = options.context;
  const bugs = collectBugs(control);
  const silence = createSilence({
    look: probe,
    onSilent: () => {
      control.stop('no_answers', STOP_SENTENCES.no_answers);
    },
    onBug: bugs.add,
  });
  const context: DeleteContext = {
    ...options.context,
    server: { confirmed: false },
    paused: () => silence.deciding ?? verifier?.pause(),
  };
  await settleRows(batches, {
    control,
    bugs,
    silence,
    concurrency,
    hires: () => context.server.confirmed,
    ready: ({ row }) => verifier?.ready() ?? watermark?.cover(row),
    async settle(row) {
      const { outcome, confirmed } = await deleteRow(row, context);
      const due = needsVerifying(row, outcome);
      journal.append(encodeOutcome(row.row, outcome, due));
      onEnded?.(row.row, outcome);
      silence.finished(row.target, outcome, confirmed);
      const stop = breaker.finished(outcome);
      if (stop !== undefined) control.stop(stop.code, stop.message);
      if (due) verifier?.add({ row: row.row, target: row.target, seen: row.seen, outcome });
      return outcome.attempts > (row.earlier?.attempts ?? 0);
    },
    limit,
    limitReached: STOP_SENTENCES.limit,
  });
}
