import { instantOf, type Clock, type Instant } from '../clock.ts';
import { encodeOutcome } from '../journal/line-codec.ts';
import type { Seen } from '../rows/plan-line.ts';
import type { Journal } from '../journal/write.ts';
import type { Target } from '../rows/target.ts';
import type { LookedBatch } from '../rows/look.ts';
import type { Look } from '../rows/look.ts';
import { ROWS_IN_A_ROW } from './breaker.ts';
import type { Outcome } from '../rows/outcome.ts';
import { createLookList, inLookLists } from './look-list.ts';
import { settleByVerification } from './settle-look.ts';

/** A row that verification has yet to look at. */
export interface Unverified {
  readonly row: number;
  readonly target: Target;
  readonly seen: Seen;
  readonly outcome: Outcome;
}

export interface Verifier {
  add(one: Unverified): void;
  /** Resolves when few enough looks are outstanding for deleting to go on. */
  ready(): Promise<void> | undefined;
  /** Resolves when fewer than ten rows in a row wait for their second look; until then nothing may be sent. */
  pause(): Promise<void> | undefined;
  /** Looks at everything that is left. */
  finish(): Promise<void>;
}

/** How long a file that is seen is looked at again before it is believed. */
export interface SecondLook {
  readonly everyMs: number;
  /** Counted from the end of the row's request. */
  readonly untilMs: number;
}

/** Exports can come from a replica that lags some seconds behind. */
export const SECOND_LOOK: SecondLook = { everyMs: 3000, untilMs: 15_000 };

interface VerifierOptions {
  readonly look: (targets: readonly Target[]) => Promise<LookedBatch>;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly secondLook: SecondLook;
  /**
   * Called for each row that was looked at. Two rows with the same streak have no
   * row between them that was found gone.
   */
  readonly onVerified: (one: Unverified, after: Outcome, streak: number) => void;
  /** The run goes no further, and no look is taken any more. */
  readonly ended: AbortSignal;
}

/** The first look comes early: a server that says yes and does nothing shows at once. */
const FIRST_ROWS = 10;
const OUTSTANDING = 3;
/** Rows that may wait for their second look, in a row or not, for the sake of memory. */
const WAITING_AT_MOST = 5000;

interface Waiting extends Unverified {
  /** Since when the file may be gone, and an export may not show it yet. */
  readonly since: Instant;
}

/** A row whose file was seen once. */
interface SeenOnce extends Waiting {
  streak: number;
}

const UNREADABLE: Look = { kind: 'nothing', why: 'the look could not be read' };

