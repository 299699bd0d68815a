import { parse } from 'csv-parse/sync';
import { RefusedError } from '../errors.ts';
import { LINE_ENDS } from './csv.ts';
import { countLineBreaks, unreadableLine } from './lines.ts';

export type Delimiter = ',' | ';' | '\t' | '|' | '^';
const DELIMITERS: readonly Delimiter[] = [',', ';', '\t', '|'];

export interface HeadOptions {
  /** Begins the messages, as in "The manifest". */
  readonly subject: string;
  /** What one without content lacks, as in "it has no header line". */
  readonly lacks?: string;
  /** Does a header say something to whoever reads the table? The delimiter is known by these. */
  readonly isKnown: (header: string) => boolean;
  /** Comma, semicolon, tab and bar by default. */
  readonly delimiters?: readonly Delimiter[];
}

/** A table from its header on. */
export interface TableHead {
  readonly text: AsyncGenerator<Buffer, void, undefined>;
  /** Line on which the header starts. */
  readonly line: number;
  readonly delimiter: Delimiter;
}

const MAX_HEADER_BYTES = 1024 * 1024;
/** Lines of white space, delimiters and empty quotes. */
const BLANK_LINES = /^(?:[\s,;|^]|"")*[\r\n]/u;
/** What Excel writes or wants as a first line; quoted, and padded to the table's width, by other programs, or a tab taken off its end. */
const SEPARATOR_LINE = /^ *"?sep=(.)?"?[ ,;\t|^]*(?:[\r\n]|$)/iu;

/**
 * Reads until the header is whole, and finds the delimiter in it. Text that
 * breaks off earlier is left to the reader of records, which knows the words
 * for it. Throws RefusedError for a table without content.
 */
export async function readHead(
  text: AsyncGenerator<Buffer, void, undefined>,
  options: HeadOptions,
): Promise<TableHead> {
  const { subject, lacks = 'it has no header line, and no rows' } = options;
  let bytes: Buffer = Buffer.alloc(0);
  let fault: { readonly error: unknown } | undefined;
  const readMore = async (): Promise<boolean> => {
    try {
      const { value: more } = await text.next();
      if (more !== undefined) bytes = Buffer.concat([bytes, more]);
      return more !== undefined;
    } catch (error) {
      fault = { error };
      return false;
    }
  };
  for (;;) {
    const hasMore = await readMore();
    const read = bytes.toString('utf8');
    const { before, separator } = readPreamble(read);
    const line = 1 + countLineBreaks(before);
    const header = findHeader(read.slice(before.length), !hasMore);
    if (header === undefined && hasMore) {
      if (bytes.length <= MAX_HEADER_BYTES) continue;
      const what = 'the header line is longer than 1 MB. Is this a CSV file?';
      throw unreadableLine(line, what, subject);
    }
    if (fault === undefined && !/[^\s,;|^"]/u.test(read.slice(before.length))) {
      throw new RefusedError(`${subject} is empty: ${lacks}.`);
    }
    const delimiter = header === undefined ? ',' : chooseDelimiter(header, options, separator);
    const begin = bytes.subarray(Buffer.byteLength(before));
    return { text: resume(begin, fault, text), line, delimiter };
  }
}

/** What stands before the header: lines without content, and one that names the separator. */
function readPreamble(read: string): { before: string; separator: string | undefined } {
  const blank = BLANK_LINES.exec(read)?.[0] ?? '';
  const [named = '', separator] = SEPARATOR_LINE.exec(read.slice(blank.length)) ?? [];
  if (named === '') return { before: blank, separator };
  const start = blank.length + named.length;
  const more = BLANK_LINES.exec(read.slice(start))?.[0] ?? '';
  return { before: read.slice(0, start + more.length), separator };
}

/** The text from its header on: what was read for it, and then the rest, or why there is none. */
async function* resume(
  begin: Buffer,
  fault: { readonly error: unknown } | undefined,
  rest: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield begin;
    if (fault !== undefined) throw fault.error;
    yield* rest;
  } finally {
    await rest.return();
  }
}

/** The text of the first record with content, whatever delimits its cells. */
function findHeader(text: string, isWhole: boolean): string | undefined {
  let header: string | undefined;
  try {
    parse(text, {
      delimiter: [...DELIMITERS],
      record_delimiter: LINE_ENDS,
      relax_quotes: true,
      relax_column_count: true,
      skip_records_with_empty_values: true,
      raw: true,
      to: 1,
      on_record: (_, { raw }) => {
        header = raw;
        return null;
      },
    });
  } catch {
    // A quotation mark that has not closed yet.
  }
  const ended = isWhole || (header !== undefined && /[\r\n]$/u.test(header));
  return ended ? header : undefined;
}

/** The delimiter that brings out most known columns; then the one that the table names itself, then most columns. */
function chooseDelimiter(
  header: string,
  { isKnown, delimiters = DELIMITERS }: HeadOptions,
  named: string | undefined,
): Delimiter {
  let best: Delimiter = ',';
  let bestScore = -1;
  for (const delimiter of delimiters) {
    const cells = splitLeniently(header, delimiter);
    const hits = cells.filter((cell) => isKnown(cell)).length;
    const score = (2 * hits + (delimiter === named ? 1 : 0)) * MAX_HEADER_BYTES + cells.length;
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}

function splitLeniently(header: string, delimiter: Delimiter): readonly string[] {
  try {
    const [cells] = parse(header, {
      delimiter,
      record_delimiter: LINE_ENDS,
      relax_quotes: true,
      relax_column_count: true,
    });
    return cells ?? [];
  } catch {
    // Quotes that are wrong with this delimiter; the reader of records words what is wrong with all.
    return [];
  }
}
