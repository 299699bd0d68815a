import { join } from 'node:path';
import { openJournalFile } from '../journal/write.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import {
  openJournal,
  type Journal,
  type JournalError,
  type JournalFile,
  type SizedFile,
} from '../journal/write.ts';
import type { Lock } from '../run-directory/lock.ts';
import type { Placed } from '../run-directory/draft.ts';
import type { Io } from './io.ts';

/** The journal of a run directory that stands in its place, to append to as long as the directory is this process's. */
export function reopenJournal(
  io: Io,
  { path: directory, lock }: Placed,
  lastStamp: number,
  syncEachSend = false,
  onFailure?: (error: JournalError) => void,
): Journal {
  return openJournal({
    file: ownFile(openJournalFile(join(directory, JOURNAL_FILE)), lock),
    now: () => io.clock.now(),
    syncEachSend,
    syncEveryMs: 200,
    defer: setImmediate,
    lastStamp,
    ...(onFailure === undefined ? {} : { onFailure }),
  });
}

/**
 * Writes nothing once the directory is another process's, and knows that also
 * from lines that this one did not write: the lease may be gone again by then.
 */
export function ownFile(file: SizedFile, lock: Lock): JournalFile {
  let size = file.size();
  let isOver = false;
  lock.alsoCheck(() => isOver || file.size() === size);
  return {
    ...file,
    write(text) {
      lock.assertOurs();
      try {
        file.write(text);
      } catch (error) {
        // How much of it is there nobody knows; nothing is written behind it.
        isOver = true;
        throw error;
      }
      size += Buffer.byteLength(text);
    },
    assertOurs() {
      lock.assertOurs();
    },
    close() {
      isOver = true;
      return file.close();
    },
  };
}
