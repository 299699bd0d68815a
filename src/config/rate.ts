import { RefusedError } from '../errors.ts';
import { showValue } from './show-value.ts';

/** Ceiling over all requests of a command. */
export interface Rate {
  /** Least time between two requests; 0 = unlimited. */
  readonly intervalMs: number;
  /** Infinity = unlimited. */
  readonly perMinute: number;
  /** As a user writes it: `300/min`. */
  readonly text: string;
}

// REDCap's "Rate Limiter" (Control Center, page_hit_threshold_per_minute): per address, default 600.
const REDCAP_LIMIT_PER_MINUTE = 600;
const LONGEST_INTERVAL_MS = 24 * 60 * 60 * 1000;

/** Reads `<n>/min`, `<n>/s` or `unlimited`. Throws RefusedError that names --rate. */
export function parseRate(text: string): Rate {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === 'unlimited') {
    return Object.freeze({ intervalMs: 0, perMinute: Number.POSITIVE_INFINITY, text: trimmed });
  }
  const [, digits, unit] = /^(\d{1,9}(?:\.\d{1,9})?)\s*\/\s*(min|s)$/.exec(trimmed) ?? [];
  const count = Number(digits);
  const perMinute = unit === 's' ? count * 60 : count;
  const intervalMs = 60_000 / perMinute;
  if (unit === undefined || !(count > 0) || intervalMs > LONGEST_INTERVAL_MS) {
    throw new RefusedError(
      `--rate takes a number of requests a minute or a second, as in 300/min or 5/s, or "unlimited", not ${showValue(text)}.`,
    );
  }
  return Object.freeze({ intervalMs, perMinute, text: `${count}/${unit}` });
}

/** The sentence about a rate past which REDCap, as delivered, bans the address. */
export function warnAboutRate(rate: Rate): readonly string[] {
  return rate.perMinute > REDCAP_LIMIT_PER_MINUTE
    ? [
        `--rate ${rate.text} is above 600/min, the limit for each address that REDCap comes with: past it the server bans this machine's address. Ask the server's administrators before you go on.`,
      ]
    : [];
}
