import { CsvError, parse } from 'csv-parse';
import { parse as parseWhole } from 'csv-parse/sync';
import { TextError } from './decode.ts';
import { countLineBreaks, createLineCounter, MANIFEST, unreadableLine } from './lines.ts';

/** Tried in this order; line ends may be mixed. */
export const LINE_ENDS = ['\r\n', '\n', '\r'];

/** A row longer than this is a quotation mark that never closes, found before memory runs out. */
const MAX_ROW_LENGTH = 16 * 1024 * 1024;
/** Small enough that what is made of a batch is gone before the memory of young objects is cleaned twice, and kept by it. */
const SLICE_BYTES = 4 * 1024;

/** One line of the manifest, or several where its cells hold line breaks. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** Line on which it starts. */
  readonly line: number;
  /** The text as it stood, with the first byte of its line end. */
  readonly raw: string;
}

/** Lines without content, delimiters alone included, are no rows. */
export function isBlank({ cells }: CsvRecord): boolean {
  return cells.every((cell) => cell.trim() === '');
}

/**
 * The records of a text that starts on `firstLine`, in batches, read no faster
 * than they are taken. Where the text breaks off by an error, the whole records
 * before it come first. Throws RefusedError for text that is no CSV, and what
 * the source throws.
 */
export async function* readRecords(
  text: AsyncIterable<Buffer>,
  delimiter: string,
  firstLine: number,
  subject = MANIFEST,
): AsyncGenerator<readonly CsvRecord[], void, undefined> {
  const parser = parse({
    delimiter,
    record_delimiter: LINE_ENDS,
    // A record of another length than the first costs 0.04 ms, as an error that nobody sees is made of it.
    relax_column_count: true,
    // An empty line is such a record, and spreadsheets leave them by the thousand where rows were deleted.
    skip_empty_lines: true,
    max_record_size: MAX_ROW_LENGTH,
    raw: true,
  });
  // Errors are given to the callbacks below; without a listener they would end the process.
  parser.on('error', () => undefined);
  let line = firstLine;
  const takeRecords = (): CsvRecord[] => {
    const records: CsvRecord[] = [];
    const next = (): { record: string[]; raw: string } | null => parser.read();
    for (let read = next(); read !== null; read = next()) {
      const { skipped, raw } = splitRaw(read.raw);
      line += skipped;
      records.push({ cells: read.record, line, raw });
      // Not `info.lines`: that counts a CRLF inside quotes twice, and costs more than all the rest.
      line += countLineBreaks(raw);
    }
    return records;
  };

  const refusal = (error: Error): Error => {
    if (!(error instanceof CsvError)) return error;
    const { at, what } = describeError(error, line, delimiter);
    return unreadableLine(at, what, subject);
  };

  let fault: { readonly error: unknown } | undefined;
  const untilFault = async function* () {
    try {
      yield* text;
    } catch (error) {
      fault = { error };
    }
  };
  const passed = createLineCounter(firstLine);
  for await (const chunk of untilFault()) {
    passed.pass(chunk);
    for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
      // The parser holds back its answer until the records are taken.
      const writing = settled((done) => parser.write(chunk.subarray(at, at + SLICE_BYTES), done));
      const records = takeRecords();
      if (records.length > 0) yield records;
      const error = await writing;
      if (error !== undefined) throw refusal(error);
    }
  }
  const error = await settled((done) => parser.end(done));
  const records = takeRecords();
  if (fault === undefined) {
    if (records.length > 0) yield records;
    if (error !== undefined) throw refusal(error);
    return;
  }
  yield records.filter(({ raw }) => /[\r\n]$/u.test(raw));
  if (!(fault.error instanceof TextError)) throw fault.error;
  if (error !== undefined && !isOpenQuote(error)) throw refusal(error);
  throw unreadableLine(passed.line, fault.error.message, subject);
}

function isOpenQuote(error: Error): boolean {
  return error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED';
}

/** The error that a call ends with, where it has one. */
function settled(
  call: (done: (error?: Error | null) => void) => unknown,
): Promise<Error | undefined> {
  return new Promise((resolve) => {
    call((error) => {
      resolve(error ?? undefined);
    });
  });
}

/** Empty lines before a record are part of its raw text, each with the first byte of its line end. */
function splitRaw(text: string): { readonly skipped: number; readonly raw: string } {
  const raw = text.replace(/^[\r\n]+/u, '');
  return { skipped: text.length - raw.length, raw };
}

function rawOf(error: Error | undefined): string {
  const raw = error instanceof CsvError ? error['raw'] : undefined;
  return typeof raw === 'string' ? raw : '';
}

/** What is wrong with a text, and on which line. */
interface TextFault {
  readonly at: number;
  readonly what: string;
}

/** What csv-parse found in the next row after `before`, in the words of someone who has to correct it. */
function describeError(error: CsvError, before: number, delimiter: string): TextFault {
  // The row up to the character at which csv-parse gave up.
  const { skipped, raw } = splitRaw(rawOf(error));
  const line = before + skipped;
  const here = line + countLineBreaks(raw);
  const cellsOf = (text: string): readonly string[] => parseRow(text, delimiter) ?? [];
  switch (error.code) {
    case 'INVALID_OPENING_QUOTE':
      return {
        at: here,
        what: `a quotation mark stands inside cell ${cellsOf(raw.slice(0, -1)).length}, which does not begin with one. Put the cell in quotation marks and write the mark twice ("").`,
      };
    case 'CSV_INVALID_CLOSING_QUOTE': {
      const cells = cellsOf(raw);
      const opened = here - countLineBreaks(cells.at(-1) ?? '');
      return {
        at: here,
        what: `text follows the closing quotation mark of cell ${cells.length}, which was opened on line ${opened}. Write a quotation mark inside a quoted cell twice (""); if the cell was meant to end on line ${opened}, close it there.`,
      };
    }
    case 'CSV_QUOTE_NOT_CLOSED':
    case 'CSV_MAX_RECORD_SIZE':
      return describeEndless(raw, line, delimiter);
    default:
      return { at: line, what: 'the row cannot be read.' };
  }
}

function describeEndless(raw: string, line: number, delimiter: string): TextFault {
  const cells = parseRow(`${raw}"`, delimiter);
  if (cells === undefined) {
    return { at: line, what: 'a row of more than 16 MB. Is this a CSV file?' };
  }
  return {
    at: line + countLineBreaks(raw) - countLineBreaks(cells.at(-1) ?? ''),
    what: `a quotation mark opens cell ${cells.length} and is never closed. Close it, or remove it.`,
  };
}

/** `undefined` where the quotation marks of the text are not all in their places. */
function parseRow(text: string, delimiter: string): readonly string[] | undefined {
  try {
    return parseWhole(text, { delimiter, record_delimiter: LINE_ENDS })[0];
  } catch {
    return undefined;
  }
}
