/**
 * Time as the engine sees it. Passed in everywhere, so that whole runs can be
 * played in virtual time.
 */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): number;
  /** Monotonic milliseconds, for intervals; never goes backwards. */
  monotonic(): number;
  /**
   * Resolves `true` after `ms` milliseconds, or `false` as soon as the signal
   * aborts. Never rejects. Waits longer than a timer holds (31 bits) are cut.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<boolean>;
}

/** A moment, as both clocks tell it. */
export interface Instant {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export function instantOf(clock: Pick<Clock, 'now' | 'monotonic'>): Instant {
  return { wallMs: clock.now(), monotonicMs: clock.monotonic() };
}

/**
 * Milliseconds since then, by whichever clock says more: the monotonic one
 * stands still while a laptop sleeps, the wall clock may be set back.
 */
export function elapsedMs(clock: Pick<Clock, 'now' | 'monotonic'>, since: Instant): number {
  return Math.max(clock.now() - since.wallMs, clock.monotonic() - since.monotonicMs);
}

/**
 * The most that may have gone by since then. A machine that slept and whose
 * clock was set back on waking shows it in neither clock, but in their
 * disagreement. For questions where too long is the safe answer.
 */
export function mostElapsedMs(clock: Pick<Clock, 'now' | 'monotonic'>, since: Instant): number {
  return Math.max(elapsedMs(clock, since), disagreementMs(clock, since));
}

/** By how much the two clocks disagree about the time since then: one was set, or the machine slept. */
export function disagreementMs(clock: Pick<Clock, 'now' | 'monotonic'>, since: Instant): number {
  return Math.abs(clock.now() - since.wallMs - (clock.monotonic() - since.monotonicMs));
}

/** A timer stands still while a laptop sleeps; so often a long wait looks at both clocks. */
export const LOOK_AGAIN_MS = 5000;

/** Waits by whichever clock says more. Resolves as `sleep` does. */
export async function waitOut(clock: Clock, ms: number, signal?: AbortSignal): Promise<boolean> {
  const since = instantOf(clock);
  for (let left = ms; ; left = ms - elapsedMs(clock, since)) {
    if (!(await clock.sleep(Math.min(left, LOOK_AGAIN_MS), signal))) return false;
    if (left <= LOOK_AGAIN_MS) return true;
  }
}

/** Runs a function later; gives what cancels it. The process does not stay alive for it. */
export function startTimer(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms).unref();
  return () => {
    clearTimeout(timer);
  };
}

const LONGEST_TIMER_MS = 0x7fff_ffff;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve(false);
        return;
      }
      const ended = (): void => {
        clearTimeout(timer);
        resolve(false);
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', ended);
          resolve(true);
        },
        Math.min(Math.max(ms, 0), LONGEST_TIMER_MS),
      );
      signal?.addEventListener('abort', ended, { once: true });
    }),
};
