import { isSame, type FileFacts, type Outcome } from '../rows/outcome.ts';
import { createIsoTime } from '../words/iso-time.ts';
import { oneLine } from '../words/one-line.ts';
import { inOnePiece } from '../words/one-piece.ts';
import { csvCell, csvCells } from '../files/csv-line.ts';
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
  const own = `${csvCells(row.cells)},${row.row},${row.line},`;
  // A file is a row's own.
  if (outcome.file !== undefined) return own + outcomeCells(outcome);
  if (told.outcome === undefined || !isSame(outcome, told.outcome)) {
    told.cells = inOnePiece(outcomeCells(outcome));
    told.outcome = outcome;
  }
  return own + told.cells;
}

/** Rows that began and ended in the same milliseconds mostly share these cells. */
const told = { outcome: undefined as Outcome | undefined, cells: '' };

/** From `sweep_status` on, the line's end included. */
function outcomeCells(outcome: Outcome): string {
  const { status, code, httpStatus, attempts, startedAt, finishedAt, verified, file } = outcome;
  // Put together by hand: a report may have millions of lines.
  const reason = `${csvCell(code)},${number(httpStatus)},${messageCell(outcome.message)}`;
  const tries = `${attempts},${time(startedAt)},${time(finishedAt)}`;
  return `${status},${reason},${tries},${verified},${fileCells(file)}\n`;
}

function fileCells(file: FileFacts | undefined): string {
  if (file === undefined) return ',,,';
  return csvCells([file.name ?? '', number(file.bytes), file.sha256 ?? '', file.backup ?? '']);
}

function number(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

function time(atMs: number | undefined): string {
  return atMs === undefined ? '' : isoTime(atMs);
}

const isoTime = createIsoTime();

/** A million rows share a few messages: the last one is not made anew. */
const messageCell = (() => {
  let message = '';
  let cell = '';
  return (text: string): string => {
    if (text !== message) {
      cell = csvCell(oneLine(text));
      message = text;
    }
    return cell;
  };
})();
