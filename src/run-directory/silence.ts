import type { Clock } from '../clock.ts';

/** A holder of which nothing can be known but its lease is dead after so long without a change. */
export const SILENCE_MS = 60_000;
const LOOK_EVERY_MS = 1000;
/** However long the reader itself was away between two looks, they count for no more. */
const MOST_BETWEEN_LOOKS_MS = 5000;

/**
 * Adds up how long nothing has changed, by this process's own clock alone:
 * times of two machines are never compared. By the clock that stands still in
 * a sleep, and only while it looked: whoever slept beside the reader, on the
 * same machine or host, has had no time to give a sign of life either.
 */
export function watchSilence(
  clock: Pick<Clock, 'monotonic'>,
  silenceMs = SILENCE_MS,
): (state: string) => 'changed' | 'silent' | 'waiting' {
  let first: string | undefined;
  let lookedAt = 0;
  let silentMs = 0;
  return (state) => {
    const now = clock.monotonic();
    if (first === undefined) first = state;
    else silentMs += Math.min(now - lookedAt, MOST_BETWEEN_LOOKS_MS);
    lookedAt = now;
    if (state !== first) return 'changed';
    return silentMs >= silenceMs ? 'silent' : 'waiting';
  };
}

/** Looks until there is a change, or a minute has gone by without one. */
export async function awaitSilence(
  read: () => string,
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
  signal: AbortSignal | undefined,
): Promise<'changed' | 'silent' | 'ended'> {
  const look = watchSilence(clock);
  for (;;) {
    const found = look(read());
    if (found !== 'waiting') return found;
    if (!(await clock.sleep(LOOK_EVERY_MS, signal))) return 'ended';
  }
}
