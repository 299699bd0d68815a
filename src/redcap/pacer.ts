import pLimit from 'p-limit';
import { elapsedMs, instantOf, LOOK_AGAIN_MS, type Clock, type Instant } from '../clock.ts';
import { inTurn } from './in-turn.ts';

/** Timers are late by a few milliseconds; high rates must not lose by that. */
const LEAST_CREDIT_MS = 10;
/** Nor may low ones gain by it: that much is later than any timer of a machine that works. */
const MOST_CREDIT_MS = 50;
/** What the network may make up for between here and the server. */
const JITTER_MS = 100;
const MINUTE_MS = 60_000;

/**
 * An ideal schedule, so that late timers do not lose rate, with little credit, so
 * that idleness or a sleep never makes a burst. With a whole interval of credit
 * one request more than allowed would stand on the edge of a second, and the
 * network could push it over.
 */
function creditMs(intervalMs: number): number {
  return Math.min(Math.max(intervalMs / 2, LEAST_CREDIT_MS), MOST_CREDIT_MS);
}

/** When the next request may leave, which may be in the past: then it leaves at once. */
export function nextSlot(
  state: { readonly lastSlot: number },
  now: number,
  intervalMs: number,
  holdUntil: number,
): number {
  return Math.max(state.lastSlot + intervalMs, now - creditMs(intervalMs), holdUntil);
}

/**
 * The interval that keeps to a ceiling in every minute, however it is cut out:
 * at the bare interval, the first and the last request of 601 are a minute
 * apart, less the credit. Costs a quarter of a percent.
 */
export function intervalWithin(intervalMs: number): number {
  return intervalMs * (1 + (creditMs(intervalMs) + JITTER_MS) / MINUTE_MS);
}

/**
 * Two waits for each request, both first come, first served. `turn` spreads the
 * requests out, so that no connection is opened long before it is needed.
 * `leave` comes when the connection is there: connections stall, and what had
 * its turn meanwhile must not leave together. At a steady pace it is no wait.
 */
export interface Pacer {
  /**
   * True when it is this request's turn, and false as soon as the signal
   * aborts: the place is given back then. No promise where nothing limits.
   */
  turn(signal?: AbortSignal): Promise<boolean> | boolean;
  /**
   * Likewise, right before the request leaves. Runs `prepare` when it may, and
   * lets nobody else through before that has ended; the next one keeps its
   * distance from there. A disk that stands still makes no burst. Throws, or
   * rejects with, what `prepare` throws.
   */
  leave(prepare: () => void | Promise<void>, signal?: AbortSignal): Promise<boolean> | boolean;
  /** Keeps back every request, also those that wait already; they go at the even pace after it. */
  holdFor(ms: number): void;
  /** How long everything is kept back yet; 0 where nothing is. */
  readonly heldMs: number;
}

/** `intervalMs` is 60,000 / requests a minute; 0 for no limit. */
export function createPacer(options: { intervalMs: number; clock: Clock }): Pacer {
  const { intervalMs, clock } = options;
  const turns = { lastSlot: clock.monotonic() - intervalMs };
  const exits = { lastSlot: turns.lastSlot };
  let lastDeparture = Number.NEGATIVE_INFINITY;
  let hold: { readonly since: Instant; readonly ms: number } | undefined;
  /** When the last hold ended, monotonic. */
  let heldUntil = Number.NEGATIVE_INFINITY;

  const heldMs = (): number => {
    if (hold === undefined) return 0;
    const left = hold.ms - elapsedMs(clock, hold.since);
    if (left > 0) return left;
    heldUntil = Math.min(hold.since.monotonicMs + hold.ms, clock.monotonic());
    hold = undefined;
    return 0;
  };

  const isUnlimited = (): boolean => intervalMs === 0 && heldMs() === 0;

  /** Takes a slot, or returns how long to wait before the next try. */
  const take = (state: { lastSlot: number }): number => {
    const held = heldMs();
    if (held > 0) return Math.min(held, LOOK_AGAIN_MS);
    if (intervalMs === 0) return 0;
    const now = clock.monotonic();
    const slot = nextSlot(state, now, intervalMs, heldUntil);
    if (slot <= now) state.lastSlot = slot;
    return slot - now;
  };

  const turning = pLimit(1);
  const leaving = pLimit(1);

  const waitForTurn = async (signal: AbortSignal | undefined): Promise<boolean> => {
    for (;;) {
      // Whoever has a connection goes first: those behind would only wait with theirs open.
      while (leaving.activeCount + leaving.pendingCount > 0) {
        if (!(await inTurn(leaving, () => Promise.resolve(true), false, signal))) return false;
      }
      const ms = take(turns);
      if (ms <= 0) return true;
      if (!(await clock.sleep(ms, signal))) return false;
    }
  };

  const waitForExit = async (signal: AbortSignal | undefined): Promise<boolean> => {
    for (let ms = take(exits); ms > 0; ms = take(exits)) {
      if (!(await clock.sleep(ms, signal))) return false;
    }
    return true;
  };

  /** A request leaves now: whoever comes next, to a turn or to leave, keeps the distance. */
  const depart = (): void => {
    if (intervalMs === 0) return;
    lastDeparture = Math.max(clock.monotonic(), lastDeparture + intervalMs);
    const slot = lastDeparture - creditMs(intervalMs);
    turns.lastSlot = Math.max(turns.lastSlot, slot);
    exits.lastSlot = Math.max(exits.lastSlot, slot);
  };

  return {
    turn(signal) {
      if (signal?.aborted === true) return false;
      if (isUnlimited()) return true;
      return inTurn(turning, () => waitForTurn(signal), false, signal);
    },
    leave(prepare, signal) {
      if (signal?.aborted === true) return false;
      if (isUnlimited()) {
        const prepared = prepare();
        return prepared === undefined ? true : prepared.then(() => true);
      }
      const left = async (): Promise<boolean> => {
        if (!(await waitForExit(signal))) return false;
        try {
          await prepare();
        } finally {
          depart();
        }
        return true;
      };
      return inTurn(leaving, left, false, signal);
    },
    holdFor(ms) {
      if (ms > heldMs()) hold = { since: instantOf(clock), ms };
    },
    get heldMs() {
      return heldMs();
    },
  };
}
