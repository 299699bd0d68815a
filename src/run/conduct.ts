import { foldJournal } from '../journal/fold.ts';
import { createMark } from '../journal/mark.ts';
import type { JournalSource } from '../journal/read.ts';
import { JournalError } from '../journal/write.ts';
import { hasWorkLeft } from './resume-rows.ts';
import { runSession, type SessionOptions, type SessionRows } from './session.ts';

/** At this many requests a second or fewer, each `sending` line is on the disk before its request leaves. */
const SYNC_EACH_UP_TO_PER_SECOND = 50;

/** Is each `sending` line synced, or does a mark cover the rows ahead? */
export function syncsEachSend(intervalMs: number): boolean {
  return intervalMs >= 1000 / SYNC_EACH_UP_TO_PER_SECOND;
}

export interface ConductOptions {
  readonly session: Omit<SessionOptions, 'mark'>;
  /** The journal that the session writes, to be read again at its end. */
  readonly path: string | JournalSource;
  readonly syncEachSend: boolean;
  /** Rows that one mark covers, where marks are written. */
  readonly markAheadRows?: number;
  /** The program that resumes; absent in a run's first session. */
  readonly resumedBy: string | undefined;
  /** This process, as its lines name it. */
  readonly sessionId?: string;
  /** A confirmation to write down; absent where there is one already, or a signal came first. */
  readonly confirmed: { readonly by: 'typed' | '--yes'; readonly files: number } | undefined;
  /** The rows to work on. */
  readonly rows: () => Promise<SessionRows>;
}

/** How a session of a run ended, as far as the rows do not tell. */
export interface Conducted {
  /** Rows, or looks, are left that the stop kept from being done. */
  readonly stopped: boolean;
  readonly failure: JournalError | undefined;
}

/**
 * One session of a run, from the confirmation to the stop: what `run` and
 * `resume` have in common, whoever watches it. Throws for bugs alone.
 */
export async function conductSession(options: ConductOptions): Promise<Conducted> {
  const { session, confirmed, resumedBy, path, syncEachSend } = options;
  const by = options.sessionId === undefined ? {} : { session: options.sessionId };
  const { journal, control } = session;
  let stopped = false;
  try {
    // Before anything else: a stop that comes at once would stand for the one
    // that the killed session before never wrote, and its mark would not count.
    if (resumedBy !== undefined) {
      journal.append({ state: 'resumed', at: journal.stamp(), tool: resumedBy, ...by });
    }
    if (confirmed !== undefined) {
      journal.append({ state: 'confirmed', at: journal.stamp(), ...confirmed });
    }
    // The plan and the confirmation are on the disk before the first deletion.
    await journal.sync();
    if (control.reason === undefined) {
      await runSession(await options.rows(), {
        ...session,
        mark: syncEachSend ? undefined : createMark(journal, options.markAheadRows),
      });
    }
    await journal.sync();
    // A run with nothing left to send or to look at is finished, not stopped.
    if (control.reason !== undefined && hasWorkLeft(await foldJournal(path))) {
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