/**
 * Looks at deleted rows in batches of about 100 records while deleting goes
 * on. One look does not overrule the server: a file that is seen is looked at
 * again for a while, beside the rest. A look that cannot be read says nothing
 * here: the row keeps its state.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { clock, ended, secondLook } = options;
  const batch = createLookList<Waiting>();
  let first = true;
  let outstanding = 0;
  let chain: Promise<void> = Promise.resolve();
  let seenOnce: SeenOnce[] = [];
  let streak = 0;
  /** Those of the newest streak, while they wait. */
  let inARow = 0;
  let watching: Promise<void> | undefined;
  let wake: (() => void) | undefined;

  const lookAt = async (rows: readonly Waiting[]): Promise<readonly Look[] | undefined> => {
    if (ended.aborted) return undefined;
    const looked = await options.look(rows.map((one) => one.target));
    if (looked.kind === 'stopped') return undefined;
    return rows.map(
      (_, n) => (looked.kind === 'looked' ? looked.looks[n] : undefined) ?? UNREADABLE,
    );
  };

  /**
   * Will what a look shows from now on be believed? A wait that must not be cut
   * short is measured by the clock that nobody sets: a replica does not catch
   * up with a wall clock that jumps.
   */
  const isLate = ({ since }: Waiting): boolean =>
    clock.monotonic() - since.monotonicMs >= secondLook.untilMs;

  const firstLook = async (rows: readonly Waiting[]): Promise<void> => {
    const late = rows.map(isLate);
    const looks = await lookAt(rows);
    if (looks === undefined) return;
    const settled: Settled[] = [];
    rows.forEach((one, n) => {
      const look = looks[n] ?? UNREADABLE;
      if (look.kind === 'there' && late[n] !== true) {
        inARow += 1;
        seenOnce.push({ ...one, streak });
        return;
      }
      if (look.kind === 'gone') {
        streak += 1;
        inARow = 0;
      }
      settled.push({ one, look, streak });
    });
    settle(settled, options);
    if (seenOnce.length === 0 || watching !== undefined) return;
    watching = watch();
    // Awaited in ready() and finish(); until then a rejection is not "unhandled".
    watching.catch(() => undefined);
  };

  /** Looks again at what was seen, every few seconds, until none is left to be looked at again. */
  const watch = async (): Promise<void> => {
    while (seenOnce.length > 0 && (await clock.sleep(secondLook.everyMs, ended))) {
      for (const rows of inLookLists(seenOnce)) await lookAgain(rows);
    }
    watching = undefined;
  };

  const lookAgain = async (rows: readonly SeenOnce[]): Promise<void> => {
    const late = rows.map(isLate);
    const looks = await lookAt(rows);
    if (looks === undefined) return;
    const settled: Settled[] = [];
    const over = new Set<SeenOnce>();
    rows.forEach((one, n) => {
      const look = looks[n] ?? UNREADABLE;
      if (look.kind === 'gone') partStreak(one);
      else if (late[n] !== true) return;
      over.add(one);
      settled.push({ one, look, streak: one.streak });
    });
    seenOnce = seenOnce.filter((one) => !over.has(one));
    settle(settled, options);
    inARow = seenOnce.filter((one) => one.streak === streak).length;
    wake?.();
  };

  /** A row in between that is gone after all parts those before it from those behind. */
  const partStreak = (gone: SeenOnce): void => {
    for (const one of seenOnce.slice(seenOnce.indexOf(gone) + 1)) one.streak += 1;
    streak += 1;
  };

  const send = (): void => {
    if (batch.size === 0) return;
    const rows = batch.take();
    first = false;
    outstanding += 1;
    chain = chain
      .then(() => firstLook(rows))
      .finally(() => {
        outstanding -= 1;
      });
    // Awaited in ready() and finish(); until then a rejection is not "unhandled".
    chain.catch(() => undefined);
  };

  const isTooMany = (): boolean => inARow >= ROWS_IN_A_ROW || seenOnce.length >= WAITING_AT_MOST;

  /** Until few enough wait, or nobody looks any more. */
  const untilFewer = async (): Promise<void> => {
    while (isTooMany() && watching !== undefined) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await Promise.race([changed, watching]);
    }
  };

  /** One wait for all who wait. */
  let fewer: Promise<void> | undefined;
  const pause = (): Promise<void> | undefined => {
    if (!isTooMany() || watching === undefined) return undefined;
    fewer ??= untilFewer().finally(() => {
      fewer = undefined;
    });
    return fewer;
  };

  return {
    add(one) {
      if (batch.isFullFor(one)) send();
      batch.add({ ...one, since: instantOf(clock) });
      if (first && batch.size >= FIRST_ROWS) send();
    },
    ready() {
      if (outstanding >= OUTSTANDING) return chain;
      return pause();
    },
    pause,
    async finish() {
      send();
      await chain;
      await watching;
    },
  };
}

interface Settled {
  readonly one: Unverified;
  readonly look: Look;
  readonly streak: number;
}

/** Writes down what looks decided: changed outcomes by themselves, the others many a line. */
function settle(settled: readonly Settled[], { journal, onVerified }: VerifierOptions): void {
  const same: Record<'yes' | 'no' | 'skipped', number[]> = { yes: [], no: [], skipped: [] };
  const results = settled.map(({ one, look, streak }) => ({
    one,
    streak,
    after: settleByVerification(one.outcome, look, one.seen),
  }));
  for (const { one, after } of results) {
    if (after.status === one.outcome.status && after.code === one.outcome.code) {
      if (after.verified !== '') same[after.verified].push(one.row);
    } else {
      journal.append(encodeOutcome(one.row, after, false));
    }
  }
  for (const verified of ['yes', 'no', 'skipped'] as const) {
    if (same[verified].length > 0) {
      journal.append({ verified, rows: same[verified], at: journal.stamp() });
    }
  }
  for (const { one, after, streak } of results) onVerified(one, after, streak);
}
