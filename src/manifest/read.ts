import { RefusedError } from '../errors.ts';
import type { ManifestRow } from '../rows/row.ts';
import {
  COLUMN_NAMES,
  type ColumnChoices,
  type ColumnLayout,
  foldHeader,
  layOutColumns,
} from './columns.ts';
import type { Delimiter } from './header.ts';
import { MANIFEST } from './lines.ts';
import { createRowMaker } from './row.ts';
import { openTable, type Table } from './table.ts';

export interface ManifestOptions {
  /** Headers that the user named for columns (`--column`); they win over the names known by themselves. */
  readonly columns?: ColumnChoices;
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
  { columns = {} }: ManifestOptions = {},
): Promise<Manifest> {
  const known = new Set([
    ...Object.values(COLUMN_NAMES).flat(),
    ...Object.values(columns).map(foldHeader),
  ]);
  const table = await openTable(source, {
    subject: MANIFEST,
    isKnown: (header) => known.has(foldHeader(header)),
  });
  const layout = await layOut(table, columns);
  return {
    header: layout.header,
    delimiter: table.delimiter,
    columnNames: layout.names,
    batches: () => readRows(table.batches(), layout),
  };
}

async function layOut(table: Table, columns: ColumnChoices): Promise<ColumnLayout> {
  const { header } = table;
  try {
    return layOutColumns(header.cells, header.line, columns);
  } catch (error) {
    await table.close();
    throw error;
  }
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
