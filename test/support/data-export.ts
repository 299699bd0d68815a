import { gzipSync } from 'node:zlib';
import type { Sandbox } from '../../src/sandbox/handler.ts';
import { asText } from '../../src/project/cells.ts';
import { askRows, type Params } from '../sandbox/ask.ts';
import { toCsv } from './csv.ts';

/** How REDCap's "Data Exports" writes a file, and what people make of it. */
export interface Written {
  readonly delimiter?: string;
  readonly lineEnd?: string;
  readonly bom?: boolean;
  readonly gzip?: boolean;
  /** Columns that are taken out. */
  readonly without?: readonly string[];
  /** Each cell by its column. */
  readonly cell?: (column: string, text: string) => string;
}

/** What the sandbox's own API exports of the project (raw, flat), as the CSV that "Data Exports" gives. */
export async function exportCsv(
  sandbox: Sandbox,
  params: Params = {},
  written: Written = {},
): Promise<Buffer> {
  const rows = await askRows(sandbox, { content: 'record', rawOrLabel: 'raw', ...params });
  return writeRows(rows, written);
}

/** Rows of JSON as that CSV: the columns on top. */
export function writeRows(
  rows: readonly Readonly<Record<string, unknown>>[],
  { delimiter, lineEnd, bom = false, gzip = false, without = [], cell }: Written = {},
): Buffer {
  const header = Object.keys(rows[0] ?? {}).filter((column) => !without.includes(column));
  const lines = rows.map((row) =>
    header.map((column) => {
      const text = asText(row[column]);
      return cell === undefined ? text : cell(column, text);
    }),
  );
  const text = toCsv([header, ...lines], {
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(lineEnd === undefined ? {} : { lineEnd }),
  });
  const bytes = Buffer.from(bom ? `\ufeff${text}` : text);
  return gzip ? gzipSync(bytes) : bytes;
}

/** `records[0]=…` and the like. */
export function listParams(name: string, values: readonly string[]): Params {
  return Object.fromEntries(values.map((value, at) => [`${name}[${at}]`, value]));
}
