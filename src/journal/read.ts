import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readSync } from 'node:fs';
import { open, stat, truncate } from 'node:fs/promises';

const CHUNK_BYTES = 1 << 18;
export const NEWLINE = 10;

/** More than any line has; what goes on for longer is a hole. */
const LONGEST_LINE_BYTES = 1 << 26;

/**
 * Where a journal's bytes come from: a file by its path, or anything else that
 * gives bytes by their place, so that a simulation reads what survived a crash.
 */
export interface JournalSource {
  /** As messages name it. */
  readonly name: string;
  open(): Promise<JournalBytes>;
  /** For reading here and there, one line after the other. */
  openNow(): JournalBytesNow;
}

export interface JournalBytes {
  /** Fills `into` from a place in the journal; gives the number of bytes, 0 at its end. */
  read(into: Buffer, length: number, position: number): Promise<number>;
  close(): Promise<void>;
}

export interface JournalBytesNow {
  read(into: Buffer, length: number, position: number): number;
  close(): void;
}

export function journalSource(from: string | JournalSource): JournalSource {
  return typeof from === 'string' ? fileSource(from) : from;
}

function fileSource(path: string): JournalSource {
  return {
    name: path,
    async open() {
      const file = await open(path, 'r');
      return {
        read: async (into, length, position) =>
          (await file.read(into, 0, length, position)).bytesRead,
        close: () => file.close(),
      };
    },
    openNow() {
      const fd = openSync(path, 'r');
      return {
        read: (into, length, position) => readSync(fd, into, 0, length, position),
        close: () => {
          closeSync(fd);
        },
      };
    },
  };
}

/** A line that stands whole in the journal. */
export interface ReadLine {
  /** Its first byte, and the first one behind its line end. */
  readonly offset: number;
  readonly end: number;
  /** `undefined`: it is no JSON object, as a power cut can leave a line. */
  readonly value: object | undefined;
}

/**
 * Reads a journal from the beginning up to a byte, many lines at a time. A last
 * line without its line end is torn by a crash and left out.
 */
export async function* readJournal(
  from: string | JournalSource,
  upTo = Infinity,
): AsyncGenerator<readonly ReadLine[], void, undefined> {
  const file = await journalSource(from).open();
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    let position = 0;
    let offset = 0;
    /** The beginning of a line whose end is not read yet. */
    let begun: Buffer[] = [];
    /** What has begun is no line: its bytes are not kept, however many they are. */
    let isLost = false;
    for (;;) {
      const length = await file.read(buffer, Math.min(CHUNK_BYTES, upTo - position), position);
      if (length === 0) return;
      const bytes = buffer.subarray(0, length);
      const lines: ReadLine[] = [];
      let start = 0;
      for (let stop = bytes.indexOf(NEWLINE); stop !== -1; stop = bytes.indexOf(NEWLINE, start)) {
        const last = bytes.subarray(start, stop);
        const whole = begun.length === 0 ? last : Buffer.concat([...begun, last]);
        start = stop + 1;
        const end = position + start;
        lines.push({ offset, end, value: isLost ? undefined : parseLine(whole) });
        offset = end;
        begun = [];
        isLost = false;
      }
      position += length;
      const rest = bytes.subarray(start);
      isLost ||= rest.includes(0) || position - offset > LONGEST_LINE_BYTES;
      if (isLost) begun = [];
      else if (rest.length > 0) begun.push(Buffer.from(rest));
      if (lines.length > 0) yield lines;
    }
  } finally {
    await file.close();
  }
}

/** The JSON object that a line is; `undefined` where it is none. */
export function parseLine(bytes: Buffer): object | undefined {
  // A decoder would put something else in the place of what is no text.
  if (!isUtf8(bytes)) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Cuts off what a crash left behind the last whole line, before anything is appended there. */
export async function cutTornTail(path: string, { end }: { readonly end: number }): Promise<void> {
  const { size } = await stat(path);
  if (size > end) await truncate(path, end);
}
