import { type RunState, describeHoles, countUnfinished } from '../journal/run-state.ts';
import { join } from 'node:path';
import { readRunOptions } from '../config/run-options.ts';
import { RefusedError } from '../errors.ts';
import { UnreadableAnswer } from '../project/answers.ts';
import type { ExitCode } from '../exit-codes.ts';
import { replayJournal } from '../journal/replay.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import { cutTornTail } from '../journal/read.ts';
import type { Journal } from '../journal/write.ts';
import { exitCodeOfJournal } from '../report/exit-code.ts';
import { MANIFEST_FILE } from '../report/make-reports.ts';
import { replanLost } from '../run/lost-plan.ts';
import { lookBeforeSending, unfinishedRows } from '../run/resume-rows.ts';
import type { SessionRows } from '../run/session.ts';
import { heldBatches, holdManifest, openHeldManifest } from '../run-directory/held-manifest.ts';
import { TOOL } from '../version.ts';
import { carryOut } from './carry-out.ts';
import { confirmFiles, type Confirmed } from './confirm.ts';
import type { FlagsOf } from './commands.ts';
import { connect, type Connected } from './connect.ts';
import { finishReports } from './finish.ts';
import { hasTerminal, type Io } from './io.ts';
import { saltedDigest } from './journal-header.ts';
import { lockRun } from './lock-run.ts';
import { createProgress } from './progress.ts';
import { estimateRequests, renderPlan } from './render-plan.ts';
import { renderSummary } from './render-summary.ts';
import { emptyTotals, type PlanTotals } from '../plan/totals.ts';

type ResumeFlags = FlagsOf<'resume'>;

/** `resume <run-dir>`: finishes a run that was interrupted or stopped. */
export async function resume(io: Io, directory: string, flags: ResumeFlags): Promise<ExitCode> {
  const limits = readRunOptions(flags, new Date(io.clock.now()));
  const lock = await lockRun(io, directory);
  try {
    const view = await openRun(directory);
    if (view.holes !== undefined) io.stderr.write(`${describeHoles(view.holes)}\n`);
    const left = countUnfinished(view);
    if (left === 0) return await alreadyFinished(io, directory, flags);
    const progress = createProgress(io, flags.quiet === true);
    const connected = await connect(io, flags, progress);
    try {
      await refuseOther(view, connected);
      await cutTornTail(join(directory, JOURNAL_FILE), view);
      const confirmed = view.confirmed ? undefined : await confirmLate(io, flags, view, connected);
      return await carryOut(io, {
        placed: { path: directory, lock },
        connected,
        progress,
        confirmed,
        resumedBy: TOOL,
        limit: limits.limit,
        stopAtMs: limits.stopAtMs,
        json: flags.json === true,
        total: left,
        rows: (now, journal) => resumedRows(directory, now, journal, connected),
      });
    } finally {
      progress.end();
      await connected.close();
    }
  } finally {
    await lock.release();
  }
}

/** The journal of a run that can be resumed. Throws RefusedError for what is none. */
export async function openRun(directory: string): Promise<RunState> {
  const view = await replayJournal(join(directory, JOURNAL_FILE));
  const { header } = view;
  if (header.kind === 'check') {
    throw new RefusedError(
      `${directory} is a check, which deletes nothing. To carry it out: redcap-sweep run --approved ${directory}`,
    );
  }
  if (view.refused !== undefined) {
    throw new RefusedError(
      `The run in ${directory} was refused and deleted nothing. Correct the rows that its error.csv names, in the manifest, and run that again.`,
    );
  }
  await holdManifest(join(directory, MANIFEST_FILE), header);
  return view;
}

/** Another address, project or token would delete other files under the same names. */
export async function refuseOther(view: RunState, connected: Connected): Promise<void> {
  const { header } = view;
  const { connection, server } = connected;
  if (connection.url.href !== header.url) {
    throw new RefusedError(
      `The run belongs to ${header.url}; this is ${connection.url.href}. Nothing was sent.`,
    );
  }
  if (header.project === null) {
    const { sha256 } = saltedDigest(connection.token, header.token.salt);
    if (sha256 !== header.token.sha256) {
      throw new RefusedError(
        'This is not the token that the run was begun with, and without a check the project is not known. Nothing was sent.',
      );
    }
    return;
  }
  const id = await readId(server);
  if (id !== header.project.id) {
    throw new RefusedError(
      `The token belongs to project ${id}; the run is of project ${header.project.id}. Nothing was sent.`,
    );
  }
}

async function readId(server: Connected['server']): Promise<string> {
  try {
    return await server.readProjectId();
  } catch (error) {
    if (!(error instanceof UnreadableAnswer)) throw error;
    throw new RefusedError(
      `The server's answer for ${error.reason}. It cannot be used, and nothing was sent.`,
      { cause: error },
    );
  }
}

async function alreadyFinished(io: Io, directory: string, flags: ResumeFlags): Promise<ExitCode> {
  io.stderr.write('This run is finished: no row is left to send or to look at.\n');
  const { summary, page, exitCode } = await finishReports(io, {
    directory,
    exitCode: exitCodeOfJournal,
  });
  if (flags.json === true) io.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else io.stdout.write(renderSummary(summary, page));
  return exitCode;
}

/** A run whose question was never answered is asked about now. */
async function confirmLate(
  io: Io,
  flags: ResumeFlags,
  view: RunState,
  { connection, control }: Connected,
): Promise<{ by: Confirmed; files: number }> {
  // The line that has the totals may be lost in a hole.
  const planned = view.planned?.totals ?? { delete: countUnfinished(view) };
  const totals: PlanTotals = { ...emptyTotals(), ...(planned as Partial<PlanTotals>) };
  const plan = renderPlan({
    header: view.header,
    totals,
    blind: false,
    backup: view.header.options['backup'] === true,
    perMinute: connection.rate.perMinute,
    requests: estimateRequests(totals, {
      verifies: view.header.options['verify'] !== false,
      backup: view.header.options['backup'] === true,
      project: view.header.project,
      perMinute: connection.rate.perMinute,
    }),
  });
  if (flags.json !== true) io.stdout.write(`${plan}\n`);
  if (flags.yes !== true && hasTerminal(io) && (flags.json === true || !io.stdout.isTTY)) {
    io.stderr.write(`${plan}\n`);
  }
  const by = await confirmFiles(io, {
    yes: flags.yes === true,
    files: totals.delete,
    verb: 'deleted',
    signal: control.stopping,
  });
  if (by === undefined) throw new RefusedError('Not confirmed. Nothing was deleted.');
  return { by, files: totals.delete };
}

async function resumedRows(
  directory: string,
  view: RunState,
  journal: Journal,
  { server, control, reach }: Connected,
): Promise<SessionRows> {
  const path = join(directory, MANIFEST_FILE);
  const replan = await replanLost(view, () => openHeldManifest(path, view.header));
  const batches = heldBatches(path, view.header);
  const model = view.header.project;
  return (onLookOnly) =>
    lookBeforeSending(unfinishedRows(batches, view, replan), {
      journal,
      control,
      clock: reach.clock,
      look: model === null ? undefined : (targets) => server.look(model, targets),
      onLookOnly,
    });
}
