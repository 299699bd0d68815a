/**
 * The spine of the program: what can become of one row. Every stage settles
 * rows by producing outcomes; the journal stores them; reports show them.
 */

/** Why a run stops, with the row code that the rows left behind carry. */
export const STOP_CODES = [
  'rejected_token',
  'banned',
  'wrong_address',
  'untrusted_certificate',
  'no_answers',
  'not_deleting',
  'manifest_changed',
  'proxy_refused',
  'server_busy',
  'not_confirmed',
  'max_failures',
  'limit',
  'stop_at',
  'taken_over',
  'journal_failed',
  'interrupted',
] as const;
export type StopCode = (typeof STOP_CODES)[number];

export const INVALID_CODES = [
  'missing_value',
  'bad_field_name',
  'bad_instance',
  'bad_sha256',
  'ragged_row',
  'unknown_field',
  'not_a_file_field',
  'event_required',
  'event_not_allowed',
  'unknown_event',
  'field_not_in_event',
  'instrument_mismatch',
  'instance_required',
  'instance_not_allowed',
  'unknown_record',
] as const;
export type InvalidCode = (typeof INVALID_CODES)[number];

export const GUARD_CODES = [
  'guard_filename',
  'guard_sha256',
  'guard_unreadable',
  'changed_since_check',
] as const;
export type GuardCode = (typeof GUARD_CODES)[number];

/** `gone_since_check`: the check had seen a file there. */
export type EmptyCode = '' | 'gone_since_check';

/** Codes of a try that settled nothing, as they stand in `sweep_code`. */
export type AnswerCode = 'unexpected_answer' | 'timeout' | 'connection' | `http_${string}`;

export const STATUSES = [
  'deleted',
  'already_empty',
  'failed',
  'unknown',
  'guard_mismatch',
  'invalid',
  'duplicate',
  'not_attempted',
] as const;
export type Status = (typeof STATUSES)[number];

/** `''`: not reached. */
export type Verified = 'yes' | 'no' | 'skipped' | '';

/** What is known of the stored file; `backup` is a path inside the run directory. */
export interface FileFacts {
  readonly name?: string | undefined;
  readonly bytes?: number | undefined;
  readonly sha256?: string | undefined;
  readonly backup?: string | undefined;
}

/**
 * May a request of this run have removed the file? Once it may, only a
 * success, "no file" or a look settles the row. `marked`: nothing but the
 * journal's send watermark says so, and nobody knows whether a request had left.
 */
export type Effect = 'none' | 'marked' | 'possible';

/** Of two things that are known of one row, the one that leaves more open. */
export function graver(one: Effect, other: Effect): Effect {
  if (one === 'possible' || other === 'possible') return 'possible';
  return one === 'marked' || other === 'marked' ? 'marked' : 'none';
}

/** What every outcome carries, whatever its state. Times are epoch milliseconds. */
export interface OutcomeDetails {
  readonly message: string;
  /** What the server itself had said of this row, where it was not a plain success; one line. */
  readonly said?: string | undefined;
  readonly httpStatus?: number | undefined;
  /** Deletion requests sent for this row, over all sessions of the run. */
  readonly attempts: number;
  readonly effect: Effect;
  readonly startedAt?: number | undefined;
  readonly finishedAt?: number | undefined;
  readonly verified: Verified;
  readonly file?: FileFacts | undefined;
}

/** Why nothing tells what became of a file. */
export type UnknownCode = AnswerCode | GuardCode | StopCode | 'backup_failed' | 'unknown_record';

/** A status with the codes that may stand beside it: together, the state of a row. */
export type RowState =
  | { readonly status: 'deleted'; readonly code: '' | 'new_file' }
  | { readonly status: 'already_empty'; readonly code: EmptyCode }
  | { readonly status: 'failed'; readonly code: AnswerCode | 'still_present' | 'backup_failed' }
  | { readonly status: 'unknown'; readonly code: UnknownCode }
  | { readonly status: 'guard_mismatch'; readonly code: GuardCode }
  | { readonly status: 'invalid'; readonly code: InvalidCode }
  | { readonly status: 'duplicate'; readonly code: 'duplicate_of' }
  | {
      readonly status: 'not_attempted';
      readonly code: StopCode | 'would_delete' | 'nothing_to_delete';
    };

export type Outcome = OutcomeDetails & RowState;

/** The state that a status and a code make up; `undefined` where the code may not stand beside the status. */
export function rowStateOf(status: string, code: string): RowState | undefined {
  switch (status) {
    case 'deleted':
      return code === '' || code === 'new_file' ? { status, code } : undefined;
    case 'already_empty':
      return code === '' || code === 'gone_since_check' ? { status, code } : undefined;
    case 'failed':
      return isAnswerCode(code) || code === 'still_present' || code === 'backup_failed'
        ? { status, code }
        : undefined;
    case 'unknown':
      return isUnknownCode(code) ? { status, code } : undefined;
    case 'guard_mismatch':
      return isOneOf(GUARD_CODES, code) ? { status, code } : undefined;
    case 'invalid':
      return isOneOf(INVALID_CODES, code) ? { status, code } : undefined;
    case 'duplicate':
      return code === 'duplicate_of' ? { status, code } : undefined;
    case 'not_attempted':
      return isOneOf(STOP_CODES, code) || code === 'would_delete' || code === 'nothing_to_delete'
        ? { status, code }
        : undefined;
    default:
      return undefined;
  }
}

export function isUnknownCode(code: string): code is UnknownCode {
  return (
    isAnswerCode(code) ||
    isOneOf(GUARD_CODES, code) ||
    isOneOf(STOP_CODES, code) ||
    code === 'backup_failed' ||
    code === 'unknown_record'
  );
}

function isAnswerCode(code: string): code is AnswerCode {
  return isOneOf(['unexpected_answer', 'timeout', 'connection'], code) || code.startsWith('http_');
}

function isOneOf<T extends string>(codes: readonly T[], code: string): code is T {
  return codes.some((one) => one === code);
}

export type ReportName = 'success' | 'error' | 'unprocessed';

/** The one report in which a row of this state stands. */
export function reportOf(status: Status): ReportName {
  switch (status) {
    case 'deleted':
    case 'already_empty':
      return 'success';
    case 'failed':
    case 'unknown':
    case 'guard_mismatch':
    case 'invalid':
      return 'error';
    case 'duplicate':
    case 'not_attempted':
      return 'unprocessed';
  }
}

/** Failures in the sense of `--max-failures`. */
export function isFailure(status: Status): boolean {
  return status === 'failed' || status === 'unknown' || status === 'guard_mismatch';
}

/** Has the row an end that `resume` leaves alone? `unknown` is settled by looking. */
export function isSettled(status: Status): boolean {
  return status !== 'unknown' && status !== 'not_attempted';
}
