import type { Clock } from '../../src/clock.ts';

export interface VirtualClock extends Clock {
  /** Lets time pass to `ms`, waking sleepers in order; each may be woken late by `lateMs`. */
  runTo(ms: number): Promise<void>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Time that passes only in `runTo`. */
export function createVirtualClock(lateMs: () => number = () => 0): VirtualClock {
  let now = 0;
  const sleepers = new Set<Sleeper>();
  // Enough turns for any chain of awaits between two sleeps.
  const settle = async (): Promise<void> => {
    for (let at = 0; at < 50; at += 1) await Promise.resolve();
  };
  return {
    now: () => now,
    monotonic: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve(false);
          return;
        }
        const sleeper = { at: now + Math.max(0, ms) + lateMs(), wake: () => resolve(true) };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          if (sleepers.delete(sleeper)) resolve(false);
        });
      }),
    async runTo(ms) {
      await settle();
      for (;;) {
        let next: Sleeper | undefined;
        for (const one of sleepers) if (next === undefined || one.at < next.at) next = one;
        if (next === undefined || next.at > ms) break;
        sleepers.delete(next);
        now = Math.max(now, next.at);
        next.wake();
        await settle();
      }
      now = Math.max(now, ms);
      await settle();
    },
  };
}
