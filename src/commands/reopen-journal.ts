import { join } from 'node:path';
import { openJournalFile } from '../journal/file.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import { openJournal, type Journal, type JournalError } from '../journal/write.ts';
import type { Io } from './io.ts';

/** The journal of a run directory that stands in its place, to append to. */
export function reopenJournal(
  io: Io,
  directory: string,
  lastStamp: number,
  syncEachSend = false,
  onFailure?: (error: JournalError) => void,
): Journal {
  return openJournal({
    file: openJournalFile(join(directory, JOURNAL_FILE)),
    now: () => io.clock.now(),
    syncEachSend,
    syncEveryMs: 200,
    defer: setImmediate,
    lastStamp,
    ...(onFailure === undefined ? {} : { onFailure }),
  });
}
