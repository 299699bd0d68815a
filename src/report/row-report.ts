import { csvCell } from '../files/csv-line.ts';
import { oneLine } from '../words/one-line.ts';
import type { RunState } from '../journal/run-state.ts';
import { joinRows, type JoinedRow, type ManifestBatches } from '../journal/joined-rows.ts';
import { seenName } from '../journal/outcome-of.ts';
import type { FileFacts } from '../rows/outcome.ts';

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

/**
 * Makes the line of a row in its report: the manifest's cells untouched, then
 * the columns above. Only what somebody else wrote can need quotation marks.
 */
export function createReportLines(): (row: RowReport) => string {
  const timeCell = createTimeCells();
  const messageCell = createMessageCells();
  return ({ row, outcome, message, file }) => {
    const { status, code, httpStatus, attempts, startedAt, finishedAt } = outcome;
    const known = `${row.row},${row.line},${status},${code},${numberCell(httpStatus)}`;
    const times = `${attempts},${timeCell(startedAt)},${timeCell(finishedAt)},${outcome.verified}`;
    const stored = file === undefined ? ',,,' : fileCells(file);
    return `${row.cells.map(csvCell).join(',')},${known},${messageCell(message)},${times},${stored}\n`;
  };
}

function fileCells({ name = '', bytes, sha256 = '', backup = '' }: FileFacts): string {
  return `${csvCell(name)},${numberCell(bytes)},${csvCell(sha256)},${csvCell(backup)}`;
}

function numberCell(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

/** A message as one line. Neighbours often have the same. */
function createMessageCells(): (message: string) => string {
  let last = '';
  let cell = '';
  return (message) => {
    if (message !== last) {
      last = message;
      cell = csvCell(oneLine(message));
    }
    return cell;
  };
}

/** Milliseconds since the epoch as ISO 8601. Neighbours share their second, which is the expensive part. */
function createTimeCells(): (atMs: number | undefined) => string {
  let second: number | undefined;
  let upToSecond = '';
  return (atMs) => {
    if (atMs === undefined) return '';
    const itsSecond = Math.floor(atMs / 1000);
    if (itsSecond !== second) {
      second = itsSecond;
      upToSecond = new Date(atMs).toISOString().slice(0, -'000Z'.length);
    }
    return `${upToSecond}${String(atMs - itsSecond * 1000).padStart(3, '0')}Z`;
  };
}

/** A row as the reports show it: all of them are made from this stream. */
export interface RowReport extends JoinedRow {
  /** The outcome's own, or what has to be said of it. */
  readonly message: string;
  /** Likewise: what the run read, or else what the check did. */
  readonly file: FileFacts | undefined;
  readonly signature: boolean;
}

export async function* readRowReports(
  batches: ManifestBatches,
  run: RunState,
): AsyncGenerator<readonly RowReport[], void, undefined> {
  for await (const batch of joinRows(batches, run)) {
    yield batch.map((joined) => reportRow(joined, run));
  }
}

function reportRow(joined: JoinedRow, run: RunState): RowReport {
  const { row, plan, target, seen, outcome } = joined;
  return {
    row,
    plan,
    target,
    seen,
    outcome,
    message: messageOf(joined, run),
    file: fileOf(joined),
    signature: isSignature(row.field, run),
  };
}

function isSignature(field: string, { header }: RunState): boolean {
  const fields = header.project?.fileFields ?? {};
  return Object.hasOwn(fields, field) && fields[field]?.signature === true;
}

/** What the archive holds, or the name that the check saw, stands in for what nobody read since. */
function fileOf({ outcome: { file, status }, plan }: JoinedRow): FileFacts | undefined {
  const archived = plan?.plan === 'delete' ? plan.archived : undefined;
  // Of another file, the archive's digest says nothing.
  if (archived !== undefined && file?.sha256 === undefined && status !== 'guard_mismatch') {
    const { name, bytes, sha256 } = archived;
    return { name, bytes, sha256, backup: file?.backup };
  }
  if (file?.name !== undefined) return file;
  const name = seenName(plan);
  return name === undefined ? file : { ...file, name };
}

/** "Deleted" where nobody had seen the file before says that it only may have been this run. */
function messageOf({ outcome, seen }: JoinedRow, { header }: RunState): string {
  if (outcome.status !== 'deleted' || outcome.message !== '' || seen !== undefined) {
    return outcome.message;
  }
  return header.project === null
    ? 'the server accepted the deletion; nobody had looked before, so that the run may have removed a file, or nothing was there'
    : 'the server accepted the deletion; no look had shown a file before, so that the run may have removed one';
}
