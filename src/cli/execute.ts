import { createArchiver } from '../backup/archive-file.ts';
import { createBeforeDelete } from '../backup/before-delete.ts';
import { createStore } from '../backup/store.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { RunState } from '../journal/run-state.ts';
import type { Journal } from '../journal/write.ts';
import { ManifestChangedError } from '../manifest/fingerprint.ts';
import type { ProjectModel } from '../project/model.ts';
import { exitCodeOfEnding, exitCodeOfStop } from '../report/exit-code.ts';
import { isFailure, type Status } from '../rows/outcome.ts';
import {
  executeRun,
  type DeletingWork,
  type ExecutedRun,
  type ExecuteOptions as EngineOptions,
  type RunEnd,
} from '../run/execute-run.ts';
import { TakenOverError } from '../run-directory/lock.ts';
import { quotePath } from '../words/quote.ts';
import type { Connected } from './connect.ts';
import type { Io } from './io.ts';
import { printJsonError } from './json.ts';
import { makeReports, printSummary } from './reports.ts';
import { say } from './screen.ts';
import { createFiles, createRemover } from './server.ts';

export interface ExecuteOptions extends Pick<
  EngineOptions,
  'directory' | 'resumes' | 'confirmed' | 'limit' | 'stopAtMs' | 'secondLook'
> {
  readonly connected: Connected;
  /** Rows that are to be worked on. */
  readonly total: number;
  /** Files are saved into the check's archive, and nothing is deleted: the project that the check has read. */
  readonly archive?: ProjectModel | undefined;
  readonly json: boolean;
}

/** Deletes and verifies, or saves, and reports, and says how it came out: what a first session and `resume` have in common. */
export async function execute(io: Io, options: ExecuteOptions): Promise<ExitCode> {
  const { connected, directory, total, archive } = options;
  const { server, reach, control, connection, log, progress } = connected;
  const figures: Partial<Record<Status | 'saved' | 'MB saved', number>> = {};
  let done = 0;
  const onSaved = (bytes: number): void => {
    figures['MB saved'] = Math.round(bytes / 1e6);
  };
  log.attach(directory.path);
  const executed = await executeRun({
    ...options,
    server,
    work:
      archive === undefined
        ? {
            kind: 'delete',
            remove: createRemover(reach),
            beforeDelete: (run, journal) =>
              beforeDelete(io, directory.path, connected, run, journal, onSaved),
          }
        : { kind: 'archive', save: archiver(io, directory.path, connected, archive, onSaved) },
    control,
    clock: io.clock,
    random: io.random,
    intervalMs: connection.rate.intervalMs,
    concurrency: connection.concurrency,
    retries: connection.retries,
    onPhase(phase) {
      if (phase === 'verifying') progress.phase('Verifying', undefined);
      else progress.phase(phase === 'saving' ? 'Saving' : 'Deleting', total);
    },
    onEnded(row, { status, code, httpStatus, attempts }) {
      if (isFailure(status)) log.log('warn', 'row', { row, status, code, httpStatus, attempts });
      done += 1;
      const figure = code === 'would_delete' ? 'saved' : status;
      figures[figure] = (figures[figure] ?? 0) + 1;
      progress.at(done, figures);
    },
    onLost: () => {
      log.close();
    },
    report(end) {
      progress.end();
      return report(io, options, end);
    },
  }).finally(() => {
    progress.end();
  });
  return executed.kind === 'reported' ? executed.exitCode : printTrouble(io, options, executed);
}

/** Guards and backup of a run, as its journal asks for; `undefined` where it has neither. */
function beforeDelete(
  io: Io,
  directory: string,
  { reach, server, control }: Connected,
  run: RunState,
  journal: Journal,
  onSaved: (bytesTotal: number) => void,
): ReturnType<DeletingWork['beforeDelete']> {
  const { header, planned } = run;
  const backup = header.options['backup'] === true;
  const archive = header.approved?.archive === true;
  if (!backup && !archive && planned?.totals['guarded'] === 0) return undefined;
  const { project } = header;
  return createBeforeDelete({
    source: { ...reach, files: createFiles(reach), control },
    store: backup ? createStore(directory, io.clock) : undefined,
    journal,
    look: project === null ? undefined : (target) => server.look(project, [target]),
    earlier: (row) => run.backups.get(row),
    onSaved,
  });
}

function archiver(
  io: Io,
  directory: string,
  { reach, server, control }: Connected,
  project: ProjectModel,
  onSaved: (bytesTotal: number) => void,
): ReturnType<typeof createArchiver> {
  return createArchiver({
    source: { ...reach, files: createFiles(reach), control },
    store: createStore(directory, io.clock),
    look: (target) => server.look(project, [target]),
    onSaved,
  });
}

async function report(
  io: Io,
  { directory, connected, json }: ExecuteOptions,
  { sent, stopped, failure, end }: RunEnd,
): Promise<ExitCode> {
  const { server, control, connection, log } = connected;
  const ending = {
    signal: io.signals.received,
    sent,
    stopped: stopped || failure !== undefined,
  };
  const made = await makeReports(io, {
    directory: directory.path,
    exitCode: (_run, csvs) => exitCodeOfEnding(ending, csvs),
    end,
    mayWrite: () => {
      directory.lock.assertOurs();
    },
    requests: server.requests,
    perMinute: connection.rate.perMinute,
  });
  log.log('info', 'end', { exitCode: made.exitCode, totals: made.summary.totals });
  printSummary(io, json, made);
  // What the summary and the page say, and never a resume of what cannot be resumed.
  const command = made.page.nextSteps[0]?.command;
  const goOn = command === undefined ? '' : `\nTo go on: ${command}`;
  if (failure !== undefined) say(io, `${failure.message}${goOn}`);
  // On a terminal the summary above has said so already.
  else if (control.reason !== undefined && stopped && (json || !io.stdout.isTTY)) {
    say(io, `${control.reason.message}${goOn}`);
  }
  return made.exitCode;
}

/** Says why there are no reports of what this command did. */
function printTrouble(
  io: Io,
  { directory, json }: Pick<ExecuteOptions, 'directory' | 'json'>,
  executed: Exclude<ExecutedRun, { kind: 'reported' }>,
): ExitCode {
  const signal =
    executed.kind === 'unreported' && executed.error instanceof ManifestChangedError
      ? io.signals.received
      : undefined;
  const exitCode = exitCodeOfStop({ signal, sent: executed.sent });
  const message = describeUnreported(executed, quotePath(directory.path));
  say(io, message);
  if (json) printJsonError(io, exitCode, message);
  return exitCode;
}

function describeUnreported(
  executed: Exclude<ExecutedRun, { kind: 'reported' }>,
  path: string,
): string {
  if (executed.kind === 'taken_over') {
    return `${new TakenOverError().message}\nHow the run stands:\n  redcap-sweep report ${path}`;
  }
  const { error, failure } = executed;
  const first = failure === undefined ? '' : `${failure.message}\n`;
  return error instanceof ManifestChangedError
    ? `${first}Stopped (manifest_changed). ${error.message}`
    : `${first}The reports could not be written (${error.message}). What the journal holds is safe. Free the disk, then:\n  redcap-sweep resume ${path}\nThe reports alone:\n  redcap-sweep report ${path}`;
}
