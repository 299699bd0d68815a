import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { parseMaxFailures } from '../config/run-options.ts';
import type { ExitCode } from '../exit-codes.ts';
import { isFileTrouble } from '../files/file-errors.ts';
import { replayJournal } from '../journal/replay.ts';
import type { RunState } from '../journal/run-state.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import type { Journal, JournalError } from '../journal/write.ts';
import type { Outcome } from '../rows/outcome.ts';
import type { RemoveFile } from '../rows/server.ts';
import type { RunDirectory } from '../run-directory/staging.ts';
import { readManifestCopy, openManifestCopy } from '../run-directory/manifest-copy.ts';
import { TakenOverError } from '../run-directory/lock.ts';
import { TOOL } from '../version.ts';
import type { RunControl } from './control.ts';
import { replanLost } from './lost-plan.ts';
import { appendToJournal } from './open-journal.ts';
import { lookBeforeSending, unfinishedRows } from './resume-rows.ts';
import { unsavedRows } from './archive-rows.ts';
import { freshRows, type RowToDelete } from './row-source.ts';
import type { RunServer } from './server.ts';
import {
  archiveSession,
  runSession,
  syncsEachSend,
  type ArchiveSessionOptions,
  type SessionEnd,
  type SessionOptions,
  type SessionRows,
} from './session.ts';
import type { SecondLook } from './verify.ts';

const MINUTE_MS = 60_000;

/** What is done to the rows of a run. */
export interface DeletingWork {
  readonly kind: 'delete';
  readonly remove: RemoveFile;
  /** Guards and backup, as the run's journal asks for; gives `undefined` where it has neither. */
  readonly beforeDelete: (run: RunState, journal: Journal) => SessionOptions['beforeDelete'];
}

/** What is done to the rows of a check with an archive. */
export interface ArchivingWork {
  readonly kind: 'archive';
  readonly save: ArchiveSessionOptions['save'];
}

export interface ExecuteOptions {
  readonly directory: RunDirectory;
  /** Is it a run that was begun before? */
  readonly resumes: boolean;
  readonly server: Pick<RunServer, 'look' | 'lookAfter' | 'renewStructure' | 'changeAt'>;
  readonly work: DeletingWork | ArchivingWork;
  readonly control: RunControl;
  readonly clock: Clock;
  readonly random: () => number;
  /** Between two requests. */
  readonly intervalMs: number;
  readonly concurrency: number;
  readonly retries: number;
  readonly limit: number | undefined;
  readonly stopAtMs: number | undefined;
  /** Where it is not as long as a server with replicas needs: the rehearsal. */
  readonly secondLook: SecondLook | undefined;
  /** A confirmation to write down; absent where there is one already, or a signal came first. */
  readonly confirmed: SessionOptions['confirmed'];
  /** Makes the reports, once the session is over; gives the exit code. */
  readonly report: (end: RunEnd) => Promise<ExitCode>;
  readonly onPhase: (phase: 'deleting' | 'verifying' | 'saving') => void;
  readonly onEnded: (row: number, outcome: Outcome) => void;
  /** Another process took the run over. */
  readonly onLost: () => void;
}

/** How a session ended, apart from its rows. */
export interface RunEnd {
  /** Has this session sent a deletion, or is it one of an archive, which a stop leaves to be gone on with? */
  readonly sent: boolean;
  /** Rows, or looks, are left that the stop kept from being done. */
  readonly stopped: boolean;
  /** The journal could not be written any more. */
  readonly failure: JournalError | undefined;
  /** Writes the journal's last line, once the exit code is known. */
  readonly end: (exitCode: ExitCode) => Promise<void>;
}

export type ExecutedRun =
  | { readonly kind: 'reported'; readonly exitCode: ExitCode }
  /** What has become of the run is the other process's to say. */
  | { readonly kind: 'taken_over'; readonly sent: boolean }
  /** The journal is safe, and no report could be made. */
  | {
      readonly kind: 'unreported';
      readonly sent: boolean;
      readonly error: Error;
      readonly failure: JournalError | undefined;
    };

/**
 * Deletes and verifies what is left of a run, or saves what is left of an
 * archive, and has the reports made: what a first session and `resume` have in
 * common. Releases the lock. Throws what ends the
 * command before anything was sent, and bugs.
 */
export async function executeRun(options: ExecuteOptions): Promise<ExecutedRun> {
  const { lock } = options.directory;
  try {
    return await execute(options);
  } finally {
    await lock.release();
  }
}

