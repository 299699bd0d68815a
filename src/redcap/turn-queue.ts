import type { Clock } from '../clock.ts';
import { createAbortGroup, type Abortable } from './abort-group.ts';

/** First come, first served, at times that somebody else says. */
export interface TurnQueue {
  /** `true` at once, or a promise of it; of `false` as soon as the signal aborts. */
  enter(signal?: AbortSignal): Promise<boolean> | true;
  /** The one that was let through is done. */
  release(): void;
  /** What `waitMs` put off without end may be asked again. */
  askAgain(): void;
  readonly waiting: number;
}

interface Waiting extends Abortable {
  readonly grant: () => void;
}

export interface TurnQueueOptions {
  readonly clock: Clock;
  /**
   * Asked when somebody may be let through. Nothing or less: the turn is taken.
   * Anything else: when to ask again; Infinity: at `askAgain`.
   */
  readonly waitMs: () => number;
  /** Nobody is let through before the last one is released. */
  readonly oneAtATime?: boolean;
  /** Nobody waits any more. */
  readonly onEmpty?: () => void;
}

export function createTurnQueue(options: TurnQueueOptions): TurnQueue {
  const { clock, waitMs, oneAtATime = false, onEmpty } = options;
  const queue = new Set<Waiting>();
  const aborts = createAbortGroup();
  /** Ends the pause of the pump when nobody is left to wait for. */
  let pause: AbortController | undefined;
  let busy = false;
  let wake: (() => void) | undefined;

  const woken = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });

  const remove = (one: Waiting): void => {
    if (queue.delete(one) && queue.size === 0) onEmpty?.();
  };

  const pump = async (): Promise<void> => {
    for (const first of queue) {
      // A new one each time: an ended pause would make a busy loop of the next.
      pause = new AbortController();
      while (queue.has(first)) {
        const ms = busy ? Number.POSITIVE_INFINITY : waitMs();
        if (ms === Number.POSITIVE_INFINITY) {
          await woken();
          continue;
        }
        if (ms > 0) {
          await clock.sleep(ms, pause.signal);
          continue;
        }
        busy = oneAtATime;
        first.grant();
        remove(first);
      }
    }
    pause = undefined;
  };

  return {
    enter(signal) {
      if (signal?.aborted === true) return Promise.resolve(false);
      if (queue.size === 0 && pause === undefined && !busy && waitMs() <= 0) {
        busy = oneAtATime;
        return true;
      }
      return new Promise((resolve) => {
        const one: Waiting = {
          grant: () => {
            if (signal !== undefined) aborts.remove(signal, one);
            resolve(true);
          },
          onAbort: () => {
            remove(one);
            if (queue.size === 0) {
              pause?.abort();
              wake?.();
            }
            resolve(false);
          },
        };
        queue.add(one);
        if (signal !== undefined) aborts.add(signal, one);
        if (pause === undefined) void pump();
      });
    },
    release() {
      busy = false;
      wake?.();
    },
    askAgain() {
      wake?.();
    },
    get waiting() {
      return queue.size;
    },
  };
}
