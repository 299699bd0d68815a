import type { JournalFile } from '../../src/journal/write.ts';

export interface MemoryFile extends JournalFile {
  /** What the operating system has. */
  readonly written: string;
  /** How much of it is on the disk. */
  readonly synced: number;
  readonly writes: number;
  readonly closed: boolean;
  fail(error: Error): void;
  failSync(error: Error): void;
}

/** A journal's file in memory, which can be made to fail. */
export function createMemoryFile(): MemoryFile {
  let written = '';
  let synced = 0;
  let writes = 0;
  let closed = false;
  let failure: Error | undefined;
  let syncFailure: Error | undefined;
  return {
    write(text) {
      if (failure !== undefined) throw failure;
      writes += 1;
      written += text;
    },
    async sync() {
      const upTo = written.length;
      // A disk takes its time, and what comes meanwhile is not part of it.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      if (syncFailure !== undefined) throw syncFailure;
      synced = Math.max(synced, upTo);
    },
    close() {
      closed = true;
      return Promise.resolve();
    },
    get written() {
      return written;
    },
    get synced() {
      return synced;
    },
    get writes() {
      return writes;
    },
    get closed() {
      return closed;
    },
    fail: (error) => {
      failure = error;
    },
    failSync: (error) => {
      syncFailure = error;
    },
  };
}
