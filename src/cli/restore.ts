import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  countCandidates,
  findCandidates,
  type CandidateOptions,
  type RestorePlan,
} from '../backup/candidates.ts';
import { restoreFiles, type RestoredFiles } from '../backup/restore-files.ts';
import type { RestoredFile, RestoreTotals } from '../backup/restored.ts';
import { parseRowRanges } from '../config/run-options.ts';
import { RefusedError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { isFileTrouble } from '../files/file-errors.ts';
import { BACKUP_FOLDER } from '../journal/lines.ts';
import type { RunState } from '../journal/run-state.ts';
import type { ProjectModel } from '../project/model.ts';
import { exitCodeOfJournal } from '../report/exit-code.ts';
import { replanLost } from '../run/lost-plan.ts';
import { refuseOther } from '../run/open-run.ts';
import { openManifestCopy } from '../run-directory/manifest-copy.ts';
import type { RunDirectory } from '../run-directory/staging.ts';
import { TakenOverError } from '../run-directory/lock.ts';
import { TOOL } from '../version.ts';
import { quotePath } from '../words/quote.ts';
import type { FlagsOf } from './commands.ts';
import { confirmFiles } from './confirm.ts';
import { withConnection, type Connected } from './connect.ts';
import type { Io } from './io.ts';
import { printJson, printJsonError } from './json.ts';
import { withLockedRun } from './locked-run.ts';
import { renderRestoreEnd, renderRestorePlan } from './render-restore.ts';
import { makeReports } from './reports.ts';
import { fit, say, screenOf, type Screen } from './screen.ts';
import { createFiles } from './server.ts';

type RestoreFlags = FlagsOf<'restore'>;

/** What a restore works with. */
interface Restore {
  readonly directory: RunDirectory;
  readonly flags: RestoreFlags;
  readonly run: RunState;
  readonly connected: Connected;
  readonly model: ProjectModel;
  readonly candidates: CandidateOptions;
  /** Where the archive of the check is that the run carried out. */
  readonly archive: string | undefined;
}

/** How many of the files that were not put back the screen lists; restore.csv has them all. */
const LISTED_FILES = 100;

/** `restore <run-dir>`: puts back the files that a run backed up. */
export async function restore(io: Io, directory: string, flags: RestoreFlags): Promise<ExitCode> {
  const ranges = flags.rows === undefined ? undefined : parseRowRanges(flags.rows);
  return withLockedRun(io, directory, 'restore', (run, lock) => {
    refuseUnsaved(run, directory, flags, ranges?.ranges.at(-1)?.last);
    return withConnection(io, flags, { command: 'restore' }, async (connected) => {
      const { connection, server } = connected;
      await refuseOther(run, { url: connection.url.href, token: connection.token, server });
      // Without a check nobody has read the project: who cannot look puts nothing back.
      const model = run.header.project ?? (await server.readModel());
      const replan = await replanLost(run, () => openManifestCopy(directory, run.header));
      const candidates = { directory, run, model, replan, chosen: ranges?.has };
      const locked = { path: directory, lock };
      const archive = flags.archive ?? run.header.approved?.directory;
      const all: Restore = { directory: locked, flags, run, connected, model, candidates, archive };
      const plan = await countCandidates(findCandidates(candidates));
      if (plan.files === 0 && ranges !== undefined) {
        throw new RefusedError(
          `None of the rows ${flags.rows} has a backed-up file that the run deleted. Nothing was restored.`,
        );
      }
      if (plan.archived > 0) await refuseLostArchive(directory, all.archive);
      await ask(io, all, plan);
      return putBack(io, all, plan);
    });
  });
}

function refuseUnsaved(
  run: RunState,
  directory: string,
  flags: RestoreFlags,
  lastRow: number | undefined,
): void {
  const archive = run.header.approved?.archive === true;
  if (run.header.options['backup'] !== true && !archive) {
    throw new RefusedError(
      `The run in ${directory} made no backup (--backup was not given): there is nothing to restore from.`,
    );
  }
  if (flags.archive !== undefined && !archive) {
    throw new RefusedError(
      `The run in ${directory} carried out no check with an archive: its own copies are put back, without --archive.`,
    );
  }
  const { rows } = run.header.manifest;
  if (lastRow !== undefined && lastRow > rows) {
    throw new RefusedError(`--rows names row ${lastRow}, and the manifest has ${rows} rows.`);
  }
}

/** The archive may have been moved since: it is named before anybody is asked. */
async function refuseLostArchive(directory: string, archive = ''): Promise<void> {
  const folder = join(archive, BACKUP_FOLDER);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  throw new RefusedError(
    `The archive of the check that this run carried out is not in ${archive}: it has no folder ${BACKUP_FOLDER}. Nothing was restored. Where it is by now: redcap-sweep restore ${quotePath(directory)} --archive <check-dir>`,
  );
}

async function ask(io: Io, all: Restore, plan: RestorePlan): Promise<void> {
  const { flags, connected, model, directory, run } = all;
  const files = plan.files - plan.signatures;
  const text = (screen: Screen): string =>
    fit(
      renderRestorePlan(plan, {
        project: model,
        url: run.header.url,
        directory: directory.path,
        overwrite: flags.overwrite === true,
        archive: all.archive,
      }),
      screen,
    );
  if (flags.json !== true) io.stdout.write(`${text(screenOf(io, io.stdout))}\n`);
  if (files === 0) return;
  const confirmed = await confirmFiles(io, {
    yes: flags.yes === true,
    files,
    verb: 'restored',
    plan: text,
    json: flags.json === true,
    signal: connected.control.stopping,
  });
  if (confirmed === undefined) throw new RefusedError('Not confirmed. Nothing was restored.');
}

async function putBack(io: Io, all: Restore, plan: RestorePlan): Promise<ExitCode> {
  const { directory, flags, run, connected, model } = all;
  const { server, reach, control, connection, log, progress } = connected;
  log.attach(directory.path);
  const startedAt = new Date(io.clock.now()).toISOString();
  const rest: RestoredFile[] = [];
  let done = 0;
  progress.phase('Restoring', plan.files);
  const end = await restoreFiles(findCandidates(all.candidates), {
    source: { ...reach, files: createFiles(reach), control },
    look: (target) => server.look(model, [target]),
    overwrite: flags.overwrite === true,
    archiveDirectory: all.archive,
    directory,
    run,
    concurrency: connection.concurrency,
    clock: io.clock,
    onLost: () => {
      log.close();
    },
    onEnded(totals) {
      progress.at((done += 1), totals);
    },
    onReported(one) {
      const { status, code } = one.restored;
      log.log('debug', 'restore', { row: one.candidate.row, status, code });
      if (status !== 'restored' && rest.length < LISTED_FILES) rest.push(one);
    },
  }).finally(() => {
    progress.end();
  });
  if (end === 'taken_over') {
    const { message } = new TakenOverError();
    say(io, message);
    if (flags.json === true) printJsonError(io, EXIT.rowsLeft, message);
    return EXIT.rowsLeft;
  }
  const reported = await reportRestore(io, directory);
  const exitCode = reported ? exitCodeOf(io, end.totals) : EXIT.rowsLeft;
  if (flags.json === true) {
    const answer = answerOf(io, all, plan, end, { startedAt, exitCode });
    printJson(io, answer);
  } else {
    const screen = screenOf(io, io.stdout);
    const report = screen.link(resolve(directory.path, end.report.name));
    io.stdout.write(fit(renderRestoreEnd(end.totals, rest, report), screen));
  }
  if (control.reason !== undefined) {
    say(io, `${control.reason.message}\nTo go on, run the same restore again.`);
  }
  return exitCode;
}

/** Summary and page say what was put back; the rows' states stay. False: they could not be made. */
async function reportRestore(io: Io, { path, lock }: RunDirectory): Promise<boolean> {
  try {
    await makeReports(io, {
      directory: path,
      exitCode: exitCodeOfJournal,
      mayWrite: () => {
        lock.assertOurs();
      },
    });
    return true;
  } catch (error) {
    if (!isFileTrouble(error)) throw error;
    say(
      io,
      `The reports could not be made anew (${error.message}). What was restored stays restored; make them with: redcap-sweep report ${quotePath(path)}`,
    );
    return false;
  }
}

function answerOf(
  io: Io,
  { directory, flags, run, connected, model, archive }: Restore,
  { files }: RestorePlan,
  { totals, report }: RestoredFiles,
  more: { readonly startedAt: string; readonly exitCode: ExitCode },
): unknown {
  return {
    tool: TOOL,
    kind: 'restore',
    directory: directory.path,
    project: { id: model.id, title: model.title },
    url: run.header.url,
    rows: flags.rows ?? null,
    overwrite: flags.overwrite === true,
    archive: run.header.approved?.archive === true ? (archive ?? null) : null,
    files,
    totals,
    report: { name: report.name, sha256: report.sha256 },
    requests: connected.server.requests,
    finishedAt: new Date(io.clock.now()).toISOString(),
    stop: connected.control.reason ?? null,
    ...more,
  };
}

function exitCodeOf(io: Io, totals: RestoreTotals): ExitCode {
  const { received } = io.signals;
  if (received !== undefined) return received === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
  return totals.refused + totals.failed + totals.not_restorable === 0 ? EXIT.ok : EXIT.rowsLeft;
}
