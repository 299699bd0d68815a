import { isFileTrouble } from '../files/file-errors.ts';
import type { SendWatermark } from '../journal/send-watermark.ts';
import { encodeOutcome } from '../journal/line-codec.ts';
import { ManifestChangedError } from '../manifest/fingerprint.ts';
import type { LookedBatch } from '../rows/look.ts';
import type { Outcome } from '../rows/outcome.ts';
import type { Target } from '../rows/target.ts';
import { STOP_SENTENCES, type Breaker } from './breaker.ts';
import type { RunControl } from './control.ts';
import { deleteRow } from './delete-row.ts';
import { needsVerifying, type DeleteContext } from './row-progress.ts';
import type { RowToDelete } from './row-source.ts';
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
 * The deleting pass: rows in, outcomes into the journal. Workers pull rows from
 * one source, each with one row in hand: the first of them alone until REDCap
 * itself has answered a deletion (a wrong token must not send a whole pool of
 * requests), then `concurrency` of them. Where the rows cannot be read on, the
 * run stops, and those in hand come to their end.
 */
export async function deleteRows(
  batches: AsyncIterable<readonly RowToDelete[]>,
  options: DeleteRowsOptions,
): Promise<void> {
  const { concurrency, breaker, verifier, watermark, probe, limit, onEnded } = options;
  const { control, journal } = options.context;
  const bugs: unknown[] = [];
  const fail = (error: unknown): void => {
    bugs.push(error);
    control.stop('interrupted', 'the run ended early');
  };
  const silence = createSilence({
    look: probe,
    onSilent: () => {
      control.stop('no_answers', STOP_SENTENCES.no_answers);
    },
    onBug: fail,
  });
  const context: DeleteContext = {
    ...options.context,
    server: { confirmed: false },
    paused: () => silence.deciding ?? verifier?.pause(),
  };
  let inHand = 0;
  let sent = 0;
  let rowEnded: (() => void) | undefined;

  /** Waits for a place under `--limit`, which a row that ends unsent gives back. False: all of them are used up. */
  const hasPlace = async (): Promise<boolean> => {
    while (limit !== undefined && inHand + sent >= limit) {
      if (sent >= limit) return false;
      await new Promise<void>((resolve) => {
        rowEnded = resolve;
      });
    }
    return true;
  };

  /** The rows in turn, each as soon as it may be sent. One not begun gets no line, and is "not attempted" by that. */
  async function* rowsInTurn(): AsyncGenerator<RowToDelete, void, undefined> {
    for await (const batch of untilUnreadable(batches, control)) {
      for (const row of batch) {
        if (control.reason === undefined && !(await hasPlace())) {
          control.stop('limit', STOP_SENTENCES.limit);
        }
        while (control.reason === undefined) {
          const ready = silence.deciding ?? verifier?.ready() ?? watermark?.cover(row.row);
          if (ready === undefined) break;
          await ready;
        }
        if (control.reason !== undefined) return;
        inHand += 1;
        yield row;
      }
      if (control.reason !== undefined) return;
    }
  }

  const deleteOne = async (row: RowToDelete): Promise<void> => {
    let wasSent = false;
    try {
      const { outcome, confirmed } = await deleteRow(row, context);
      wasSent = outcome.attempts > (row.earlier?.attempts ?? 0);
      const due = needsVerifying(row, outcome);
      journal.append(encodeOutcome(row.row, outcome, due));
      onEnded?.(row.row, outcome);
      silence.finished(row.target, outcome, confirmed);
      const stop = breaker.finished(outcome);
      if (stop !== undefined) control.stop(stop.code, stop.message);
      if (due) verifier?.add({ row: row.row, target: row.target, seen: row.seen, outcome });
    } finally {
      inHand -= 1;
      if (wasSent) sent += 1;
      rowEnded?.();
    }
  };

  const rows = rowsInTurn();
  const workers: Promise<void>[] = [];
  const work = async (): Promise<void> => {
    try {
      for await (const row of rows) {
        await deleteOne(row).catch(fail);
        while (context.server.confirmed && workers.length < concurrency) workers.push(work());
      }
    } catch (error) {
      fail(error);
    }
  };
  workers.push(work());
  // Those that are hired meanwhile are waited for too.
  for (const worker of workers) await worker;
  // The last ten of a run: what the look says decides whether the run stops or is verified.
  await silence.deciding;
  if (bugs.length > 0) throw bugs[0];
}

/** Where the rows cannot be read on, the run stops: nothing more is sent. */
async function* untilUnreadable(
  batches: AsyncIterable<readonly RowToDelete[]>,
  control: RunControl,
): AsyncGenerator<readonly RowToDelete[], void, undefined> {
  try {
    yield* batches;
  } catch (error) {
    if (error instanceof ManifestChangedError) control.stop('manifest_changed', error.message);
    else if (isFileTrouble(error)) {
      control.stop('interrupted', `The rows could not be read on: ${error.message}`);
    } else throw error;
  }
}
