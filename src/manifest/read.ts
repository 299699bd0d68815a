import { RefusedError, tidyUp } from '../errors.ts';
import { namingReadErrors } from '../files/file-errors.ts';
import type { ManifestRow } from '../rows/row.ts';
import { type ColumnChoices, type ColumnLayout, layOutColumns } from './columns.ts';
import { type CsvRecord, readRecords } from './csv.ts';
import { decodeText } from './decode.ts';
import { type Delimiter, readHead } from './header.ts';
import { unreadableLine } from './lines.ts';
import { createRowMaker, isBlank } from './row.ts';

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

type Records = AsyncGenerator<readonly CsvRecord[], void, undefined>;

/**
 * Reads the header, then gives rows; gzip is known by its first bytes.
 * Throws RefusedError for a header that cannot be read or lacks a column.
 */
export async function openManifest(
  source: AsyncIterable<Uint8Array>,
  { columns = {} }: ManifestOptions = {},
): Promise<Manifest> {
  const text = decodeText(namingReadErrors(source, 'The manifest'));
  try {
    const head = await readHead(text, columns);
    const records = readRecords(head.text, head.delimiter, head.line);
    const { header, following } = await takeHeader(records, head.line);
    const layout = layOutColumns(header.cells, header.line, columns);
    let taken = false;
    return {
      header: layout.header,
      delimiter: head.delimiter,
      columnNames: layout.names,
      batches() {
        if (taken) throw new Error('The batches of a manifest can be taken once; open it again.');
        taken = true;
        return readRows(following, records, layout);
      },
    };
  } catch (error) {
    await tidyUp(() => text.return());
    throw error;
  }
}

async function takeHeader(
  records: Records,
  line: number,
): Promise<{ header: CsvRecord; following: readonly CsvRecord[] }> {
  for (;;) {
    const { value: batch } = await records.next();
    if (batch === undefined) throw unreadableLine(line, 'the header line cannot be read.');
    const at = batch.findIndex((record) => !isBlank(record));
    const header = batch[at];
    if (header !== undefined) return { header, following: batch.slice(at + 1) };
  }
}

async function* readRows(
  following: readonly CsvRecord[],
  records: Records,
  layout: ColumnLayout,
): AsyncGenerator<readonly ManifestRow[], void, undefined> {
  const makeRow = createRowMaker(layout);
  let count = 0;
  const rowsOf = (batch: readonly CsvRecord[]): readonly ManifestRow[] =>
    batch.filter((record) => !isBlank(record)).map((record) => makeRow(record, ++count));
  try {
    let rows = rowsOf(following);
    if (rows.length > 0) yield rows;
    for await (const batch of records) {
      rows = rowsOf(batch);
      if (rows.length > 0) yield rows;
    }
    if (count === 0) {
      throw new RefusedError('The manifest has a header line and no rows: it names no file.');
    }
  } finally {
    await records.return();
  }
}
