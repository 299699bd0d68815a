import type { Clock } from '../clock.ts';
import { createAbortGroup, type Abortable } from './abort-group.ts';

/** Timers are late by a few milliseconds; high rates must not lose by that. */
const LEAST_CREDIT_MS = 10;

/**
 * An ideal schedule, so that late timers do not lose rate, with little credit, so
 * that idleness or a sleep never makes a burst. With a whole interval of credit
 * one request more than allowed would stand on the edge of a second, and the
 * network could push it over.
 */
function creditMs(intervalMs: number): number {
  return Math.max(intervalMs / 2, LEAST_CREDIT_MS);
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

export interface Pacer {
  /**
   * First come, first served. `true` (at once, without a promise, where nothing
   * limits), or a promise of `true` when it is this request's turn, and of
   * `false` as soon as the signal aborts: the place is given back then.
   */
  turn(signal?: AbortSignal): Promise<boolean> | true;
  /**
   * A request has left now. Where it was kept between its turn and leaving (a
   * slow disk), those behind it wait the longer: late ones must not bunch up.
   */
  departed(): void;
  /** Keeps back every request, also those that wait already; they go at the even pace after it. */
  holdFor(ms: number): void;
  /** Monotonic milliseconds; in the past where nothing is held. */
  readonly heldUntil: number;
}

interface Waiting extends Abortable {
  readonly grant: () => void;
}

/** `intervalMs` is 60,000 / requests a minute; 0 for no limit. */
export function createPacer(options: { intervalMs: number; clock: Clock }): Pacer {
  const { intervalMs, clock } = options;
  const state = { lastSlot: clock.monotonic() - intervalMs };
  const queue = new Set<Waiting>();
  const aborts = createAbortGroup();
  let heldUntil = Number.NEGATIVE_INFINITY;
  let lastDeparture = Number.NEGATIVE_INFINITY;
  /** Ends the pause of the pump when nobody is left to wait for. */
  let pause: AbortController | undefined;

  const take = (): number => {
    // On the path of every row, and asking for the time costs as much as all the rest of this.
    if (intervalMs === 0 && heldUntil === Number.NEGATIVE_INFINITY) return heldUntil;
    const now = clock.monotonic();
    if (intervalMs === 0) return heldUntil - now;
    const slot = nextSlot(state, now, intervalMs, heldUntil);
    if (slot <= now) state.lastSlot = slot;
    return slot - now;
  };

  const pump = async (): Promise<void> => {
    for (const first of queue) {
      // A new one each time: an ended pause would make a busy loop of the next.
      pause = new AbortController();
      while (queue.has(first)) {
        const waitMs = take();
        if (waitMs > 0) {
          await clock.sleep(waitMs, pause.signal);
          continue;
        }
        queue.delete(first);
        first.grant();
      }
    }
    pause = undefined;
  };

  return {
    turn(signal) {
      if (signal?.aborted === true) return Promise.resolve(false);
      if (queue.size === 0 && pause === undefined && take() <= 0) return true;
      return new Promise((resolve) => {
        const one: Waiting = {
          grant: () => {
            if (signal !== undefined) aborts.remove(signal, one);
            resolve(true);
          },
          onAbort: () => {
            queue.delete(one);
            if (queue.size === 0) pause?.abort();
            resolve(false);
          },
        };
        queue.add(one);
        if (signal !== undefined) aborts.add(signal, one);
        if (pause === undefined) void pump();
      });
    },
    departed() {
      if (intervalMs === 0) return;
      lastDeparture = Math.max(clock.monotonic(), lastDeparture + intervalMs);
      state.lastSlot = Math.max(state.lastSlot, lastDeparture - creditMs(intervalMs));
    },
    holdFor(ms) {
      heldUntil = Math.max(heldUntil, clock.monotonic() + ms);
    },
    get heldUntil() {
      return heldUntil;
    },
  };
}
