import { isUtf8 } from 'node:buffer';
import type { JournalLine } from './lines.ts';
import { readPlainLine } from './plain-lines.ts';
import { journalSource, type JournalSource } from './source.ts';

const CHUNK_BYTES = 1 << 16;
const NEWLINE = 10;

/** More than any line has; what goes on for longer is a hole. */
const LONGEST_LINE_BYTES = 1 << 26;

/**
 * Takes a line with its byte offset in the file, and its length without the line
 * end. Says `false` of one that is no line of a journal: it is a hole then.
 */
export type OnLine = (line: JournalLine, offset: number, length: number) => unknown;

export interface ReadJournalOptions {
  /** Ends the reading at a byte. */
  readonly upTo?: number | undefined;
  /** Told of the bytes of the whole lines, in order; keeps none of them. */
  readonly onBytes?: ((bytes: Uint8Array) => void) | undefined;
  /** Told of a line that cannot be read, by its number from 1 and its place. */
  readonly onHole?: ((lineNumber: number, offset: number) => void) | undefined;
}

/**
 * Reads a journal from the beginning, a piece ahead of whoever takes the lines:
 * each turn hands over those of one piece, and says where the last whole line
 * ends. A last line without its line end is torn by a crash and left out; any
 * other line that is no JSON object is a hole, as a power cut can leave it, and
 * passed over.
 */
export async function* readJournal(
  from: string | JournalSource,
  onLine: OnLine,
  { upTo = Infinity, onBytes, onHole }: ReadJournalOptions = {},
): AsyncIterable<number> {
  const source = journalSource(from);
  const file = await source.open();
  let buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let spare = Buffer.allocUnsafe(CHUNK_BYTES);
  let position = 0;
  const readOn = (): Promise<number> => {
    const wanted = Math.min(CHUNK_BYTES, upTo - position);
    const read = wanted > 0 ? file.read(buffer, wanted, position) : Promise.resolve(0);
    // Told to whoever waits for it.
    read.catch(() => undefined);
    return read;
  };
  let reading = readOn();
  try {
    let lineNumber = 0;
    /** The beginning of a line whose end is not read yet. */
    let held: Buffer[] = [];
    let heldBytes = 0;
    /** What is held is no line any more: its bytes are counted, and not kept. */
    let lost = false;
    const hold = (bytes: Buffer): void => {
      heldBytes += bytes.length;
      lost ||= heldBytes > LONGEST_LINE_BYTES || bytes.includes(0);
      if (!lost) {
        held.push(Buffer.from(bytes));
        return;
      }
      for (const piece of held) onBytes?.(piece);
      held = [];
      onBytes?.(bytes);
    };
    const take = (bytes: Buffer, start: number, stop: number, offset: number): void => {
      lineNumber += 1;
      const line = readPlainLine(bytes, start, stop) ?? parseLine(bytes.subarray(start, stop));
      const taken = line !== undefined && onLine(line, offset, stop - start) !== false;
      if (!taken) onHole?.(lineNumber, offset);
    };
    for (let length = await reading; length > 0; length = await reading) {
      const bytes = buffer.subarray(0, length);
      const begin = position;
      position += length;
      [buffer, spare] = [spare, buffer];
      reading = readOn();
      let stop = bytes.indexOf(NEWLINE);
      if (stop === -1) {
        hold(bytes);
        continue;
      }
      let start = 0;
      if (heldBytes > 0) {
        if (lost) {
          lineNumber += 1;
          onHole?.(lineNumber, begin - heldBytes);
        } else {
          const whole = Buffer.concat([...held, bytes.subarray(0, stop)]);
          take(whole, 0, whole.length, begin - heldBytes);
          for (const piece of held) onBytes?.(piece);
        }
        held = [];
        heldBytes = 0;
        lost = false;
        start = stop + 1;
        stop = bytes.indexOf(NEWLINE, start);
      }
      for (; stop !== -1; stop = bytes.indexOf(NEWLINE, start)) {
        take(bytes, start, stop, begin + start);
        start = stop + 1;
      }
      onBytes?.(bytes.subarray(0, start));
      if (start < length) hold(bytes.subarray(start));
      yield begin + start;
    }
  } finally {
    await reading.catch(() => undefined);
    await file.close();
  }
}

function parseLine(bytes: Buffer): JournalLine | undefined {
  // A decoder would put something else in the place of what is no text.
  if (!isUtf8(bytes)) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as JournalLine) : undefined;
  } catch {
    return undefined;
  }
}
