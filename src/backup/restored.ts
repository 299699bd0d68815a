import type { StopCode } from '../rows/outcome.ts';
import { csvLine } from '../files/csv-line.ts';
import { oneLine } from '../words/one-line.ts';
import type { Candidate } from './candidates.ts';

export const RESTORE_STATUSES = ['restored', 'refused', 'failed', 'not_restorable'] as const;
export type RestoreStatus = (typeof RESTORE_STATUSES)[number];

/** Why a file was not put back, or need not be. A row that a stop left behind has the stop's code. */
export type RestoreCode =
  /** `restored`: sent and read back. */
  | ''
  /** `restored`: the field held the same bytes already; nothing was sent. */
  | 'already_there'
  /** `refused`: nothing was sent. */
  | 'other_file'
  | 'unknown_record'
  | 'not_confirmed'
  | 'changed_since_check'
  /** `failed`: nothing was sent, as the backup is not what was saved. */
  | 'backup_missing'
  | 'backup_damaged'
  /** `failed`: the server refused, or nothing trustworthy came. */
  | `http_${string}`
  | 'unexpected_answer'
  | 'timeout'
  | 'connection'
  /** `failed`: sent, and reading back shows other bytes, no file, or cannot be had. */
  | 'not_stored'
  | 'unverified'
  /** `not_restorable` */
  | 'signature'
  | StopCode;

/** What became of one file. */
export interface Restored {
  readonly status: RestoreStatus;
  readonly code: RestoreCode;
  readonly message: string;
  /** Was there an answer to rely on: a look that could be read? `undefined`: nothing was asked. */
  readonly confirmed: boolean | undefined;
}

export interface RestoredFile {
  readonly candidate: Candidate;
  readonly restored: Restored;
}

export type RestoreTotals = Readonly<Record<RestoreStatus, number>>;

export function emptyTotals(): Record<RestoreStatus, number> {
  return { restored: 0, refused: 0, failed: 0, not_restorable: 0 };
}

const RESTORE_COLUMNS = [
  'sweep_row',
  'record',
  'field',
  'event',
  'instance',
  'file_name',
  'status',
  'code',
  'message',
  'sha256',
] as const;

export const RESTORE_HEADER = csvLine(RESTORE_COLUMNS);

export function restoreLine({ candidate, restored }: RestoredFile): string {
  const { row, target, name, sha256 } = candidate;
  const { status, code, message } = restored;
  return csvLine([
    String(row),
    target.record,
    target.field,
    target.event,
    target.instance,
    name,
    status,
    code,
    oneLine(message),
    sha256,
  ]);
}
