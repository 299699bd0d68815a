import { csvLine } from '../files/csv-line.ts';
import { oneLine } from '../words/one-line.ts';
import type { RestoredFile } from './restore-pass.ts';

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
