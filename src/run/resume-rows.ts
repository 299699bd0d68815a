import { isUnfinished, type RunState } from '../journal/run-state.ts';
import { instantOf, type Clock } from '../clock.ts';
import {
  joinRows,
  type JoinedRow,
  type ManifestBatches,
  type Replan,
} from '../journal/joined-rows.ts';
import { encodeOutcome } from '../journal/line-codec.ts';
import { settledOutcome } from '../journal/outcome-of.ts';
import { PHASE } from '../journal/row-index.ts';
import type { Journal } from '../journal/write.ts';
import type { Look, LookedBatch } from '../rows/look.ts';
import { isSettled, type Outcome, type RowState, type Verified } from '../rows/outcome.ts';
import type { Target } from '../rows/target.ts';
import type { RunControl } from './control.ts';
import { withAnswer } from './row-messages.ts';
import { rowToDelete, type EarlierAttempts, type RowToDelete } from './row-source.ts';
import { settleByLook } from './settle-look.ts';
import type { Unverified } from './verify.ts';

/** A row that a resumed run has to do with: send it, or only look at what was sent. */
type Unfinished =
  | { readonly kind: 'send'; readonly row: RowToDelete }
  | { readonly kind: 'look'; readonly unverified: Unverified }
  /** The plan had settled it, and its line is lost. */
  | { readonly kind: 'settled'; readonly row: number; readonly outcome: Outcome };

/** Rows without a settled outcome, and rows that were sent and not yet looked at, in manifest order. */
export async function* unfinishedRows(
  batches: ManifestBatches,
  run: RunState,
  replan?: Replan,
): AsyncIterable<readonly Unfinished[]> {
  const keeps = (row: number): boolean => isUnfinished(run, row);
  for await (const joined of joinRows(batches, run, { keeps, replan })) {
    yield joined.flatMap((one) => unfinishedOf(one, run) ?? []);
  }
}

function unfinishedOf(joined: JoinedRow, run: RunState): Unfinished | undefined {
  const { plan, outcome } = joined;
  const { row } = joined.row;
  if (plan !== undefined && plan.plan !== 'delete') {
    // A row that was sent was valid; where its instance is lost, nobody can look for it.
    if (run.index.phase(row) === PHASE.open) return undefined;
    return { kind: 'settled', row, outcome: settledOutcome(run, plan) };
  }
  const toDelete = rowToDelete(joined, run, earlierAttempts(outcome));
  return isSettled(outcome.status)
    ? { kind: 'look', unverified: { ...toDelete, outcome } }
    : { kind: 'send', row: toDelete };
}

function earlierAttempts(outcome: Outcome): EarlierAttempts | undefined {
  const { attempts, effect, startedAt, said, httpStatus, file } = outcome;
  if (attempts === 0 && effect === 'none') return undefined;
  const code = outcome.status === 'unknown' ? outcome.code : undefined;
  return { attempts, effect, startedAt, code, said, httpStatus, file };
}

interface LookFirstOptions {
  readonly journal: Journal;
  readonly control: RunControl;
  readonly clock: Clock;
  /** Absent with `--no-check`: rows are sent without a look. */
  readonly look: ((targets: readonly Target[]) => Promise<LookedBatch>) | undefined;
  /** Rows that were sent by an earlier session and are only to be verified. */
  readonly onLookOnly: (one: Unverified) => void;
}

const GROUP = 100;

/**
 * Looks at each row right before it may be sent again, settles those that a
 * look settles, and gives the others to the deleting pass. A look that cannot
 * be read stops the run before any row of its batch is sent.
 */
export async function* lookBeforeSending(
  rows: AsyncIterable<readonly Unfinished[]>,
  options: LookFirstOptions,
): AsyncIterable<readonly RowToDelete[]> {
  const { look, control } = options;
  for await (const batch of rows) {
    const toSend: RowToDelete[] = [];
    for (const one of batch) {
      if (one.kind === 'look') options.onLookOnly(one.unverified);
      else if (one.kind === 'send') toSend.push(one.row);
      else options.journal.append(encodeOutcome(one.row, one.outcome, false));
    }
    if (look === undefined) {
      if (toSend.length > 0) yield toSend;
      continue;
    }
    for (let from = 0; from < toSend.length; from += GROUP) {
      if (control.reason !== undefined) return;
      const group = toSend.slice(from, from + GROUP);
      const looked = await look(group.map((one) => one.target));
      if (looked.kind === 'stopped') return;
      if (looked.kind === 'unreadable') {
        control.stop(
          'not_confirmed',
          `The server's list of files could not be read, so that nothing more is sent: ${looked.message}`,
        );
        return;
      }
      const left = group.filter((one, at) => !settleNow(one, looked.looks[at], options));
      const lookedAt = instantOf(options.clock);
      if (left.length > 0) yield left.map((one) => ({ ...one, lookedAt }));
    }
  }
}

/** Settles a row by its look where the look decides; false: it is to be sent. */
function settleNow(
  { row, seen: seenByCheck, earlier }: RowToDelete,
  look: Look | undefined,
  { journal }: LookFirstOptions,
): boolean {
  const effect = earlier?.effect ?? 'none';
  const seen = look ?? { kind: 'nothing' as const, why: 'the look could not be read' };
  const decision = settleByLook(seen, seenByCheck, effect);
  if (decision.kind === 'send') return false;
  const details = {
    said: earlier?.said,
    httpStatus: earlier?.httpStatus,
    attempts: earlier?.attempts ?? 0,
    effect,
    startedAt: earlier?.startedAt,
    finishedAt: journal.stamp(),
    file: earlier?.file,
  };
  const outcome: Outcome =
    decision.kind === 'unknown'
      ? {
          ...details,
          status: 'unknown',
          code: earlier?.code ?? 'interrupted',
          message: withAnswer(decision.message, earlier?.said),
          verified: 'skipped',
        }
      : {
          ...details,
          ...decision.state,
          message: decision.message,
          verified: verifiedBy(decision.state),
        };
  journal.append(encodeOutcome(row, outcome, false));
  return true;
}

/** What a look that settles a row says of its file. */
function verifiedBy({ status, code }: RowState): Verified {
  if (status !== 'deleted') return '';
  return code === 'new_file' ? 'no' : 'yes';
}
