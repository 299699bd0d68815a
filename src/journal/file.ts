import { closeSync, fdatasync, fstatSync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { SizedFile } from './write.ts';

const datasync = promisify(fdatasync);

/**
 * The journal on a real disk. Writes are synchronous: one a turn of the event
 * loop, and when `write` returns, a killed process no longer loses the bytes
 * (a power cut still can, until `sync`).
 */
export function openJournalFile(path: string): SizedFile {
  const fd = openSync(path, 'a', 0o600);
  return {
    write(text) {
      let done = writeSync(fd, text);
      if (done === Buffer.byteLength(text)) return;
      // A disk that fills up may take a part.
      const bytes = Buffer.from(text);
      while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done);
    },
    size: () => fstatSync(fd).size,
    sync: () => datasync(fd),
    close: () => {
      closeSync(fd);
      return Promise.resolve();
    },
  };
}
