import type { RunState } from '../journal/run-state.ts';
import { join } from 'node:path';
import { isFileTrouble } from '../files/file-errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { replayJournal } from '../journal/replay.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import type { Journal, JournalError } from '../journal/write.ts';
import { ManifestChangedError } from '../manifest/fingerprint.ts';
import { parseMaxFailures } from '../config/run-options.ts';
import { exitCodeOfEnding, exitCodeOfStop } from '../report/exit-code.ts';
import { isFailure, type Outcome, type Status } from '../rows/outcome.ts';
import { runSession, syncsEachSend } from '../run/session.ts';
import type { RemoveFile } from '../rows/server.ts';
import type { SessionOptions, SessionRows } from '../run/session.ts';
import type { SecondLook } from '../run/verify.ts';
import type { Placed } from '../run-directory/draft.ts';
import { TakenOverError } from '../run-directory/lock.ts';
import type { Connected } from './connect.ts';
import { finishReports } from './finish.ts';
import type { Io } from './io.ts';
import { createSafeguard } from './safeguard.ts';
import type { Progress } from './progress.ts';
import { quotePath } from '../words/quote.ts';
import { renderSummary } from './render-summary.ts';
import { reopenJournal } from './reopen-journal.ts';
import { createRemover } from './server.ts';

const MINUTE_MS = 60_000;

export interface CarryOutOptions {
  readonly placed: Placed;
  readonly connected: Connected;
  readonly progress: Progress;
  /** A confirmation to write down; absent where there is one already, or a signal came first. */
  readonly confirmed: { readonly by: 'typed' | '--yes'; readonly files: number } | undefined;
  /** The program that resumes; absent in a run's first session. */
  readonly resumedBy: string | undefined;
  readonly limit: number | undefined;
  readonly stopAtMs: number | undefined;
  /** Where it is not as long as a server with replicas needs: the rehearsal. */
  readonly secondLook?: SecondLook | undefined;
  readonly json: boolean;
  readonly total: number | undefined;
  /** The rows to work on, from the journal as it stands. */
  readonly rows: (view: RunState, journal: Journal) => Promise<SessionRows>;
}

/** Deletes, verifies, reports: the part that `run` and `resume` have in common. Gives the lock up at its end. */
export async function carryOut(io: Io, options: CarryOutOptions): Promise<ExitCode> {
  try {
    return await carryOutLocked(io, options);
  } finally {
    await options.placed.lock.release();
  }
}

async function carryOutLocked(io: Io, options: CarryOutOptions): Promise<ExitCode> {
  const { placed, connected, progress } = options;
  const { control, connection } = connected;
  const directory = placed.path;
  const view = await replayJournal(join(directory, JOURNAL_FILE));
  connected.log.attach(directory);
  const syncEachSend = syncsEachSend(connection.rate.intervalMs);
  const { lock } = placed;
  lock.onLost(() => {
    // What is in the air has nobody any more whom its answer would tell something.
    connected.log.close();
    control.stop('taken_over', new TakenOverError().message);
    control.abort();
  });
  const journal = reopenJournal(io, placed, view.lastStamp, syncEachSend, (error) => {
    control.stop('journal_failed', error.message);
  });
  const ended = new AbortController();
  let renewing: Promise<void> | undefined;
  const counted = { sent: false };
  let conducted = false;
  try {
    const { stopped, failure } = await runSession({
      ...sessionOf(io, options, view, journal, counted),
      journalPath: join(directory, JOURNAL_FILE),
      syncEachSend,
      confirmed: options.confirmed,
      resumedBy: options.resumedBy,
      sessionId: lock.session,
      rows: async () => {
        await renewStructure(connected, view);
        renewing = renewEveryMinute(io, connected, view, ended.signal);
        // Awaited at the session's end; until then a rejection is not "unhandled".
        renewing.catch(() => undefined);
        progress.phase('Deleting', options.total);
        return options.rows(view, journal);
      },
    }).finally(() => {
      ended.abort();
      progress.end();
    });
    await renewing;
    conducted = true;
    lock.assertOurs();
    return await conclude(io, options, journal, failure, { sent: counted.sent, stopped });
  } catch (error) {
    if (lock.lost) return tellTakenOver(io, directory, counted.sent);
    // What cannot be read or written once something was sent is no refusal any more.
    if (!isFileTrouble(error) || !(conducted || counted.sent)) throw error;
    const { failure } = journal;
    if (failure !== undefined && failure !== error) io.stderr.write(`${failure.message}\n`);
    // The session itself has come to its end; the journal closes without a last word.
    await journal.close().catch(() => undefined);
    if (error instanceof ManifestChangedError) {
      io.stderr.write(`Stopped (manifest_changed). ${error.message}\n`);
      return exitCodeOfStop({ signal: io.signals.received, sent: counted.sent });
    }
    return tellUnreported(io, directory, error, counted.sent);
  }
}

/** Also where looks are rare, or not asked for: nothing is sent to a place that has become another one. */
async function renewEveryMinute(
  { clock }: Io,
  connected: Connected,
  view: RunState,
  ended: AbortSignal,
): Promise<void> {
  while (await clock.sleep(MINUTE_MS, ended)) await renewStructure(connected, view);
}

