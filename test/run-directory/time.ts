import type { Clock } from '../../src/clock.ts';

/** Time that passes as soon as somebody waits, and the timers of every process in it. */
export interface SharedTime {
  readonly clock: Clock;
  /** A process that a test can let stand still: its timers wait, as its time passes. */
  process(): Process;
  pass(ms: number): void;
}

export interface Process {
  readonly later: (run: () => void, ms: number) => () => void;
  stopped: boolean;
}

export function createTime(): SharedTime {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly of: Process; readonly run: () => void }>();
  const pass = (ms: number): void => {
    const end = now + ms;
    for (;;) {
      let next: { readonly at: number; readonly of: Process; readonly run: () => void } | undefined;
      for (const one of timers) {
        if (!one.of.stopped && one.at <= end && (next === undefined || one.at < next.at))
          next = one;
      }
      if (next === undefined) break;
      timers.delete(next);
      now = Math.max(now, next.at);
      next.run();
    }
    now = Math.max(now, end);
  };
  return {
    clock: {
      now: () => now,
      monotonic: () => now,
      async sleep(ms, signal) {
        if (signal?.aborted === true) return false;
        pass(ms);
        await new Promise(setImmediate);
        return !(signal?.aborted ?? false);
      },
    },
    pass,
    process() {
      const one: Process = {
        stopped: false,
        later(run, ms) {
          const timer = { at: now + ms, of: one, run };
          timers.add(timer);
          return () => timers.delete(timer);
        },
      };
      return one;
    },
  };
}
