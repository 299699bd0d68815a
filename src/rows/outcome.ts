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

const INVALID_CODES = [
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

const GUARD_CODES = [
  'guard_filename',
  'guard_sha256',
  'guard_unreadable',
  'changed_since_check',
] as const;
export type GuardCode = (typeof GUARD_CODES)[number];

/** Codes of a try that settled nothing, as they stand in `sweep_code`; beside them, `http_` and a status. */
const ANSWER_CODES = ['unexpected_answer', 'timeout', 'connection'] as const;
type HttpCode = `http_${string}`;
export type AnswerCode = (typeof ANSWER_CODES)[number] | HttpCode;

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
  /** Its export had to come a second time before it was believed. */
  readonly twice?: boolean | undefined;
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

/** The codes that may stand beside each status. `gone_since_check`: the check had seen a file there. */
const CODES = {
  deleted: ['', 'new_file'],
  already_empty: ['', 'gone_since_check'],
  failed: [...ANSWER_CODES, 'still_present', 'backup_failed'],
  unknown: [...ANSWER_CODES, ...GUARD_CODES, ...STOP_CODES, 'backup_failed', 'unknown_record'],
  guard_mismatch: GUARD_CODES,
  invalid: INVALID_CODES,
  duplicate: ['duplicate_of'],
  not_attempted: [...STOP_CODES, 'would_delete', 'nothing_to_delete'],
} as const satisfies Record<Status, readonly string[]>;

/** Statuses whose code may be that of an HTTP answer too. */
type WithHttpCode = 'failed' | 'unknown';
type CodeOf<S extends Status> =
  (typeof CODES)[S][number] | (S extends WithHttpCode ? HttpCode : never);

/** Why nothing tells what became of a file. */
export type UnknownCode = CodeOf<'unknown'>;

/** A status with a code that may stand beside it: together, the state of a row. */
export type RowState = {
  [S in Status]: { readonly status: S; readonly code: CodeOf<S> };
}[Status];

export type Outcome = OutcomeDetails & RowState;

/** The state that a status and a code make up; `undefined` where the code may not stand beside the status. */
export function rowStateOf(status: string, code: string): RowState | undefined {
  const state = { status, code };
  return isRowState(state) ? state : undefined;
}

function isRowState(state: { readonly status: string; readonly code: string }): state is RowState {
  const { status, code } = state;
  if (!isStatus(status)) return false;
  const codes: readonly string[] = CODES[status];
  const takesHttp = status === 'failed' || status === 'unknown';
  return codes.includes(code) || (takesHttp && code.startsWith('http_'));
}

function isStatus(text: string): text is Status {
  return Object.hasOwn(CODES, text);
}

export const REPORT_NAMES = ['success', 'error', 'unprocessed'] as const;
export type ReportName = (typeof REPORT_NAMES)[number];

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