/** The question may have stood for hours: what a designer changed meanwhile is found before the first deletion. */
async function renewStructure({ server }: Connected, view: RunState): Promise<void> {
  const { project } = view.header;
  if (project === null) return;
  await server.renewStructure(project, plannedFields(view) ?? Object.keys(project.fileFields));
}

function plannedFields({ planned }: RunState): readonly string[] | undefined {
  const byField = planned?.totals['byField'];
  return typeof byField === 'object' && byField !== null ? Object.keys(byField) : undefined;
}

/** What has become of the run is the other process's to tell. */
function tellTakenOver(io: Io, directory: string, sent: boolean): ExitCode {
  io.stderr.write(
    `${new TakenOverError().message}\nHow the run stands: redcap-sweep report ${quotePath(directory)}\n`,
  );
  return sent ? EXIT.stopped : EXIT.refused;
}

function sessionOf(
  io: Io,
  options: CarryOutOptions,
  view: RunState,
  journal: Journal,
  counted: { sent: boolean },
): Omit<
  SessionOptions,
  'journalPath' | 'syncEachSend' | 'confirmed' | 'resumedBy' | 'sessionId' | 'rows'
> {
  const { connected, progress } = options;
  const { server, control, connection, log } = connected;
  const { header } = view;
  const model = header.project;
  const recorded = header.options;
  const remove = createRemover(connected.reach);
  const removeFirst: RemoveFile = async (target, hooks) => {
    const answer = await remove(target, hooks);
    // A connection that was never made is no request that was sent.
    if (hasLeft(answer)) counted.sent = true;
    return answer;
  };
  const states: Partial<Record<Status | 'MB saved', number>> = {};
  let done = 0;
  return {
    remove: (target, hooks) => (counted.sent ? remove(target, hooks) : removeFirst(target, hooks)),
    look: model === null ? undefined : (targets) => server.lookAfter(model, targets),
    changeAt: model === null ? undefined : (target) => server.changeAt(model, target),
    verifies: recorded['verify'] !== false && model !== null,
    secondLook: options.secondLook,
    beforeDelete: createSafeguard(io, {
      ...options,
      view,
      journal,
      onSaved(bytes) {
        states['MB saved'] = Math.round(bytes / 1e6);
      },
    }),
    journal,
    control,
    clock: io.clock,
    random: io.random,
    concurrency: connection.concurrency,
    retries: connection.retries,
    limit: options.limit,
    stopAtMs: options.stopAtMs,
    maxFailures:
      typeof recorded['maxFailures'] === 'string'
        ? parseMaxFailures(recorded['maxFailures'])
        : undefined,
    onEnded(row: number, { status, code, httpStatus, attempts }: Outcome) {
      if (isFailure(status)) log.log('warn', 'row', { row, status, code, httpStatus, attempts });
      done += 1;
      states[status] = (states[status] ?? 0) + 1;
      progress.at(done, states);
    },
    onVerifying: () => {
      progress.phase('Verifying', undefined);
    },
  };
}

/** The journal is safe, and no report could be written: the disk is full, or read-only. */
function tellUnreported(io: Io, directory: string, error: Error, sent: boolean): ExitCode {
  io.stderr.write(
    `The reports could not be written (${error.message}). What the journal holds is safe: free the disk, then: redcap-sweep resume ${quotePath(directory)}\nThe reports alone: redcap-sweep report ${quotePath(directory)}\n`,
  );
  return sent ? EXIT.stopped : EXIT.refused;
}

function hasLeft(answer: Awaited<ReturnType<RemoveFile>>): boolean {
  if (answer.kind === 'not_sent') return false;
  return (answer.kind !== 'retry' && answer.kind !== 'stop') || answer.sent;
}

async function conclude(
  io: Io,
  options: CarryOutOptions,
  journal: Journal,
  failure: JournalError | undefined,
  how: { readonly sent: boolean; readonly stopped: boolean },
): Promise<ExitCode> {
  const { placed, connected } = options;
  const { server, control, connection } = connected;
  const directory = placed.path;
  const { summary, page, exitCode } = await finishReports(io, {
    directory,
    exitCode: (_view, csvs) =>
      exitCodeOfEnding(
        {
          signal: io.signals.received,
          sent: how.sent,
          stopped: how.stopped || failure !== undefined,
        },
        csvs,
      ),
    end: async (code) => {
      if (failure === undefined)
        journal.append({
          state: 'end',
          at: journal.stamp(),
          exitCode: code,
          session: placed.lock.session,
        });
      await journal.close();
    },
    mayWrite: () => {
      placed.lock.assertOurs();
    },
    requests: server.requests,
    perMinute: connection.rate.perMinute,
  });
  connected.log.log('info', 'end', { exitCode, totals: summary.totals });
  if (options.json) io.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else io.stdout.write(renderSummary(summary, page));
  const goOn = `To go on: redcap-sweep resume ${quotePath(directory)}\n`;
  if (failure !== undefined) io.stderr.write(`${failure.message}\n${goOn}`);
  // On a terminal the summary above has said so already.
  else if (control.reason !== undefined && how.stopped && (options.json || !io.stdout.isTTY)) {
    io.stderr.write(`${control.reason.message}\n${goOn}`);
  }
  return exitCode;
}
