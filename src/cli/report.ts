import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError } from '../errors.ts';
import type { ExitCode } from '../exit-codes.ts';
import { describeHoles } from '../journal/run-state.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import { exitCodeOfJournal } from '../report/exit-code.ts';
import type { FlagsOf } from './commands.ts';
import type { Io } from './io.ts';
import { makeReports, printSummary } from './reports.ts';
import { say } from './screen.ts';

/** `report <run-dir>`: makes the reports again from manifest and journal. Sends nothing. */
export async function report(
  io: Io,
  directory: string,
  flags: FlagsOf<'report'>,
): Promise<ExitCode> {
  try {
    await stat(join(directory, JOURNAL_FILE));
  } catch {
    throw new RefusedError(
      `${directory} is no run directory: it has no ${JOURNAL_FILE}. Name a directory that redcap-sweep made.`,
    );
  }
  const made = await makeReports(io, { directory, exitCode: exitCodeOfJournal });
  if (made.holes !== undefined) say(io, describeHoles(made.holes));
  printSummary(io, flags.json === true, made);
  return made.exitCode;
}
