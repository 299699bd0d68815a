import { hasWorkLeft } from '../journal/run-state.ts';
import type { Clock } from '../clock.ts';
import { replayJournal } from '../journal/replay.ts';
import { createSendWatermark } from '../journal/send-watermark.ts';
import type { JournalSource } from '../journal/read.ts';
import { JournalError, type Journal } from '../journal/write.ts';
import type { Look, LookedBatch } from '../rows/look.ts';
import type { Outcome } from '../rows/outcome.ts';
import type { RemoveFile } from '../rows/server.ts';
import type { Target } from '../rows/target.ts';
import { archiveRows, type ArchiveRowsOptions } from './archive-rows.ts';
import { createBreaker, type Breaker, type MaxFailures } from './breaker.ts';
import type { RunControl } from './control.ts';
import { deleteRows } from './delete-rows.ts';
import type { BeforeDelete } from './row-progress.ts';
import type { RowToDelete } from './row-source.ts';
import {
  createVerifier,
  SECOND_LOOK,
  type SecondLook,
  type Unverified,
  type Verifier,
} from './verify.ts';

/** At this many requests a second or fewer, each `sending` line is on the disk before its request leaves. */
const SYNC_EACH_UP_TO_PER_SECOND = 50;

/** Is each `sending` line synced, or does a watermark cover the rows ahead? */
export function syncsEachSend(intervalMs: number): boolean {
  return intervalMs >= 1000 / SYNC_EACH_UP_TO_PER_SECOND;
}

type LookAt = (targets: readonly Target[]) => Promise<LookedBatch>;

/** What every session has, whatever its pass does. */
interface SessionFrame {
  readonly journal: Journal;
  /** The journal that the session writes, to be read again at its end. */
  readonly journalPath: string | JournalSource;
  readonly control: RunControl;
  readonly clock: Clock;
  readonly concurrency: number;
  readonly limit: number | undefined;
  /** `--stop-at`, epoch milliseconds. */
  readonly stopAtMs: number | undefined;
  /** The program that resumes; absent in a run's first session. */
  readonly resumedBy: string | undefined;
  /** This process, as its lines name it. */
  readonly sessionId?: string | undefined;
  readonly onEnded?: ((row: number, outcome: Outcome) => void) | undefined;
}

export interface ArchiveSessionOptions
  extends SessionFrame, Pick<ArchiveRowsOptions, 'save' | 'changeAt' | 'probe'> {
  /** The rows whose files are to be saved. */
  readonly rows: () => Promise<AsyncIterable<readonly RowToDelete[]>>;
}

export interface SessionOptions extends SessionFrame {
  readonly remove: RemoveFile;
  /** Absent with `--no-check`: nothing is looked at before or after. */
  readonly look: LookAt | undefined;
  /** Looks that settle no row, to tell a silent server from silent answers; `look` by default. */
  readonly probe?: LookAt | undefined;
  /** What is known to have changed of a target's place since the check; absent with `--no-check`. */
  readonly changeAt?: ((target: Target) => string | undefined) | undefined;
  readonly verifies: boolean;
  /** How long a file that is still seen is looked at again; a rehearsal may wait less. */
  readonly secondLook?: SecondLook | undefined;
  /** Guards and backup; absent where the run has neither. */
  readonly beforeDelete: ((row: RowToDelete) => Promise<BeforeDelete>) | undefined;
  readonly syncEachSend: boolean;
  /** Rows that one watermark covers, where they are written. */
  readonly watermarkRows?: number | undefined;
  readonly random: () => number;
  readonly retries: number;
  readonly maxFailures: MaxFailures | undefined;
  /** A confirmation to write down; absent where there is one already, or a signal came first. */
  readonly confirmed: { readonly by: 'typed' | '--yes'; readonly files: number } | undefined;
  /** The rows to work on. */
  readonly rows: () => Promise<SessionRows>;
  readonly onVerifying?: (() => void) | undefined;
}

/** The rows of a session; those that are only to be looked at go to `onLookOnly`. */
export type SessionRows = (
  onLookOnly: (one: Unverified) => void,
) => AsyncIterable<readonly RowToDelete[]>;

/** How a session of a run ended, apart from its rows. */
export interface SessionEnd {
  /** Rows, or looks, are left that the stop kept from being done. */
  readonly stopped: boolean;
  readonly failure: JournalError | undefined;
}

/**
 * One session of a run, from the confirmation to the stop: what a run and a
 * resumed one have in common, whoever watches it. Throws for bugs alone.
 */
export function runSession(options: SessionOptions): Promise<SessionEnd> {
  return inFrame(options, options.confirmed, async () =>
    deleteAndVerify(await options.rows(), options),
  );
}

