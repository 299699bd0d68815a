import type { Clock } from '../../src/clock.ts';
import type { Environment } from './environment.ts';

/**
 * One process on its machine. A dead one is never woken again; one that sleeps
 * or is stopped does nothing until it goes on, and then its timers run before
 * what else has come for it.
 */
export interface Life {
  readonly alive: boolean;
  readonly frozen: boolean;
  /** When it last went on, in the environment's monotonic time. */
  readonly thawedAt: number;
  /** Time that its monotonic clock has not counted. */
  readonly sleptMs: number;
  /** How far its wall clock is off. */
  skewMs: number;
  kill(): void;
  /** Runs now, or as soon as the process goes on. */
  wake(run: () => void): void;
  /** Runs so many milliseconds later by its own monotonic clock; gives what cancels it. */
  after(ms: number, run: () => void): () => void;
  /** The laptop's lid is shut (its monotonic clock stands still), or SIGSTOP (it goes on). */
  freeze(ms: number, how: 'asleep' | 'stopped'): void;
}

/** Less than this is no wait: sums of fractions would never come to their end. */
const LEAST_MS = 0.001;

export function createLife(environment: Environment, name: string, skewMs = 0): Life {
  let alive = true;
  let frozen = false;
  let sleptMs = 0;
  let thawedAt = -Infinity;
  const timers: (() => void)[] = [];
  const others: (() => void)[] = [];
  const thaw = (): void => {
    frozen = false;
    thawedAt = environment.monotonic;
    environment.note(`${name} goes on`);
    for (const run of [...timers.splice(0), ...others.splice(0)]) {
      environment.after(0, () => {
        life.wake(run);
      });
    }
  };
  const life: Life = {
    skewMs,
    get alive() {
      return alive;
    },
    get frozen() {
      return frozen;
    },
    get thawedAt() {
      return thawedAt;
    },
    get sleptMs() {
      return sleptMs;
    },
    kill() {
      if (alive) environment.note(`${name} is dead`);
      alive = false;
    },
    wake(run) {
      if (!alive) return;
      if (frozen) others.push(run);
      else run();
    },
    after(ms, run) {
      const due = environment.monotonic - sleptMs + Math.max(0, ms);
      let cancelled = false;
      const fire = (): void => {
        if (!alive || cancelled) return;
        const leftMs = due - (environment.monotonic - sleptMs);
        if (frozen) timers.push(fire);
        else if (leftMs > 0) cancel = environment.after(Math.max(leftMs, LEAST_MS), fire);
        else run();
      };
      let cancel = environment.after(ms, fire);
      return () => {
        cancelled = true;
        cancel();
      };
    },
    freeze(ms, how) {
      if (!alive || frozen) return;
      frozen = true;
      environment.note(`${name} is ${how} for ${ms} ms`);
      environment.after(ms, () => {
        if (how === 'asleep') sleptMs += ms;
        if (alive) thaw();
      });
    },
  };
  return life;
}

/** The clock of one process: its sleeps end with it. */
export function createClock(environment: Environment, life: Life): Clock {
  return {
    now: () => environment.now + life.skewMs,
    monotonic: () => environment.monotonic - life.sleptMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve(false);
          return;
        }
        const end = (): void => {
          cancel();
          if (life.alive) resolve(false);
        };
        const cancel = life.after(Math.max(LEAST_MS, Math.min(ms, 0x7fff_ffff)), () => {
          signal?.removeEventListener('abort', end);
          resolve(true);
        });
        signal?.addEventListener('abort', end, { once: true });
      }),
  };
}
