import type { Clock } from '../clock.ts';
import { SweepError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { ManifestChangedError } from '../manifest/fingerprint.ts';
import { createReportFile, type ReportFile, type WrittenFile } from '../files/atomic-file.ts';
import { restoreFile } from './restore-file.ts';
import type { RestoreOptions } from './restore-options.ts';
import { restorePass, type RestoredFile } from './restore-pass.ts';
import { RESTORE_FILE } from '../journal/lines.ts';
import { RESTORE_HEADER, restoreLine } from './restore-report.ts';
import { emptyTotals, type Candidate, type Restored, type RestoreTotals } from './restored.ts';

export interface RestoreFilesOptions extends RestoreOptions {
  readonly concurrency: number;
  readonly clock: Clock;
  /** Throws where the directory is no longer this process's: called before the report takes its place. */
  readonly mayWrite?: (() => void) | undefined;
  /** Told of each file as it ends. */
  readonly onEnded?: ((restored: Restored, totals: RestoreTotals) => void) | undefined;
  /** Told of each file in the order of the report. */
  readonly onReported?: ((one: RestoredFile) => void) | undefined;
}

export interface RestoredFiles {
  readonly totals: RestoreTotals;
  readonly report: WrittenFile;
}

/**
 * Puts the files back and writes `restore.csv` on the way: whole, in the order
 * of the candidates, and with a row for each of them, after a stop too. Throws
 * SweepError where the report cannot be written; what was restored stays so.
 */
export async function restoreFiles(
  candidates: AsyncIterable<Candidate>,
  options: RestoreFilesOptions,
): Promise<RestoredFiles> {
  const { runDirectory, clock, concurrency, source } = options;
  const totals = emptyTotals();
  let report: ReportFile | undefined;
  try {
    report = await createReportFile(runDirectory, RESTORE_FILE, clock);
    await report.write(RESTORE_HEADER);
    const pass = restorePass(candidates, {
      restore: (candidate) => restoreFile(candidate, options),
      concurrency,
      control: source.control,
      onEnded(restored) {
        totals[restored.status] += 1;
        options.onEnded?.(restored, totals);
      },
    });
    for await (const one of pass) {
      await report.write(restoreLine(one));
      options.onReported?.(one);
    }
    options.mayWrite?.();
    return { totals, report: await report.finish() };
  } catch (error) {
    await report?.discard().catch(() => undefined);
    if (error instanceof ManifestChangedError) throw manifestChanged(error);
    throw isDiskTrouble(error) ? reportFailed(error) : error;
  }
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
