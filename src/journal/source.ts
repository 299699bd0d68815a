import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';

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
