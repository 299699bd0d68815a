import { join } from 'node:path';
import { readRunOptions } from '../config/run-options.ts';
import { RefusedError } from '../errors.ts';
import type { ExitCode } from '../exit-codes.ts';
import { countUnfinished, countUnsaved, isArchive, type RunState } from '../journal/run-state.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import { joinRows } from '../journal/joined-rows.ts';
import { cutTornTail } from '../journal/read.ts';
import { emptyTotals, FIRST_FILES, type FirstFile, type PlanTotals } from '../plan/totals.ts';
import { exitCodeOfJournal } from '../report/exit-code.ts';
import { refuseOther } from '../run/open-run.ts';
import { readManifestCopy } from '../run-directory/manifest-copy.ts';
import type { FlagsOf } from './commands.ts';
import { confirmFiles, type Confirmed } from './confirm.ts';
import { withConnection, type Connected } from './connect.ts';
import { execute } from './execute.ts';
import type { Io } from './io.ts';
import { withLockedRun } from './locked-run.ts';
import { renderPlan } from './render-plan.ts';
import { makeReports, printSummary } from './reports.ts';
import { chosenOf } from './run-flags.ts';
import { say, screenOf, type Screen } from './screen.ts';

type ResumeFlags = FlagsOf<'resume'>;

/** `resume <run-dir>`: finishes a run, or a check's archive, that was interrupted or stopped. */
export async function resume(io: Io, directory: string, flags: ResumeFlags): Promise<ExitCode> {
  const { limit, stopAtMs } = readRunOptions(flags, new Date(io.clock.now()));
  return withLockedRun(io, directory, 'resume', async (run, lock) => {
    const left = countUnfinished(run);
    if (left === 0) return alreadyFinished(io, directory, flags, run);
    const archive = isArchive(run) ? (run.header.project ?? undefined) : undefined;
    return withConnection(io, flags, { command: 'resume' }, async (connected) => {
      const { url, token } = connected.connection;
      await refuseOther(run, { url: url.href, token, server: connected.server });
      await cutTornTail(join(directory, JOURNAL_FILE), run);
      const asks = archive === undefined && !run.confirmed;
      const confirmed = asks
        ? await confirmLate(io, flags, { run, limit, stopAtMs, directory }, connected)
        : undefined;
      return execute(io, {
        directory: { path: directory, lock },
        resumes: true,
        connected,
        confirmed,
        limit,
        stopAtMs,
        secondLook: undefined,
        json: flags.json === true,
        total: archive === undefined ? left : left + countUnsaved(run),
        archive,
      });
    });
  });
}

async function alreadyFinished(
  io: Io,
  directory: string,
  flags: ResumeFlags,
  run: RunState,
): Promise<ExitCode> {
  say(
    io,
    isArchive(run)
      ? 'This check is finished: its archive is whole, and no file is left to be saved.'
      : 'This run is finished: no row is left to send or to look at.',
  );
  const made = await makeReports(io, { directory, exitCode: exitCodeOfJournal });
  printSummary(io, flags.json === true, made);
  return made.exitCode;
}

interface Unconfirmed {
  readonly run: RunState;
  readonly directory: string;
  readonly limit: number | undefined;
  readonly stopAtMs: number | undefined;
}

/** The first files that the plan has, as the check saw them. */
async function readFirstFiles(directory: string, run: RunState): Promise<readonly FirstFile[]> {
  const first: FirstFile[] = [];
  for await (const batch of joinRows(readManifestCopy(directory, run.header), run)) {
    for (const { row, plan, target, seen } of batch) {
      // Without a check, rows that are to be deleted have no line of their own.
      if ((plan?.plan ?? 'delete') !== 'delete') continue;
      first.push({ line: row.line, target, seen });
      if (first.length === FIRST_FILES) return first;
    }
  }
  return first;
}

/** A run whose question was never answered is asked about now. */
async function confirmLate(
  io: Io,
  flags: ResumeFlags,
  { run, limit, stopAtMs, directory }: Unconfirmed,
  { connection, control }: Connected,
): Promise<{ by: Confirmed; files: number }> {
  // The line that has the totals may be lost in a hole.
  const planned = run.planned?.totals ?? { delete: countUnfinished(run) };
  const totals: PlanTotals = { ...emptyTotals(), ...(planned as Partial<PlanTotals>) };
  const { perMinute } = connection.rate;
  const first = await readFirstFiles(directory, run);
  const { header } = run;
  const chosen = chosenOf(io, flags, { limit, stopAtMs }, directory);
  const plan = (screen: Screen): string =>
    renderPlan({ header, totals, first, chosen, blind: false, perMinute }, screen);
  const json = flags.json === true;
  if (!json) io.stdout.write(`${plan(screenOf(io, io.stdout))}\n`);
  const by = await confirmFiles(io, {
    yes: flags.yes === true,
    files: totals.delete,
    verb: 'deleted',
    plan,
    json,
    signal: control.stopping,
  });
  if (by === undefined) throw new RefusedError('Not confirmed. Nothing was deleted.');
  return { by, files: totals.delete };
}