/** One session of a check's archive, to its end or its stop. Throws for bugs alone. */
export function archiveSession(options: ArchiveSessionOptions): Promise<SessionEnd> {
  return inFrame(options, undefined, async () => {
    const rows = await options.rows();
    await untilHour(options, () => archiveRows(rows, options));
  });
}

/** From the first line of a session to its last one. */
async function inFrame(
  options: SessionFrame,
  confirmed: SessionOptions['confirmed'],
  work: () => Promise<void>,
): Promise<SessionEnd> {
  const { journal, control, resumedBy } = options;
  const by = options.sessionId === undefined ? {} : { session: options.sessionId };
  let stopped = false;
  try {
    // Before anything else: a stop that comes at once would stand for the one
    // that the killed session before never wrote, and its watermark would not count.
    if (resumedBy !== undefined) {
      journal.append({ state: 'resumed', at: journal.stamp(), tool: resumedBy, ...by });
    }
    if (confirmed !== undefined) {
      journal.append({ state: 'confirmed', at: journal.stamp(), ...confirmed });
    }
    // The plan and the confirmation are on the disk before the first deletion.
    await journal.sync();
    if (control.reason === undefined) await work();
    await journal.sync();
    // A run with nothing left to send or to look at is finished, not stopped.
    if (control.reason !== undefined && hasWorkLeft(await replayJournal(options.journalPath))) {
      stopped = true;
      const { code, message } = control.reason;
      journal.append({ state: 'stop', at: journal.stamp(), code, message, ...by });
      await journal.sync();
    }
    return { stopped, failure: journal.failure };
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return { stopped, failure: journal.failure ?? error };
  }
}

/** Deletes, verifies alongside, and returns when nothing is left to do or the control says stop. */
async function deleteAndVerify(rows: SessionRows, options: SessionOptions): Promise<void> {
  const { control, journal, clock, look } = options;
  const breaker = createBreaker(options.maxFailures);
  const catchingUp = new Set<number>();
  const verifier = look && verifierOf(options, look, breaker, catchingUp);
  await untilHour(options, async () => {
    const batches = rows((one) => {
      catchingUp.add(one.row);
      verifier?.add(one);
    });
    await deleteRows(batches, {
      context: {
        remove: options.remove,
        journal,
        clock,
        random: options.random,
        control,
        retries: options.retries,
        beforeDelete: options.beforeDelete,
        look: look && ((target) => lookAtOne(look, target)),
        changeAt: options.changeAt,
        verifies: options.verifies && look !== undefined,
      },
      concurrency: options.concurrency,
      breaker,
      verifier,
      watermark: options.syncEachSend
        ? undefined
        : createSendWatermark(journal, options.watermarkRows),
      probe: options.verifies ? (options.probe ?? look) : undefined,
      limit: options.limit,
      onEnded: options.onEnded,
    });
    options.onVerifying?.();
    await verifier?.finish();
  });
}

/** Does its work, stopped by the hour of `--stop-at`. */
async function untilHour(
  { stopAtMs, clock, control }: SessionFrame,
  work: () => Promise<void>,
): Promise<void> {
  const ended = new AbortController();
  if (stopAtMs !== undefined) void stopAt(stopAtMs, clock, control, ended.signal);
  try {
    await work();
  } finally {
    ended.abort();
  }
}

function verifierOf(
  { control, journal, clock, secondLook }: SessionOptions,
  look: LookAt,
  breaker: Breaker,
  catchingUp: Set<number>,
): Verifier {
  return createVerifier({
    look,
    journal,
    clock,
    secondLook: secondLook ?? SECOND_LOOK,
    ended: control.looking,
    onVerified(one, after, streak) {
      // What is looked at on behalf of an earlier session counts towards no stop.
      if (catchingUp.delete(one.row)) return;
      const stop = breaker.verified(one.outcome, after, streak);
      if (stop !== undefined) control.stop(stop.code, stop.message);
    },
  });
}

async function lookAtOne(look: LookAt, target: Target): Promise<Look | 'stopped'> {
  const looked = await look([target]);
  if (looked.kind === 'stopped') return 'stopped';
  const first = looked.kind === 'looked' ? looked.looks[0] : undefined;
  return first ?? { kind: 'nothing', why: 'the look could not be read' };
}

async function stopAt(
  atMs: number,
  clock: Clock,
  control: RunControl,
  ended: AbortSignal,
): Promise<void> {
  // Slept in pieces: a laptop that was asleep must not overshoot the hour by its nap.
  while (clock.now() < atMs) {
    if (!(await clock.sleep(Math.min(atMs - clock.now(), 30_000), ended))) return;
  }
  control.stop('stop_at', 'The hour of --stop-at has come.');
}
