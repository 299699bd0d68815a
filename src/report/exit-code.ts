import { type RunState, isArchive, isPlanOnly, hasWorkLeft } from '../journal/run-state.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { MadeCsvs } from './make-reports.ts';

/** What the command ended with, as far as it is known apart from the rows. */
export interface Ending {
  readonly signal: NodeJS.Signals | undefined;
  /** Has this command sent a deletion request? */
  readonly sent: boolean;
  readonly stopped: boolean;
}

/** The code with which a run that came to this end exits. */
export function exitCodeOfRows(csvs: MadeCsvs): ExitCode {
  return csvs.reportRows.error > 0 || csvs.notConfirmed > 0 ? EXIT.rowsLeft : EXIT.ok;
}

export function exitCodeOfEnding(ending: Ending, csvs: MadeCsvs): ExitCode {
  if (ending.signal !== undefined || ending.stopped) return exitCodeOfStop(ending);
  return exitCodeOfRows(csvs);
}

export function exitCodeOfStop({ signal, sent }: Pick<Ending, 'signal' | 'sent'>): ExitCode {
  if (signal !== undefined) return signal === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
  return sent ? EXIT.stopped : EXIT.refused;
}

/** As the run did, or, of one that is live or was killed, would. */
export function exitCodeOfJournal(run: RunState, csvs: MadeCsvs): ExitCode {
  // Whatever ended the last session: an archive that is not whole can be gone on with.
  if (isArchive(run)) return hasWorkLeft(run) ? EXIT.stopped : exitCodeOfRows(csvs);
  if (run.exitCode !== undefined) return run.exitCode as ExitCode;
  if (run.refused !== undefined) return EXIT.refused;
  // Killed after its last row, or its reports could not be written: nothing is left to resume.
  if (isPlanOnly(run) || !hasWorkLeft(run)) return exitCodeOfRows(csvs);
  return run.sent ? EXIT.stopped : EXIT.refused;
}
