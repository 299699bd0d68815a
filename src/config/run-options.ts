import { RefusedError } from '../errors.ts';
import { parseWhole } from './numbers.ts';
import type { RunOptionTexts } from './options.ts';
import { attempt, refuseProblems } from './problems.ts';
import { parseRowRanges, type RowRanges } from './row-ranges.ts';
import { showValue } from './show-value.ts';
import { nextStopAt } from './stop-at.ts';

export { parseRowRanges, type RowRange, type RowRanges } from './row-ranges.ts';
export { nextStopAt } from './stop-at.ts';

const MOST_ROWS = 999_999_999;

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
