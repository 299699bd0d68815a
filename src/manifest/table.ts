import { tidyUp } from '../errors.ts';
import { namingReadErrors } from '../files/file-errors.ts';
import { type CsvRecord, isBlank, readRecords } from './csv.ts';
import { readText } from './decode.ts';
import { type Delimiter, type HeadOptions, readHead } from './header.ts';
import { unreadableLine } from './lines.ts';

/** A CSV file with a header, whatever its columns mean. */
export interface Table {
  readonly header: CsvRecord;
  readonly delimiter: Delimiter;
  /**
   * The records behind the header in order, those without content left out, a
   * few hundred at a time, read no faster than they are taken. Single use.
   * Throws RefusedError where the text cannot be read.
   */
  batches(): AsyncIterable<readonly CsvRecord[]>;
  /** Closes what it is read from, where its records are not taken. Never throws. */
  close(): Promise<void>;
}

/**
 * Reads up to the header; gzip, byte order marks and UTF-16 are known by the
 * first bytes, the delimiter by the header. Throws RefusedError for what cannot
 * be read or is empty.
 */
export async function openTable(
  source: AsyncIterable<Uint8Array>,
  options: HeadOptions,
): Promise<Table> {
  const { subject } = options;
  const text = readText(namingReadErrors(source, subject), subject);
  const close = (): Promise<void> => tidyUp(() => text.return());
  try {
    const { text: fromHeader, delimiter, line } = await readHead(text, options);
    const records = readRecords(fromHeader, delimiter, line, subject);
    let header: CsvRecord | undefined;
    let following: readonly CsvRecord[] = [];
    while (header === undefined) {
      const { value: batch } = await records.next();
      if (batch === undefined) {
        throw unreadableLine(line, 'the header line cannot be read.', subject);
      }
      [header, ...following] = batch.filter((record) => !isBlank(record));
    }
    let taken = false;
    return {
      header,
      delimiter,
      batches() {
        if (taken) throw new Error('The records of a table can be taken once; open it again.');
        taken = true;
        return takeRecords(following, records);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function* takeRecords(
  following: readonly CsvRecord[],
  records: AsyncGenerator<readonly CsvRecord[], void, undefined>,
): AsyncGenerator<readonly CsvRecord[], void, undefined> {
  try {
    if (following.length > 0) yield following;
    for await (const batch of records) {
      const withContent = batch.filter((record) => !isBlank(record));
      if (withContent.length > 0) yield withContent;
    }
  } finally {
    await records.return();
  }
}
