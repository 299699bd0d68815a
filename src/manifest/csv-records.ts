import { CsvError } from 'csv-parse';
import { CollectingParser } from './collecting-parser.ts';
import { RefusedError } from '../errors.ts';
import { countLineBreaks } from './line-breaks.ts';
import { findQuoteFault, wordQuoteFault } from './quote-fault.ts';
import { unreadableLine } from './unreadable.ts';

/** Tried in this order; line ends may be mixed. */
export const RECORD_DELIMITERS = ['\r\n', '\n', '\r'];

/** A row longer than this is a quotation mark that never closes, found before memory runs out. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** Called while `write` runs. `asItStood` gives the record's own text and works only during the call. */
export type OnRecord = (cells: string[], line: number, asItStood: () => string) => void;

/** Bytes in, records with the line on which each starts out. Every line is one: blank ones too. */
export interface CsvRecords {
  /** Throws RefusedError for a quotation mark that is out of place. */
  write(bytes: Buffer): Promise<void>;
  end(): Promise<void>;
  /** Line on which the byte after the last one written stands. */
  currentLine(): number;
}

/** The same by csv-parse, which can be left behind: what it has not given yet is `pending`. */
export interface QuotedRecords extends CsvRecords {
  pendingBytes(): Buffer;
  pendingLine(): number;
}

export function createCsvRecords(
  delimiter: string,
  firstLine: number,
  onRecord: OnRecord,
): QuotedRecords {
  // Bytes from the last record's end on (and a little before): for lines and texts of faults.
  const kept: Buffer[] = [];
  let keptFrom = 0;
  let written = 0;
  let recordStart = 0;
  let recordLine = firstLine;
  let linesSeen = 0;

  let joined: Buffer | null = null;

  const keptText = (from: number, to: number): string => {
    joined ??= Buffer.concat(kept);
    return joined.toString('utf8', from - keptFrom, to - keptFrom);
  };
  const asItStood = (): string =>
    keptText(recordStart, parser.info.bytes).replace(/(?:\r\n|\n|\r)$/u, '');

  const parser = new CollectingParser(
    { delimiter, record_delimiter: RECORD_DELIMITERS, relax_column_count: true },
    (cells) => {
      onRecord(cells, recordLine, asItStood);
      // csv-parse's own count is right unless cells hold line breaks, and tells cheaply whether they do.
      const { lines, bytes } = parser.info;
      recordLine += lines === linesSeen + 1 ? 1 : 1 + countBreaksInside(cells);
      linesSeen = lines;
      recordStart = bytes;
    },
  );

  const pendingText = (): string => keptText(recordStart, written);
  const explain = (error: unknown): unknown => {
    if (!(error instanceof CsvError)) return error;
    return (
      explainQuotes(pendingText(), delimiter, recordLine) ??
      unreadableLine(recordLine, 'the row cannot be read.')
    );
  };

  return {
    async write(bytes) {
      kept.push(bytes);
      joined = null;
      written += bytes.length;
      try {
        await parser.writeAll(bytes);
      } catch (error) {
        throw explain(error);
      }
      let first = kept[0];
      while (first !== undefined && keptFrom + first.length <= recordStart) {
        keptFrom += first.length;
        kept.shift();
        joined = null;
        first = kept[0];
      }
      if (written - recordStart > MAX_RECORD_BYTES) {
        throw explainQuotes(pendingText(), delimiter, recordLine) ?? tooLong(recordLine);
      }
    },
    async end() {
      try {
        await parser.endAll();
      } catch (error) {
        throw explain(error);
      }
    },
    currentLine: () => recordLine + countLineBreaks(pendingText()),
    pendingBytes: () => Buffer.concat(kept).subarray(recordStart - keptFrom),
    pendingLine: () => recordLine,
  };
}

/** Throws RefusedError for a row of that many bytes that has not come to its end. */
export function refuseLongRow(bytes: number, line: number): void {
  if (bytes > MAX_RECORD_BYTES) throw tooLong(line);
}

function tooLong(line: number): RefusedError {
  return unreadableLine(line, 'a row of more than 16 MB. Is this a CSV file?');
}

function explainQuotes(text: string, delimiter: string, rowLine: number): RefusedError | undefined {
  const fault = findQuoteFault(text, delimiter);
  if (fault === undefined) return undefined;
  return unreadableLine(rowLine + fault.breaksBefore, wordQuoteFault(fault, rowLine));
}

function countBreaksInside(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + countLineBreaks(cell), 0);
}
