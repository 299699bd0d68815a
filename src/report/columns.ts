import { createIsoTime } from '../text/iso-time.ts';
import { oneLine } from '../text/one-line.ts';
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

/** A row as it stands in its report: the manifest's cells untouched, then the columns above. */
export function reportCells({ row, outcome }: RowReport): string[] {
  const { file } = outcome;
  return [
    ...row.cells,
    String(row.row),
    String(row.line),
    outcome.status,
    outcome.code,
    number(outcome.httpStatus),
    messageLine(outcome.message),
    String(outcome.attempts),
    time(outcome.startedAt),
    time(outcome.finishedAt),
    outcome.verified,
    file?.name ?? '',
    number(file?.bytes),
    file?.sha256 ?? '',
    file?.backup ?? '',
  ];
}

function number(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

function time(atMs: number | undefined): string {
  return atMs === undefined ? '' : isoTime(atMs);
}

const isoTime = createIsoTime();

/** A million rows share a few messages: the last one is not made anew. */
const messageLine = (() => {
  let message = '';
  let line = '';
  return (text: string): string => {
    if (text !== message) {
      line = oneLine(text);
      message = text;
    }
    return line;
  };
})();
