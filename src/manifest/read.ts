import { RefusedError } from '../errors.ts';
import type { ManifestRow } from '../rows/row.ts';
import { quotePath } from '../words/quote.ts';
import { COLUMN_NAMES, type ColumnChoices, foldHeader } from './column-names.ts';
import { type ColumnLayout, isDataExport, layOutAsRead, layOutColumns } from './columns.ts';
import type { Delimiter } from './header.ts';
import { MANIFEST } from './lines.ts';
import { createRowMaker } from './row.ts';
import { openTable, type Table } from './table.ts';

export interface ManifestOptions {
  /** Headers that the user named for columns (`--column`), `''` for none; they win over the names known by themselves. */
  readonly columns?: ColumnChoices;
  /** The columns as they were read when this manifest was planned: its header is not judged again. */
  readonly asRead?: ColumnChoices | undefined;
  /** The manifest as the user named it, for a command to type; undefined for standard input. */
  readonly path?: string | undefined;
}

export interface Manifest {
  /** The manifest's own column names as they stand; those that start with `sweep_` left out. */
  readonly header: readonly string[];
  readonly delimiter: Delimiter;
  /** Which header serves each known column that the manifest has. */
  readonly columnNames: ColumnChoices;
  /**
   * The rows in order, a few hundred at a time, read no faster than they are
   * taken. Single use. Throws RefusedError where the manifest cannot be read,
   * and at its end when it had no rows.
   */
  batches(): AsyncIterable<readonly ManifestRow[]>;
}

/**
 * Reads the header, then gives rows; gzip is known by its first bytes.
 * Throws RefusedError for a header that cannot be read or lacks a column.
 */
export async function openManifest(
  source: AsyncIterable<Uint8Array>,
  options: ManifestOptions = {},
): Promise<Manifest> {
  const { columns = {}, asRead = {} } = options;
  const chosen = [...Object.values(columns), ...Object.values(asRead)].filter(
    (name) => name !== '',
  );
  const known = new Set([...Object.values(COLUMN_NAMES).flat(), ...chosen.map(foldHeader)]);
  const table = await openTable(source, {
    subject: MANIFEST,
    isKnown: (header) => known.has(foldHeader(header)),
  });
  const layout = await layOut(table, options);
  return {
    header: layout.header,
    delimiter: table.delimiter,
    columnNames: layout.names,
    batches: () => readRows(table.batches(), layout),
  };
}

async function layOut(
  table: Table,
  { columns, asRead, path }: ManifestOptions,
): Promise<ColumnLayout> {
  const { header } = table;
  try {
    if (asRead !== undefined) return layOutAsRead(header.cells, asRead);
    if (isDataExport(header.cells, columns)) throw refuseDataExport(path);
    return layOutColumns(header.cells, header.line, columns);
  } catch (error) {
    await table.close();
    throw error;
  }
}

/** What people have most: REDCap's own export, with a column for each field. */
function refuseDataExport(path: string | undefined): RefusedError {
  const from = path === undefined ? '<export.csv>' : quotePath(path);
  const save = path === undefined ? ' Save what is piped in to a file first.' : '';
  return new RefusedError(
    `The manifest is a data export of REDCap, with a column for each field, and no list of files.${save} To make a manifest of the files in it: redcap-sweep scan --from ${from} --output list.csv\nIf it is a list of files after all, say which column names the field: --column field=<header>.`,
  );
}

async function* readRows(
  batches: ReturnType<Table['batches']>,
  layout: ColumnLayout,
): AsyncGenerator<readonly ManifestRow[], void, undefined> {
  const makeRow = createRowMaker(layout);
  let count = 0;
  for await (const records of batches) {
    yield records.map((record) => makeRow(record, ++count));
  }
  if (count === 0) {
    throw new RefusedError('The manifest has a header line and no rows: it names no file.');
  }
}
