import type { Clock, Instant } from '../clock.ts';
import type { Journal } from '../journal/write.ts';
import type { Look } from '../rows/look.ts';
import type {
  AnswerCode,
  Effect,
  FileFacts,
  GuardCode,
  Outcome,
  OutcomeDetails,
  RowState,
  Status,
  UnknownCode,
} from '../rows/outcome.ts';
import type { RemoveFile } from '../rows/server.ts';
import type { Target } from '../rows/target.ts';
import type { RunControl } from './control.ts';
import { foundEmpty, withAnswer, withAnswers } from './row-messages.ts';
import type { RowToDelete } from './row-source.ts';

/** What guards and backup say right before a deletion. */
export type BeforeDelete =
  | { readonly kind: 'go'; readonly file: FileFacts | undefined }
  | { readonly kind: 'no_file' }
  | { readonly kind: 'stopped' }
  | {
      readonly kind: 'end';
      readonly state:
        | { readonly status: 'failed'; readonly code: 'backup_failed' }
        | { readonly status: 'guard_mismatch'; readonly code: GuardCode };
      readonly message: string;
      readonly httpStatus: number | undefined;
      readonly file: FileFacts | undefined;
      /** Was there an answer that came from REDCap itself? */
      readonly confirmed: boolean;
    };

/** What deleting a row works with, the same for all rows of a session. */
export interface DeleteContext {
  readonly remove: RemoveFile;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: () => number;
  readonly control: RunControl;
  /** Has REDCap itself answered a deletion of this command? Until it has, a 403 says that the token is refused. */
  readonly server: { confirmed: boolean };
  readonly retries: number;
  /** Guards and backup; absent where the run has neither. */
  readonly beforeDelete?: ((row: RowToDelete) => Promise<BeforeDelete>) | undefined;
  /** A look at one target; absent with `--no-check`. */
  readonly look?: ((target: Target) => Promise<Look | 'stopped'>) | undefined;
  /** What is known to have changed of a target's place since the check; absent with `--no-check`. */
  readonly changeAt?: ((target: Target) => string | undefined) | undefined;
  /** While nothing may be sent: what to wait for. Further tries wait as new rows do. */
  readonly paused?: (() => Promise<void> | undefined) | undefined;
  /** Does verification follow? */
  readonly verifies: boolean;
}

/** What a row carries through its tries. */
export interface RowProgress {
  readonly row: RowToDelete;
  attempts: number;
  effect: Effect;
  startedAt: number | undefined;
  /** How the last try ended; `undefined` before the first one did. */
  code: UnknownCode | undefined;
  httpStatus: number | undefined;
  message: string;
  file: FileFacts | undefined;
  /** Did REDCap itself answer, or could a look be read? */
  confirmed: boolean;
  /** The strongest words that the server had for this row so far, and whether they are REDCap's own. */
  said: string | undefined;
  saidByRedcap: boolean;
  /** Which of them the journal has by now. */
  saidWritten: string | undefined;
  /** When the last request left. */
  leftAt: Instant | undefined;
  /** Of the first answer lost since the last look, or of the look of `resume`. */
  lostAt: Instant | undefined;
  /** A look has just come before a further try: it is sent next, whenever its turn comes. */
  lookedFirst: boolean;
  /** What the last answer asked for. */
  retryAfterMs: number | undefined;
}

/** What became of a row. */
export interface RowResult {
  readonly outcome: Outcome;
  /** Did REDCap itself answer, or could a look be read? */
  readonly confirmed: boolean;
}

export function beginRow(row: RowToDelete): RowProgress {
  const { earlier } = row;
  return {
    row,
    attempts: earlier?.attempts ?? 0,
    effect: earlier?.effect ?? 'none',
    startedAt: earlier?.startedAt,
    code: earlier?.code,
    httpStatus: earlier?.httpStatus,
    message: '',
    file: earlier?.file,
    confirmed: false,
    said: earlier?.said,
    // Of words that an earlier session left, nothing tells who said them.
    saidByRedcap: earlier?.said !== undefined,
    saidWritten: undefined,
    leftAt: undefined,
    lostAt: (earlier?.effect ?? 'none') === 'none' ? undefined : row.lookedAt,
    lookedFirst: false,
    retryAfterMs: undefined,
  };
}

export const UNCERTAIN = 'a request may have removed the file, and nothing tells whether it did';

/** The row's last try was refused, or came to nothing. */
export function endRefused(
  code: AnswerCode,
  progress: RowProgress,
  context: DeleteContext,
): RowResult {
  const { effect, said, message } = progress;
  if (effect === 'none') {
    // Words of the server that the last try did not say again.
    const earlier = said === message ? undefined : said;
    return endRow(progress, context, { status: 'failed', code }, withAnswer(message, earlier));
  }
  const state = { status: 'unknown', code } as const;
  return endRow(progress, context, state, withAnswers(UNCERTAIN, said, message));
}

/** The run stops while the row waits or is refused: only a row without effect is "not attempted". */
export function endStopped(progress: RowProgress, context: DeleteContext): RowResult {
  const { effect, said, message } = progress;
  const stop = context.control.reason?.code ?? 'interrupted';
  if (effect === 'none') {
    return endRow(progress, context, { status: 'not_attempted', code: stop }, message);
  }
  const sentence = 'the run stopped before it was known what became of the file';
  const state = { status: 'unknown', code: progress.code ?? stop } as const;
  return endRow(progress, context, state, withAnswers(sentence, said, message));
}

/** Nothing is there, and no try of this row can have removed it. */
export function endEmpty(progress: RowProgress, context: DeleteContext, words: string): RowResult {
  const { state, message } = foundEmpty(progress.row.seen, words);
  return endRow(progress, context, state, message);
}

export function endRow(
  progress: RowProgress,
  { journal, verifies }: DeleteContext,
  state: RowState,
  message: string,
): RowResult {
  const { row, said, httpStatus, attempts, effect, startedAt, file, confirmed } = progress;
  const wasSent = attempts > (row.earlier?.attempts ?? 0);
  const details: OutcomeDetails = {
    message,
    // A row that failed keeps them in its message, and nobody asks for them again.
    said: state.status === 'failed' ? undefined : said,
    httpStatus,
    attempts,
    effect,
    startedAt,
    finishedAt: journal.stamp(),
    verified: isLookDue(state.status, wasSent, row) && !verifies ? 'skipped' : '',
    file,
  };
  return { outcome: Object.assign(details, state), confirmed };
}

/** Verification looks at rows that were sent and ended deleted, unknown, or "no file" where the check had seen one. */
function isLookDue(status: Status, wasSent: boolean, row: RowToDelete): boolean {
  if (!wasSent && row.earlier === undefined) return false;
  if (status === 'deleted' || status === 'unknown') return true;
  return status === 'already_empty' && row.seen !== undefined;
}

export function needsVerifying(row: RowToDelete, { status, attempts, verified }: Outcome): boolean {
  return verified === '' && attempts > 0 && isLookDue(status, true, row);
}
