import { RefusedError } from '../errors.ts';
import type { JournalLine } from './lines.ts';
import { readPlainLine } from './plain-lines.ts';
import { journalSource, type JournalSource } from './source.ts';

const CHUNK_BYTES = 1 << 16;
const NEWLINE = 10;

/** Takes a line with its byte offset in the file, and its length without the line end. */
export type OnLine = (line: JournalLine, offset: number, length: number) => void;

/**
 * Reads a journal from the beginning, a piece ahead of whoever takes the lines:
 * each turn hands over those of one piece, and says where the last whole line
 * ends. A last line without its line end is torn by a crash and left out; any
 * other line that is no JSON object is refused with its number. `upTo` ends the
 * reading at a byte; `onBytes` is told the whole lines, in order, and keeps none
 * of the bytes.
 */
export async function* readJournal(
  from: string | JournalSource,
  onLine: OnLine,
  upTo = Infinity,
  onBytes?: (bytes: Uint8Array) => void,
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
    const take = (bytes: Buffer, start: number, stop: number, offset: number): void => {
      lineNumber += 1;
      const line =
        readPlainLine(bytes, start, stop) ??
        parseLine(bytes.toString('utf8', start, stop), lineNumber, source.name);
      onLine(line, offset, stop - start);
    };
    for (let length = await reading; length > 0; length = await reading) {
      const bytes = buffer.subarray(0, length);
      const begin = position;
      position += length;
      [buffer, spare] = [spare, buffer];
      reading = readOn();
      let stop = bytes.indexOf(NEWLINE);
      if (stop === -1) {
        held.push(Buffer.from(bytes));
        continue;
      }
      let start = 0;
      if (held.length > 0) {
        const whole = Buffer.concat([...held, bytes.subarray(0, stop)]);
        take(whole, 0, whole.length, begin + stop - whole.length);
        for (const piece of held) onBytes?.(piece);
        start = stop + 1;
        stop = bytes.indexOf(NEWLINE, start);
      }
      for (; stop !== -1; stop = bytes.indexOf(NEWLINE, start)) {
        take(bytes, start, stop, begin + start);
        start = stop + 1;
      }
      onBytes?.(bytes.subarray(0, start));
      held = start < length ? [Buffer.from(bytes.subarray(start))] : [];
      yield begin + start;
    }
  } finally {
    await reading.catch(() => undefined);
    await file.close();
  }
}

function parseLine(text: string, lineNumber: number, path: string): JournalLine {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as JournalLine;
  } catch {
    // Falls through to the refusal, which names the line.
  }
  throw new RefusedError(
    `Line ${lineNumber} of ${path} is broken. A journal is never edited by hand; restore it from a copy.`,
  );
}
