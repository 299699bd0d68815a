import { RefusedError } from '../errors.ts';
import { showValue } from './show-value.ts';

/** Rows by their number in the manifest, both ends included. */
export interface RowRange {
  readonly first: number;
  readonly last: number;
}

/** A choice of rows, as `--rows 3,7-9` gives it: in order, none overlapping. */
export interface RowRanges {
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
