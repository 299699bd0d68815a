import { takeOut } from './take-out.ts';

/** Something that must not stay silent for longer than its limit. */
export interface Watched {
  /** Monotonic milliseconds of the last sign of life; Infinity while nothing is expected. */
  lastProgressAt: number;
  readonly limitMs: number;
  /** Called once; the entry is off the watch by then. */
  onSilence(): void;
}

export interface SilenceWatch {
  readonly now: () => number;
  add(entry: Watched): void;
  remove(entry: Watched): void;
}

const LONGEST_TICK_MS = 250;
const SHORTEST_TICK_MS = 10;
/** A tick later than that means that the process, not the server, was silent. */
const LATE_MS = 200;
/** What an answer that came during the silence gets to be read. */
const GRACE_MS = 1000;

/**
 * One coarse timer for every connection and request in place of one each. On
 * waking from a sleep or a SIGSTOP, timers run before sockets are read: a late
 * tick ends nothing for a second, and a timely one lets the sockets be read
 * first. An answer that lies in a socket is never called a timeout.
 */
export function createSilenceWatch(
  shortestLimitMs: number,
  now: () => number = () => performance.now(),
): SilenceWatch {
  const tickMs = Math.min(LONGEST_TICK_MS, Math.max(SHORTEST_TICK_MS, shortestLimitMs / 20));
  const entries: Watched[] = [];
  let timer: NodeJS.Timeout | undefined;
  let lastTickAt = 0;
  let quietUntil = 0;

  const isSilent = (entry: Watched): boolean => now() - entry.lastProgressAt >= entry.limitMs;

  const endSilent = (): void => {
    for (const entry of entries.filter(isSilent)) {
      if (takeOut(entries, entry)) entry.onSilence();
    }
  };

  const tick = (): void => {
    const at = now();
    if (at - lastTickAt > tickMs + LATE_MS) quietUntil = at + GRACE_MS;
    lastTickAt = at;
    if (entries.length === 0) {
      clearInterval(timer);
      timer = undefined;
      return;
    }
    if (at < quietUntil) return;
    for (const entry of entries) {
      if (!isSilent(entry)) continue;
      // Behind the poll phase: what has arrived by now is read before.
      setImmediate(endSilent);
      return;
    }
  };

  return {
    now,
    add(entry) {
      entries.push(entry);
      if (timer !== undefined) return;
      lastTickAt = now();
      // The sockets in use keep the process alive; the watch alone must not.
      timer = setInterval(tick, tickMs).unref();
    },
    remove(entry) {
      takeOut(entries, entry);
    },
  };
}
