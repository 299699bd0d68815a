import { RefusedError } from '../errors.ts';
import { showValue } from './show-value.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
// Two nights in which a clock change may have hidden or moved the minute.
const SEARCH_MINUTES = 3 * DAY_MINUTES;
const LONGEST_JUMP_MINUTES = 3 * 60;

/**
 * Milliseconds since the epoch of the next minute, after the one that is now,
 * in which the local clock shows `HH:MM`. A minute that the clock skips (summer
 * time begins) counts as shown when it is skipped: a night window must not last
 * until the next night. Throws RefusedError that names --stop-at.
 */
export function nextStopAt(text: string, now: Date): number {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text.trim()) ?? [];
  const wanted = Number(hours) * 60 + Number(minutes);
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59) {
    throw new RefusedError(
      `--stop-at takes a time of day on this machine's clock, from 00:00 to 23:59, as in 05:30, not ${showValue(text)}.`,
    );
  }
  // Minute by minute, since clock changes make any arithmetic on days wrong.
  let atMs = Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS;
  let shown = minuteOfDay(atMs);
  for (let minute = 0; minute < SEARCH_MINUTES; minute += 1) {
    atMs += MINUTE_MS;
    const next = minuteOfDay(atMs);
    const step = forward(shown, next);
    const reaches = next === wanted || forward(shown, wanted) < step;
    if (step <= LONGEST_JUMP_MINUTES ? reaches && wanted !== shown : next === wanted) return atMs;
    shown = next;
  }
  throw new Error(`no minute of three days shows ${text}`);
}

function minuteOfDay(ms: number): number {
  const date = new Date(ms);
  return date.getHours() * 60 + date.getMinutes();
}

function forward(from: number, to: number): number {
  return (to - from + DAY_MINUTES) % DAY_MINUTES;
}
