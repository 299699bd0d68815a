import { join } from 'node:path';
import { findCandidates, type CandidateOptions } from '../backup/candidates.ts';
import {
  countCandidates,
  renderRestoreEnd,
  renderRestorePlan,
  type RestorePlan,
} from '../backup/render-restore.ts';
import { restoreFiles, type RestoredFiles } from '../backup/restore-files.ts';
import type { RestoredFile } from '../backup/restore-pass.ts';
import type { RestoreTotals } from '../backup/restored.ts';
import { parseRowRanges } from '../config/run-options.ts';
import { RefusedError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { isFileTrouble } from '../files/file-errors.ts';
import type { RunState } from '../journal/run-state.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import { cutTornTail } from '../journal/read.ts';
import type { ProjectModel } from '../project/model.ts';
import { exitCodeOfJournal } from '../report/exit-code.ts';
import { whoIsAtWork } from '../run/journal-header.ts';
import { replanLost } from '../run/lost-plan.ts';
import { appendToJournal } from '../run/open-journal.ts';
import { refuseOther } from '../run/open-run.ts';
import { openHeldManifest } from '../run-directory/held-manifest.ts';
import { TakenOverError, type Lock } from '../run-directory/lock.ts';
import { MANIFEST_FILE } from '../run-directory/manifest-copy.ts';
import { TOOL } from '../version.ts';
import { quotePath } from '../words/quote.ts';
import type { FlagsOf } from './commands.ts';
import { confirmFiles } from './confirm.ts';
import { withConnection, type Connected } from './connect.ts';
import type { Io } from './io.ts';
import { withLockedRun } from './locked-run.ts';
import { makeReports } from './reports.ts';
import { createFiles } from './server.ts';

type RestoreFlags = FlagsOf<'restore'>;

/** One restore, from the folded journal to its report. */
interface Restore {
  readonly directory: string;
  readonly lock: Lock;
  readonly flags: RestoreFlags;
  readonly view: RunState;
  readonly connected: Connected;
  readonly model: ProjectModel;
  readonly candidates: CandidateOptions;
}

/** Of the files that were not put back, the screen lists so many; restore.csv has them all. */
const LISTED_FILES = 100;

/** `restore <run-dir>`: puts back the files that a run backed up. */
export async function restore(io: Io, directory: string, flags: RestoreFlags): Promise<ExitCode> {
  const ranges = flags.rows === undefined ? undefined : parseRowRanges(flags.rows);
  return withLockedRun(io, directory, (view, lock) => {
    refuseUnsaved(view, directory, ranges?.ranges.at(-1)?.last);
    return withConnection(io, flags, async (connected) => {
      const { connection, server } = connected;
      await refuseOther(view, { url: connection.url.href, token: connection.token, server });
      // Without a check nobody has read the project: who cannot look puts nothing back.
      const model = view.header.project ?? (await server.readModel());
      const manifestPath = join(directory, MANIFEST_FILE);
      const replan = await replanLost(view, () => openHeldManifest(manifestPath, view.header));
      const candidates = { manifestPath, view, model, replan, chosen: ranges?.has };
      const all: Restore = { directory, lock, flags, view, connected, model, candidates };
      const plan = await countCandidates(findCandidates(candidates));
      if (plan.files === 0 && ranges !== undefined) {
        throw new RefusedError(
          `None of the rows ${flags.rows} has a backed-up file that the run deleted. Nothing was restored.`,
        );
      }
      await ask(io, all, plan);
      return putBack(io, all, plan);
    });
  });
}

function refuseUnsaved(view: RunState, directory: string, lastRow: number | undefined): void {
  if (view.header.options['backup'] !== true) {
    throw new RefusedError(
      `The run in ${directory} made no backup (--backup was not given): there is nothing to restore from.`,
    );
  }
  const { rows } = view.header.manifest;
  if (lastRow !== undefined && lastRow > rows) {
    throw new RefusedError(`--rows names row ${lastRow}, and the manifest has ${rows} rows.`);
  }
}

async function ask(io: Io, all: Restore, plan: RestorePlan): Promise<void> {
  const { flags, connected, model, directory, view } = all;
  const files = plan.files - plan.signatures;
  const text = renderRestorePlan(plan, {
    project: model,
    url: view.header.url,
    directory,
    overwrite: flags.overwrite === true,
  });
  if (flags.json !== true) io.stdout.write(`${text}\n`);
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
  const { directory, lock, flags, view, connected, model } = all;
  const { server, reach, control, connection, log, progress } = connected;
  await cutTornTail(join(directory, JOURNAL_FILE), view);
  log.attach(directory);
  const startedAt = new Date(io.clock.now()).toISOString();
  lock.onLost(() => {
    log.close();
    control.stop('taken_over', new TakenOverError().message);
    control.abort();
  });
  const journal = appendToJournal(
    { path: directory, lock },
    {
      clock: io.clock,
      lastStamp: view.lastStamp,
      syncEachSend: true,
      onFailure: (error) => {
        control.stop('journal_failed', error.message);
      },
    },
  );
  const by = whoIsAtWork();
  journal.append({ state: 'restore', at: journal.stamp(), tool: TOOL, session: lock.session, by });
  const rest: RestoredFile[] = [];
  let done = 0;
  progress.phase('Restoring', plan.files);
  let end: RestoredFiles;
  try {
    end = await restoreFiles(findCandidates(all.candidates), {
      source: { ...reach, files: createFiles(reach), control },
      look: (target) => server.look(model, [target]),
      journal,
      runDirectory: directory,
      overwrite: flags.overwrite === true,
      concurrency: connection.concurrency,
      clock: io.clock,
      mayWrite: () => {
        lock.assertOurs();
      },
      onEnded(_restored, totals) {
        progress.at((done += 1), totals);
      },
      onReported(one) {
        const { status, code } = one.restored;
        log.log('debug', 'restore', { row: one.candidate.row, status, code });
        if (status !== 'restored' && rest.length < LISTED_FILES) rest.push(one);
      },
    });
    const { name, sha256 } = end.report;
    const report = { name, sha256 };
    journal.append({ state: 'restored', at: journal.stamp(), totals: end.totals, report });
  } catch (error) {
    if (!lock.lost) throw error;
    io.stderr.write(`${new TakenOverError().message}\n`);
    return EXIT.rowsLeft;
  } finally {
    progress.end();
    // A journal that failed has said so by its stop.
    await journal.close().catch(() => undefined);
  }
  const reported = await tellInReports(io, directory, lock);
  const exitCode = reported ? exitCodeOf(io, end.totals) : EXIT.rowsLeft;
  if (flags.json === true) {
    io.stdout.write(
      `${JSON.stringify(answerOf(io, all, plan, end, { startedAt, exitCode }), null, 2)}\n`,
    );
  } else {
    io.stdout.write(renderRestoreEnd(end.totals, rest, join(directory, end.report.name)));
  }
  if (control.reason !== undefined) {
    io.stderr.write(`${control.reason.message}\nTo go on, run the same restore again.\n`);
  }
  return exitCode;
}

/** Summary and page say what was put back; the rows' states stay. False: they could not be made. */
async function tellInReports(io: Io, directory: string, lock: Lock): Promise<boolean> {
  try {
    await makeReports(io, {
      directory,
      exitCode: exitCodeOfJournal,
      mayWrite: () => {
        lock.assertOurs();
      },
    });
    return true;
  } catch (error) {
    if (!isFileTrouble(error)) throw error;
    io.stderr.write(
      `The reports could not be made anew (${error.message}). What was restored stays restored; make them with: redcap-sweep report ${quotePath(directory)}\n`,
    );
    return false;
  }
}

function answerOf(
  io: Io,
  { directory, flags, view, connected, model }: Restore,
  { files }: RestorePlan,
  { totals, report }: RestoredFiles,
  more: { readonly startedAt: string; readonly exitCode: ExitCode },
): unknown {
  return {
    tool: TOOL,
    kind: 'restore',
    directory,
    project: { id: model.id, title: model.title },
    url: view.header.url,
    rows: flags.rows ?? null,
    overwrite: flags.overwrite === true,
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
