import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { SweepError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { createReportFile, type ReportFile, type WrittenFile } from '../files/atomic-file.ts';
import { JOURNAL_FILE, RESTORE_FILE } from '../journal/lines.ts';
import { cutTornTail } from '../journal/read.ts';
import type { RunState } from '../journal/run-state.ts';
import { ManifestChangedError } from '../manifest/fingerprint.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { ROWS_IN_A_ROW } from '../run/breaker.ts';
import { whoIsAtWork } from '../run/journal-header.ts';
import { appendToJournal } from '../run/open-journal.ts';
import type { RunDirectory } from '../run-directory/staging.ts';
import { TakenOverError } from '../run-directory/lock.ts';
import { TOOL } from '../version.ts';
import type { Candidate } from './candidates.ts';
import { restoreFile, type RestoreOptions } from './restore-file.ts';
import {
  emptyTotals,
  RESTORE_HEADER,
  restoreLine,
  type Restored,
  type RestoredFile,
  type RestoreTotals,
} from './restored.ts';

interface RestoreFilesOptions extends Omit<RestoreOptions, 'journal' | 'runDirectory'> {
  readonly directory: RunDirectory;
  readonly run: RunState;
  readonly concurrency: number;
  readonly clock: Clock;
  /** Another process took the run over. */
  readonly onLost: () => void;
  /** Called for each file as it ends. */
  readonly onEnded: (totals: RestoreTotals) => void;
  /** Called for each file in the order of the report. */
  readonly onReported: (one: RestoredFile) => void;
}

export interface RestoredFiles {
  readonly totals: RestoreTotals;
  readonly report: WrittenFile;
}

/**
 * Puts the files back and writes `restore.csv` on the way: whole, in the order
 * of the candidates, and with a row for each of them, after a stop too.
 * `taken_over`: what has become of them is the other process's to say. Throws
 * SweepError where the report cannot be written; what was restored stays so.
 */
export async function restoreFiles(
  candidates: AsyncIterable<Candidate>,
  options: RestoreFilesOptions,
): Promise<RestoredFiles | 'taken_over'> {
  const { directory, run, clock, source, onLost } = options;
  const { path, lock } = directory;
  const { control } = source;
  await cutTornTail(join(path, JOURNAL_FILE), run);
  lock.onLost(() => {
    onLost();
    control.stop('taken_over', new TakenOverError().message);
    control.abort();
  });
  const journal = appendToJournal(directory, {
    clock,
    lastStamp: run.lastStamp,
    syncEachSend: true,
    onFailure: (error) => {
      control.stop('journal_failed', error.message);
    },
  });
  const by = whoIsAtWork();
  journal.append({ state: 'restore', at: journal.stamp(), tool: TOOL, session: lock.session, by });
  try {
    const how = { ...options, journal, runDirectory: path };
    const restored = await restoreAll(candidates, how, options);
    const { name, sha256 } = restored.report;
    const report = { name, sha256 };
    journal.append({ state: 'restored', at: journal.stamp(), totals: restored.totals, report });
    return restored;
  } catch (error) {
    if (!lock.lost) throw error;
    return 'taken_over';
  } finally {
    // A journal that failed has said so by its stop.
    await journal.close().catch(() => undefined);
  }
}

async function restoreAll(
  candidates: AsyncIterable<Candidate>,
  how: RestoreOptions,
  { directory, clock, concurrency, onEnded, onReported }: RestoreFilesOptions,
): Promise<RestoredFiles> {
  const totals = emptyTotals();
  let report: ReportFile | undefined;
  try {
    report = await createReportFile(directory.path, RESTORE_FILE, clock);
    await report.write(RESTORE_HEADER);
    const restore = withBreaker(how, (restored) => {
      totals[restored.status] += 1;
      onEnded(totals);
    });
    const window = concurrency * AHEAD;
    for await (const one of mapConcurrently(candidates, { concurrency, window }, restore)) {
      await report.write(restoreLine(one));
      onReported(one);
    }
    directory.lock.assertOurs();
    return { totals, report: await report.finish() };
  } catch (error) {
    await report?.discard().catch(() => undefined);
    if (error instanceof ManifestChangedError) throw manifestChanged(error);
    throw isDiskTrouble(error) ? reportFailed(error) : error;
  }
}

/** How far ahead of the slowest file others may go, for each request in flight. */
const AHEAD = 4;

/** Restores one file; ten in a row without an answer to rely on stop the command. */
function withBreaker(
  options: RestoreOptions,
  onEnded: (restored: Restored) => void,
): (candidate: Candidate) => Promise<RestoredFile> {
  let unconfirmed = 0;
  return async (candidate) => {
    const restored = await restoreFile(candidate, options);
    if (restored.confirmed !== undefined) unconfirmed = restored.confirmed ? 0 : unconfirmed + 1;
    if (unconfirmed >= ROWS_IN_A_ROW) {
      options.source.control.stop(
        'no_answers',
        'Ten files in a row ended without one trustworthy answer. Look at the server, the network or the proxy, then run restore again.',
      );
    }
    onEnded(restored);
    return { candidate, restored };
  };
}

function isDiskTrouble(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}

/** Which files are left is not known any more; what was done is no refusal. */
function manifestChanged(cause: ManifestChangedError): SweepError {
  return new SweepError(
    `${cause.message}\nWhat was restored before stays restored; then run the same restore again.`,
    EXIT.rowsLeft,
    { cause },
  );
}

function reportFailed(cause: Error): SweepError {
  return new SweepError(
    `${RESTORE_FILE} could not be written (${cause.message}). What was restored stays restored; make room, then run the same restore again.`,
    EXIT.rowsLeft,
    { cause },
  );
}
