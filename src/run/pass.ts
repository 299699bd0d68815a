import { encodeOutcome } from '../journal/outcome-lines.ts';
import type { Mark } from '../journal/mark.ts';
import type { Breaker } from './breaker.ts';
import type { DeleteContext } from './delete-context.ts';
import { deleteRow } from './delete-row.ts';
import { needsVerifying } from './end-row.ts';
import type { Outcome } from './outcome.ts';
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
  /** `--limit`: rows that may be sent. */
  readonly limit: number | undefined;
  readonly onEnded?: (row: number, outcome: Outcome) => void;
}

export const STOP_SENTENCES = {
  no_answers:
    'Ten rows in a row ended without one trustworthy answer. Look at the server, the network or the proxy, then resume.',
  not_deleting:
    'The server says that it deletes, and the files are still there: ten rows in a row. Ask the REDCap administrator before you resume.',
  max_failures: 'So many rows failed that the run stops, as --max-failures asks.',
  limit: 'The pilot is done: as many rows were sent as --limit allows.',
} as const;

/**
 * The deleting pass: rows in, outcomes into the journal, at most `concurrency`
 * rows under way, and never more than a window of rows read ahead.
 */
export async function deletePass(
  rows: AsyncIterable<readonly WorkRow[]>,
  options: PassOptions,
): Promise<void> {
  const { concurrency, breaker, verifier, mark, limit, onEnded } = options;
  const { control, journal } = options.context;
  let atOnce = 1;
  const trust = createTrust(() => {
    atOnce = concurrency;
    wake?.();
  });
  const context: DeleteContext = { ...options.context, trust };
  const tickets = createTickets(limit);
  let bug: unknown;
  let underway = 0;
  let wake: (() => void) | undefined;

  const one = async (work: WorkRow): Promise<void> => {
    let sent = false;
    try {
      // Not begun: such a row gets no line, and is "not attempted" by that.
      if (control.reason !== undefined) return;
      const { outcome, trusted } = await deleteRow(work, context);
      sent = outcome.attempts > (work.prior?.attempts ?? 0);
      const due = needsVerifying(work, outcome);
      journal.append(encodeOutcome(work.row, outcome, due));
      onEnded?.(work.row, outcome);
      const stop = breaker.finished(outcome, trusted);
      if (stop !== undefined) control.stop(stop, STOP_SENTENCES[stop as 'no_answers']);
      if (due) verifier?.add({ row: work.row, target: work.target, seen: work.seen, outcome });
    } catch (error) {
      bug ??= error;
      control.stop('interrupted', 'the run ended early');
    } finally {
      tickets.giveBack(sent);
      underway -= 1;
      wake?.();
    }
  };

  const change = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });

  feeding: for await (const batch of rows) {
    for (const work of batch) {
      while (underway >= atOnce && bug === undefined) await change();
      while (!tickets.take()) {
        if (tickets.spent) {
          control.stop('limit', STOP_SENTENCES.limit);
          break feeding;
        }
        await change();
      }
      if (control.reason !== undefined) break feeding;
      const verifying = verifier?.ready();
      if (verifying !== undefined) await verifying;
      const covered = mark?.cover(work.row);
      if (covered !== undefined) await covered;
      underway += 1;
      void one(work);
    }
  }
  while (underway > 0) await change();
  if (bug !== undefined) throw bug;
}
