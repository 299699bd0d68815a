import { Readable } from 'node:stream';
import { InterruptedError, RefusedError } from '../errors.ts';

import { namingReadErrors } from '../files/file-errors.ts';
import { readBytes } from '../files/read-file.ts';
import { openTable, type Table } from '../manifest/table.ts';
import { asText } from '../project/cells.ts';
import type { ExportedRow } from '../project/exported-cells.ts';
import type { ProjectModel } from '../project/model.ts';
import { readRecordList, type RecordList } from '../project/record-list.ts';
import type { ExportedTable } from '../project/scan-export.ts';
import type { ExportRow } from '../rows/look.ts';
import { showValue } from '../config/show-value.ts';
import { showPath } from '../words/names.ts';
import type { Io } from './io.ts';
import type { Server } from './server.ts';

/** All bytes of a list of ids, by its path or `-` for standard input. Throws RefusedError where it cannot be read. */
export async function readWhole(io: Io, path: string): Promise<Buffer> {
  const source: AsyncIterable<Uint8Array> = path === '-' ? io.stdin : readBytes(path);
  const chunks: Uint8Array[] = [];
  for await (const chunk of namingReadErrors(source, `--record-file ${showPath(path)}`)) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Throws RefusedError where the list names no record. */
export async function readIds(
  bytes: Buffer,
  path: string,
  model: ProjectModel,
): Promise<RecordList> {
  const subject = `--record-file ${showPath(path)}`;
  const list = await readRecordList(Readable.from([bytes]), subject, model);
  if (list.records.length === 0) throw new RefusedError(`${subject} names no record.`);
  return list;
}

/** Opens a data export by its path, or `-` for standard input. Throws RefusedError where it is no table. */
export function openExport(io: Io, path: string): Promise<Table> {
  return openTable(path === '-' ? io.stdin : readBytes(path), {
    subject: EXPORT.subject,
    isKnown: (header) => header.trim().startsWith('redcap_'),
    // All that REDCap offers.
    delimiters: [',', ';', '\t', '|', '^'],
  });
}

const EXPORT = { kind: 'export', subject: 'The export' } as const;

export function exportedTable(table: Table): ExportedTable {
  return { source: EXPORT, header: table.header.cells, rows: table.batches() };
}

/** Throws RefusedError for what is no report's number. */
export function parseReportId(text: string): string {
  const id = text.trim();
  if (/^\d{1,18}$/.test(id)) return id;
  throw new RefusedError(
    `--report takes the number of a report, as in --report 1234, not ${showValue(text)}. REDCap shows it in the list under "Data Exports, Reports, and Stats".`,
  );
}

/** Reads a report. Throws RefusedError where there is none of this number for the token, or it cannot be read. */
export async function readReport(server: Server, id: string): Promise<ExportedTable> {
  const answer = await server.exportReport(id);
  const subject = `Report ${id}`;
  switch (answer.kind) {
    case 'value':
      return reportTable(answer.value, subject);
    case 'not_sent':
      throw new InterruptedError();
    case 'stop':
      throw new RefusedError(answer.message);
    case 'error':
      throw new RefusedError(
        `${subject} cannot be read: ${answer.message} Look its number up in REDCap under "Data Exports, Reports, and Stats". A report of another project is refused so, and one that the token's user may not view.`,
      );
    case 'empty':
    case 'unreadable':
    case 'retry':
      throw new RefusedError(
        `The server's answer for report ${id} cannot be used: ${answer.message}. Try again later, or export the report in REDCap (raw data) and list its files with scan --from.`,
      );
  }
}

function reportTable(rows: readonly ExportRow[], subject: string): ExportedTable {
  const header = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { source: { kind: 'report', subject }, header, rows: cellsOf(rows, header) };
}

const ROWS_AT_ONCE = 500;

async function* cellsOf(
  rows: readonly ExportRow[],
  header: readonly string[],
): AsyncGenerator<readonly ExportedRow[], void, undefined> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    yield rows
      .slice(at, at + ROWS_AT_ONCE)
      .map((row) => ({ cells: header.map((name) => asText(row[name])) }));
  }
}