async function execute(options: ExecuteOptions): Promise<ExecutedRun> {
  const { directory, control, clock } = options;
  const { path, lock } = directory;
  const journalPath = join(path, JOURNAL_FILE);
  const run = await replayJournal(journalPath);
  const syncEachSend = syncsEachSend(options.intervalMs);
  lock.onLost(() => {
    // Nobody is left whom the answers to requests in flight would concern.
    options.onLost();
    control.stop('taken_over', new TakenOverError().message);
    control.abort();
  });
  const journal = appendToJournal(directory, {
    clock,
    lastStamp: run.lastStamp,
    syncEachSend,
    onFailure: (error) => {
      control.stop('journal_failed', error.message);
    },
  });
  const ended = new AbortController();
  let renewing: Promise<void> | undefined;
  const { work } = options;
  let sent = work.kind === 'archive';
  let isOver = false;
  const begin = async (phase: 'deleting' | 'saving'): Promise<void> => {
    await renewStructure(options, run);
    renewing = renewEveryMinute(options, run, ended.signal);
    // Awaited at the session's end; until then a rejection is not "unhandled".
    renewing.catch(() => undefined);
    options.onPhase(phase);
  };
  const session = (): Promise<SessionEnd> =>
    work.kind === 'archive'
      ? archiveSession({
          ...archiveOf(options, run, journal),
          save: work.save,
          journalPath,
          async rows() {
            await begin('saving');
            return rowsToSave(path, run, journal);
          },
        })
      : runSession({
          ...deletionOf(options, run, journal),
          beforeDelete: work.beforeDelete(run, journal),
          remove: (target, hooks) =>
            work.remove(target, hooks).then((answer) => {
              sent ||= hasLeft(answer);
              return answer;
            }),
          journalPath,
          syncEachSend,
          async rows() {
            await begin('deleting');
            return options.resumes ? resumedRows(options, run, journal) : freshSession(path, run);
          },
        });
  try {
    const { stopped, failure } = await session().finally(() => {
      ended.abort();
    });
    await renewing;
    isOver = true;
    lock.assertOurs();
    const end = async (exitCode: ExitCode): Promise<void> => {
      if (failure === undefined) {
        journal.append({ state: 'end', at: journal.stamp(), exitCode, session: lock.session });
      }
      await journal.close();
    };
    return { kind: 'reported', exitCode: await options.report({ sent, stopped, failure, end }) };
  } catch (error) {
    if (lock.lost) return { kind: 'taken_over', sent };
    // What cannot be read or written once something was sent is no refusal any more.
    if (!isFileTrouble(error) || !(isOver || sent)) throw error;
    const { failure } = journal;
    // The session itself has come to its end; the journal closes without a last word.
    await journal.close().catch(() => undefined);
    return { kind: 'unreported', sent, error, failure: failure === error ? undefined : failure };
  }
}

type Frame = Pick<
  ArchiveSessionOptions & SessionOptions,
  | 'journal'
  | 'control'
  | 'clock'
  | 'concurrency'
  | 'limit'
  | 'stopAtMs'
  | 'resumedBy'
  | 'sessionId'
  | 'onEnded'
>;

function frameOf(options: ExecuteOptions, journal: Journal): Frame {
  const { directory, control, clock, concurrency, limit, stopAtMs, onEnded } = options;
  const resumedBy = options.resumes ? TOOL : undefined;
  const sessionId = directory.lock.session;
  return { journal, control, clock, concurrency, limit, stopAtMs, resumedBy, sessionId, onEnded };
}

function archiveOf(
  options: ExecuteOptions,
  { header: { project } }: RunState,
  journal: Journal,
): Omit<ArchiveSessionOptions, 'save' | 'journalPath' | 'rows'> {
  const { server } = options;
  if (project === null) throw new Error('a check has read the project');
  return {
    ...frameOf(options, journal),
    changeAt: (target) => server.changeAt(project, target),
    probe: (targets) => server.look(project, targets),
  };
}

function deletionOf(
  options: ExecuteOptions,
  run: RunState,
  journal: Journal,
): Omit<SessionOptions, 'remove' | 'beforeDelete' | 'journalPath' | 'syncEachSend' | 'rows'> {
  const { server, random, retries } = options;
  const { project, options: recorded } = run.header;
  const { maxFailures } = recorded;
  return {
    ...frameOf(options, journal),
    look: project === null ? undefined : (targets) => server.lookAfter(project, targets),
    changeAt: project === null ? undefined : (target) => server.changeAt(project, target),
    verifies: recorded['verify'] !== false && project !== null,
    secondLook: options.secondLook,
    random,
    retries,
    maxFailures: typeof maxFailures === 'string' ? parseMaxFailures(maxFailures) : undefined,
    confirmed: options.confirmed,
    onVerifying: () => {
      options.onPhase('verifying');
    },
  };
}

function freshSession(directory: string, run: RunState): SessionRows {
  return () => freshRows(readManifestCopy(directory, run.header), run);
}

/** Of a first session and of a resumed one alike: what the journal does not hold is not saved. */
async function rowsToSave(
  directory: string,
  run: RunState,
  journal: Journal,
): Promise<AsyncIterable<readonly RowToDelete[]>> {
  const replan = await replanLost(run, () => openManifestCopy(directory, run.header));
  return unsavedRows(readManifestCopy(directory, run.header), run, { replan, journal });
}

async function resumedRows(
  { directory, server, control, clock }: ExecuteOptions,
  run: RunState,
  journal: Journal,
): Promise<SessionRows> {
  const { project } = run.header;
  const replan = await replanLost(run, () => openManifestCopy(directory.path, run.header));
  const batches = readManifestCopy(directory.path, run.header);
  return (onLookOnly) =>
    lookBeforeSending(unfinishedRows(batches, run, replan), {
      journal,
      control,
      clock,
      look: project === null ? undefined : (targets) => server.look(project, targets),
      onLookOnly,
    });
}

/** Also where looks are rare, or not asked for: nothing is sent to a place that has become another one. */
async function renewEveryMinute(
  options: ExecuteOptions,
  run: RunState,
  ended: AbortSignal,
): Promise<void> {
  while (await options.clock.sleep(MINUTE_MS, ended)) await renewStructure(options, run);
}

/** The question may have stood for hours: what a designer changed meanwhile is found before the first deletion. */
async function renewStructure({ server }: ExecuteOptions, run: RunState): Promise<void> {
  const { project } = run.header;
  if (project === null) return;
  await server.renewStructure(project, plannedFields(run) ?? Object.keys(project.fileFields));
}

function plannedFields({ planned }: RunState): readonly string[] | undefined {
  const byField = planned?.totals['byField'];
  return typeof byField === 'object' && byField !== null ? Object.keys(byField) : undefined;
}

/** A connection that was never made is no request that was sent. */
function hasLeft(answer: Awaited<ReturnType<RemoveFile>>): boolean {
  if (answer.kind === 'not_sent') return false;
  return (answer.kind !== 'retry' && answer.kind !== 'stop') || answer.sent;
}
