import { RefusedError } from '../errors.ts';
import type { JournalLine } from './lines.ts';
import { createPlainReader } from './plain-lines.ts';
import { journalSource, type JournalSource } from './source.ts';

const CHUNK_BYTES = 1 << 16;
const NEWLINE = 10;

export interface ReadLine {
  readonly line: JournalLine;
  /** Byte offset of the line in the file, and its length without the line end. */
  readonly offset: number;
  readonly length: number;
}

/** Bytes of whole lines, batch by batch; the last item says where the last whole line ends. */
export interface ReadBatch {
  readonly lines: readonly ReadLine[];
  readonly end: number;
}

/**
 * Reads a journal from the beginning. A last line without its line end is torn
 * by a crash and left out; any other line that is no JSON object is refused
 * with its number. `upTo` ends the reading at a byte.
 */
export async function* readJournal(
  from: string | JournalSource,
  upTo = Infinity,
): AsyncIterable<ReadBatch> {
  const source = journalSource(from);
  const readPlain = createPlainReader();
  const file = await source.open();
  try {
    let offset = 0;
    let lineNumber = 0;
    let buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    /** Bytes of a line that is not whole yet, at the buffer's beginning. */
    let held = 0;
    while (offset + held < upTo) {
      if (held === buffer.length) buffer = Buffer.concat([buffer], held * 2);
      const wanted = Math.min(buffer.length - held, upTo - offset - held);
      const bytesRead = await file.read(buffer.subarray(held), wanted, offset + held);
      if (bytesRead === 0) break;
      const bytes = buffer.subarray(0, held + bytesRead);
      const lines: ReadLine[] = [];
      let start = 0;
      for (;;) {
        const stop = bytes.indexOf(NEWLINE, start);
        if (stop === -1) break;
        lineNumber += 1;
        const line =
          readPlain(bytes, start, stop) ??
          parseLine(bytes.toString('utf8', start, stop), lineNumber, source.name);
        lines.push({ line, offset: offset + start, length: stop - start });
        start = stop + 1;
      }
      offset += start;
      bytes.copyWithin(0, start);
      held = bytes.length - start;
      yield { lines, end: offset };
    }
  } finally {
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
    `Line ${lineNumber} of ${path} is broken. A journal is never edited by hand; restore it from a copy. Nothing was sent.`,
  );
}
