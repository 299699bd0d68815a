import { csvLine } from '../files/csv-line.ts';
import { oneLine } from '../words/one-line.ts';
import type { RowReport } from './row-report.ts';

/** The columns that every report adds behind the manifest's own. */
export const REPORT_COLUMNS = [
  'sweep_row',
  'sweep_line',
  'sweep_status',
  'sweep_code',
  'sweep_http_status',
  'sweep_message',
  'sweep_attempts',
  'sweep_started_at',
  'sweep_finished_at',
  'sweep_verified',
  'sweep_file_name',
  'sweep_file_bytes',
  'sweep_file_sha256',
  'sweep_backup',
] as const;

/** The line of a row in its report: the manifest's cells untouched, then the columns above. */
export function reportLine({ row, outcome }: RowReport): string {
  const { file } = outcome;
  return csvLine([
    ...row.cells,
    String(row.row),
    String(row.line),
    outcome.status,
    outcome.code,
    numberCell(outcome.httpStatus),
    oneLine(outcome.message),
    String(outcome.attempts),
    timeCell(outcome.startedAt),
    timeCell(outcome.finishedAt),
    outcome.verified,
    file?.name ?? '',
    numberCell(file?.bytes),
    file?.sha256 ?? '',
    file?.backup ?? '',
  ]);
}

function numberCell(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

function timeCell(atMs: number | undefined): string {
  return atMs === undefined ? '' : new Date(atMs).toISOString();
}
