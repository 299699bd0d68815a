import { RefusedError } from '../errors.ts';
import { parseWhole } from './numbers.ts';
import type { RunOptionTexts } from './options.ts';
import { attempt, refuseProblems } from './problems.ts';
import { showValue } from './show-value.ts';

const MOST_ROWS = 999_999_999;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** For `--stop-at`: two nights in which a clock change may have hidden or moved the minute. */
const SEARCH_MINUTES = 3 * DAY_MINUTES;
const LONGEST_JUMP_MINUTES = 3 * 60;

/** When failures stop a run: so many rows, or so many of a hundred. */
export type MaxFailures =
  { readonly kind: 'count'; readonly n: number } | { readonly kind: 'percent'; readonly n: number };

/** What the options say; undefined where an option was not given. */
export interface RunOptions {
  readonly maxDeletions: number | undefined;
  readonly limit: number | undefined;
  readonly stopAtMs: number | undefined;
  readonly maxFailures: MaxFailures | undefined;
  readonly defaultInstance: string | undefined;
  readonly expectProject: string | undefined;
  readonly rows: RowRanges | undefined;
}

/** Reads all of them and throws one RefusedError that lists everything wrong. */
export function readRunOptions(texts: RunOptionTexts, now: Date): RunOptions {
  const problems: string[] = [];
  const read = <T>(text: string | undefined, parse: (text: string) => T): T | undefined =>
    text === undefined ? undefined : attempt(problems, () => parse(text));
  const options = {
    maxDeletions: read(texts.maxDeletions, parseMaxDeletions),
    limit: read(texts.limit, parseLimit),
    stopAtMs: read(texts.stopAt, (text) => nextStopAt(text, now)),
    maxFailures: read(texts.maxFailures, parseMaxFailures),
    defaultInstance: read(texts.defaultInstance, parseDefaultInstance),
    expectProject: read(texts.expectProject, parseExpectProject),
    rows: read(texts.rows, parseRowRanges),
  };
  refuseProblems(problems);
  return Object.freeze(options);
}

/** Files that a manifest may delete at most. */
export function parseMaxDeletions(text: string): number {
  return parseWhole(text, '--max-deletions', { min: 0, max: MOST_ROWS });
}

/** Rows to send before stopping. */
export function parseLimit(text: string): number {
  return parseWhole(text, '--limit', { min: 1, max: MOST_ROWS });
}

/** Reads `10` or `5%`; 0 would stop a run that has no failure. */
export function parseMaxFailures(text: string): MaxFailures {
  const [, digits, sign] = /^(\d{1,9}(?:\.\d{1,9})?)\s*(%?)$/.exec(text.trim()) ?? [];
  const n = Number(digits);
  if (sign === '%' && n > 0 && n <= 100) return { kind: 'percent', n };
  if (sign === '' && n > 0 && Number.isInteger(n)) return { kind: 'count', n };
  throw new RefusedError(
    `--max-failures takes a number of rows from 1, or a percentage above 0 and up to 100, as in 10 or 5%, not ${showValue(text)}.`,
  );
}

/** Digits, as a target carries its instance. */
export function parseDefaultInstance(text: string): string {
  const trimmed = text.trim();
  if (/^[1-9][0-9]{0,8}$/.test(trimmed)) return trimmed;
  throw new RefusedError(
    `--default-instance takes a whole number from 1 to 999999999 without leading zeros, not ${showValue(text)}.`,
  );
}

/** A project's id in digits: REDCap sends it as a number or as a string, by version. */
export function parseExpectProject(text: string): string {
  const trimmed = text.trim();
  if (/^[1-9][0-9]{0,14}$/.test(trimmed)) return trimmed;
  throw new RefusedError(
    `--expect-project takes a project's id, a whole number such as the pid in the project's address (…?pid=123), not ${showValue(text)}.`,
  );
}

/** Rows by their number in the manifest, both ends included. */
interface RowRange {
  readonly first: number;
  readonly last: number;
}

/** A choice of rows, as `--rows 3,7-9` gives it: in order, none overlapping. */
interface RowRanges {
  readonly ranges: readonly RowRange[];
  readonly has: (row: number) => boolean;
}

/** Reads `3,7-9`. Throws RefusedError that names --rows. */
export function parseRowRanges(text: string): RowRanges {
  const ranges = merge(text.split(',').map((part) => parseRange(part, text)));
  return { ranges, has: (row) => includesRow(ranges, row) };
}

function parseRange(part: string, whole: string): RowRange {
  const [, from, to = from] = /^\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?$/.exec(part) ?? [];
  const range = { first: Number(from), last: Number(to) };
  if (from === undefined || range.first < 1) {
    throw new RefusedError(
      `--rows takes row numbers from 1 and ranges of them, as in 3,7-9, not ${showValue(whole)}.`,
    );
  }
  if (range.last < range.first) {
    throw new RefusedError(
      `--rows holds a range that runs backwards: ${range.first}-${range.last}. Write ${range.last}-${range.first}.`,
    );
  }
  return range;
}

function merge(ranges: readonly RowRange[]): RowRange[] {
  const merged: RowRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.first - b.first)) {
    const before = merged.at(-1);
    if (before !== undefined && range.first <= before.last + 1) {
      merged[merged.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
    } else {
      merged.push(range);
    }
  }
  return merged;
}

function includesRow(ranges: readonly RowRange[], row: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (row < range.first) high = middle - 1;
    else if (row > range.last) low = middle + 1;
    else return true;
  }
  return false;
}

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
