import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { ExitCode } from '../exit-codes.ts';
import { openJournalFile } from '../journal/write.ts';
import { replayJournal } from '../journal/replay.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import {
  openJournal,
  type Journal,
  type JournalError,
  type JournalFile,
  type SizedFile,
} from '../journal/write.ts';
import type { RunDirectory } from '../run-directory/staging.ts';
import type { Lock } from '../run-directory/lock.ts';

interface AppendOptions {
  readonly clock: Clock;
  /** The last time that stands in it. */
  readonly lastStamp: number;
  readonly syncEachSend?: boolean;
  readonly onFailure?: (error: JournalError) => void;
}

/** The journal of a run directory, to append to as long as the directory is this process's. */
export function appendToJournal(
  { path, lock }: RunDirectory,
  { clock, lastStamp, syncEachSend = false, onFailure }: AppendOptions,
): Journal {
  return openJournal({
    file: ownFile(openJournalFile(join(path, JOURNAL_FILE)), lock),
    now: () => clock.now(),
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

/** Makes the reports of a directory; calls `end` once the exit code is known. */
type MakeReports<T> = (end: (exitCode: ExitCode) => Promise<void>) => Promise<T>;

/**
 * Ends a directory in which nothing is carried out: that of a check, or of a
 * run that its rows keep from starting (`refused` says why). Releases the lock.
 */
export async function endPlan<T>(
  directory: RunDirectory,
  { clock, refused }: { readonly clock: Clock; readonly refused?: string },
  report: MakeReports<T>,
): Promise<T> {
  try {
    const { lastStamp } = await replayJournal(join(directory.path, JOURNAL_FILE));
    const journal = appendToJournal(directory, { clock, lastStamp });
    if (refused !== undefined) {
      journal.append({ state: 'refused', at: journal.stamp(), reason: refused });
    }
    return await report(async (exitCode) => {
      journal.append({ state: 'end', at: journal.stamp(), exitCode });
      await journal.close();
    });
  } finally {
    await directory.lock.release();
  }
}
