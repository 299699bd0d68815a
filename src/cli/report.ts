import { describeHoles } from '../journal/run-state.ts';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError } from '../errors.ts';
import type { ExitCode } from '../exit-codes.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import { exitCodeOfJournal } from '../report/exit-code.ts';
import type { FlagsOf } from './commands.ts';
import { finishReports } from './finish.ts';
import type { Io } from './io.ts';
import { renderSummary } from './render-summary.ts';

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
  const { summary, page, exitCode, holes } = await finishReports(io, {
    directory,
    exitCode: exitCodeOfJournal,
  });
  if (holes !== undefined) io.stderr.write(`${describeHoles(holes)}\n`);
  if (flags.json === true) io.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else io.stdout.write(renderSummary(summary, page));
  return exitCode;
}
