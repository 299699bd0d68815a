import { parse } from 'csv-parse/sync';
import { RefusedError } from '../errors.ts';
import { COLUMN_NAMES, type ColumnChoices, foldHeader } from './columns.ts';
import { RECORD_DELIMITERS } from './csv-records.ts';
import { countLineBreaks } from './line-breaks.ts';
import { findQuoteFault, wordQuoteFault } from './quote-fault.ts';
import type { TextPiece } from './text-piece.ts';
import { unreadableLine } from './unreadable.ts';

export type Delimiter = ',' | ';' | '\t' | '|';
const DELIMITERS: readonly Delimiter[] = [',', ';', '\t', '|'];
const DELIMITER_CHARACTERS: ReadonlySet<string> = new Set(DELIMITERS);

/** The beginning of the manifest, from its header line on. */
export interface ManifestHead {
  readonly piece: TextPiece;
  /** Line on which the header starts. */
  readonly line: number;
  readonly delimiter: Delimiter;
}

const MAX_HEADER_BYTES = 1024 * 1024;

/** Reads until the header line is whole. Throws RefusedError when there is none. */
export async function readHead(
  pieces: AsyncIterator<TextPiece, void>,
  choices: ColumnChoices,
): Promise<ManifestHead> {
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const next = await pieces.next();
    const ended = next.done === true;
    const fault = ended ? null : next.value.fault;
    if (!ended) bytes = Buffer.concat([bytes, next.value.bytes]);
    const text = bytes.toString('utf8');
    const start = findContent(text);
    const end = findHeaderEnd(text, start, ended);
    const line = countLineBreaks(text.slice(0, start)) + 1;
    if (end !== undefined && start < text.length) {
      const delimiter = chooseDelimiter(text.slice(start, end), choices);
      const rest = bytes.subarray(Buffer.byteLength(text.slice(0, start)));
      return { piece: { bytes: rest, fault }, line, delimiter };
    }
    if (fault !== null) throw unreadableLine(countLineBreaks(text) + 1, fault);
    if (ended) throw refuseHeadless(text.slice(start), line);
    if (bytes.length > MAX_HEADER_BYTES) {
      throw unreadableLine(line, 'the header line is longer than 1 MB. Is this a CSV file?');
    }
  }
}

function refuseHeadless(header: string, line: number): RefusedError {
  if (header === '') {
    return new RefusedError('The manifest is empty: it has no header line, and no rows.');
  }
  const fault = findQuoteFault(header, ',');
  return fault === undefined
    ? unreadableLine(line, 'the header line cannot be read.')
    : unreadableLine(line + fault.breaksBefore, wordQuoteFault(fault, line));
}

/** Start of the first line that holds more than white space, delimiters and empty quotes. */
function findContent(text: string): number {
  const first = text.search(/[^\s,;|"]/u);
  if (first === -1) return text.length;
  const before = text.slice(0, first);
  return Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
}

/** End of the header, line breaks inside quotes passed over; undefined where more must be read. */
function findHeaderEnd(text: string, start: number, ended: boolean): number | undefined {
  let inQuotes = false;
  let cellStart = true;
  for (let at = start; at < text.length; at++) {
    const character = text[at] ?? '';
    if (inQuotes) {
      inQuotes = character !== '"';
    } else if (character === '"') {
      // A quote right after a closing one stands for a quote, and opens again.
      inQuotes = cellStart || text[at - 1] === '"';
    } else if (character === '\n' || character === '\r') {
      return at;
    }
    cellStart = DELIMITER_CHARACTERS.has(character);
  }
  return ended && !inQuotes ? text.length : undefined;
}

/** The delimiter that brings out most known columns, then most columns. */
function chooseDelimiter(header: string, choices: ColumnChoices): Delimiter {
  const known = new Set([
    ...Object.values(COLUMN_NAMES).flat(),
    ...Object.values(choices).map(foldHeader),
  ]);
  let best: Delimiter = ',';
  let bestScore = -1;
  for (const delimiter of DELIMITERS) {
    const cells = splitLeniently(header, delimiter);
    const hits = cells.filter((cell) => known.has(foldHeader(cell))).length;
    const score = hits * MAX_HEADER_BYTES + cells.length;
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
      record_delimiter: RECORD_DELIMITERS,
      relax_quotes: true,
      relax_column_count: true,
    });
    return cells ?? [];
  } catch {
    // Quotes that are wrong with this delimiter; the reader proper words what is wrong with all.
    return [];
  }
}
