import { isFileTrouble } from '../files/file-errors.ts';
import { encodeOutcome } from '../journal/line-codec.ts';
import type { Mark } from '../journal/mark.ts';
import { ManifestChangedError } from '../manifest/held-file.ts';
import type { Target } from '../rows/target.ts';
import type { LookedBatch } from '../rows/look.ts';
import { STOP_SENTENCES, type Breaker } from './breaker.ts';
import type { DeleteContext, Ended } from './delete-context.ts';
import { deleteRow } from './delete-row.ts';
import { needsVerifying } from './end-row.ts';
import type { Outcome } from '../rows/outcome.ts';
import { createSilence } from './silence.ts';
import { createTickets } from './tickets.ts';
import { createTrust } from './trust.ts';
import type { Verifier } from './verify.ts';
import type { WorkRow } from './work.ts';

export interface PassOptions {
  readonly context: Omit<DeleteContext, 'trust'>;
  readonly concurrency: number;
  readonly breaker: Breaker;
  readonly verifier: Verifier | undefined;
  readonly mark: Mark | undefined;
  /** Looks that settle no row, to tell a silent server from silent answers; absent where the run makes no looks. */
  readonly ask: ((targets: readonly Target[]) => Promise<LookedBatch>) | undefined;
  /** `--limit`: rows that may be sent. */
  readonly limit: number | undefined;
  readonly onEnded?: (row: number, outcome: Outcome) => void;
}

/**
 * The deleting pass: rows in, outcomes into the journal, at most `concurrency`
 * rows under way. A row that ends begins the next one by itself; rows are read
 * on when those at hand are used up, and where they cannot be, the run stops.
 */
export async function deletePass(
  rows: AsyncIterable<readonly WorkRow[]>,
  options: PassOptions,
): Promise<void> {
  const { concurrency, breaker, verifier, mark, ask, limit, onEnded } = options;
  const { control, journal } = options.context;
  let atOnce = 1;
  // Nothing is begun here: the row that earned it may stop the run when it ends, and then begins the next ones.
  const trust = createTrust(() => {
    atOnce = concurrency;
  });
  const context: DeleteContext = {
    ...options.context,
    trust,
    held: () => silence.deciding ?? verifier?.doubting(),
  };
  const tickets = createTickets(limit);
  let batch: readonly WorkRow[] = [];
  let next = 0;
  let underway = 0;
  /** The next row has its ticket. */
  let ticketed = false;
  /** The next row waits, for looks or for the disk. */
  let held = false;
  /** No further row is begun. */
  let over = false;
  let bug: unknown;
  let wake: (() => void) | undefined;

  const fail = (error: unknown): void => {
    bug ??= error;
    over = true;
    control.stop('interrupted', 'the run ended early');
  };

  const silence = createSilence({
    look: ask,
    onSilent: () => {
      control.stop('no_answers', STOP_SENTENCES.no_answers);
    },
    onBug: fail,
  });

  const end = (sent: boolean): void => {
    tickets.giveBack(sent);
    underway -= 1;
    begin();
  };

  const settle = (work: WorkRow, { outcome, trusted }: Ended): void => {
    const sent = outcome.attempts > (work.prior?.attempts ?? 0);
    try {
      const due = needsVerifying(work, outcome);
      journal.append(encodeOutcome(work.row, outcome, due));
      onEnded?.(work.row, outcome);
      silence.finished(work.target, outcome, trusted);
      const stop = breaker.finished(outcome);
      if (stop !== undefined) control.stop(stop.code, stop.message);
      if (due) verifier?.add({ row: work.row, target: work.target, seen: work.seen, outcome });
    } catch (error) {
      fail(error);
    }
    end(sent);
  };

  const breakOff = (error: unknown): void => {
    fail(error);
    end(false);
  };

  const start = (work: WorkRow): void => {
    underway += 1;
    void deleteRow(work, context).then((ended) => {
      settle(work, ended);
    }, breakOff);
  };

  /** Takes a ticket for the next row, where there is one. */
  const hasTicket = (): boolean => {
    if (ticketed) return true;
    ticketed = tickets.take();
    if (!ticketed && tickets.spent) {
      control.stop('limit', STOP_SENTENCES.limit);
      over = true;
    }
    return ticketed;
  };

  const holdUntil = (ready: Promise<void>): void => {
    held = true;
    void ready.catch(fail).finally(() => {
      held = false;
      begin();
    });
  };

  /** Begins as many rows as may be under way. One not begun gets no line, and is "not attempted" by that. */
  const begin = (): void => {
    for (;;) {
      if (control.reason !== undefined) over = true;
      const work = batch[next];
      if (over || held || underway >= atOnce || work === undefined || !hasTicket()) break;
      const ready = silence.deciding ?? verifier?.ready() ?? mark?.cover(work.row);
      if (ready !== undefined) {
        holdUntil(ready);
        break;
      }
      ticketed = false;
      next += 1;
      start(work);
    }
    if (over || underway === 0 || next >= batch.length) wake?.();
  };

  const change = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });

  try {
    for await (const fresh of rows) {
      batch = fresh;
      next = 0;
      begin();
      while (!over && next < batch.length) await change();
      if (over) break;
    }
  } catch (error) {
    // The rows under way come to their end all the same, and nothing more is sent.
    if (error instanceof ManifestChangedError) {
      over = true;
      control.stop('manifest_changed', error.message);
    } else if (isFileTrouble(error)) {
      over = true;
      control.stop('interrupted', `The rows could not be read on: ${error.message}`);
    } else fail(error);
  }
  while (underway > 0) await change();
  // The last ten of a run: what the look says decides whether the run stops or is verified.
  await silence.deciding;
  if (bug !== undefined) throw bug;
}
