import { describe, expect, it } from 'vitest';
import { readRetryAfter } from '../../src/redcap/retry-after.ts';
import { knownHeaders } from './known-headers.ts';

const DATE = 'Tue, 24 Nov 2026 03:12:07 GMT';

describe('readRetryAfter', () => {
  it.each([
    ['120', undefined, 120_000],
    [' 0 ', undefined, 0],
    ['99999999999', undefined, 99_999_999_999_000],
    ['Tue, 24 Nov 2026 03:14:07 GMT', DATE, 120_000],
    ['Tue, 24 Nov 2026 03:14:07 GMT', 'Tuesday, 24-Nov-26 03:12:07 GMT', 120_000],
    ['Tue Nov 24 03:14:07 2026', DATE, 120_000],
    ['Tue, 24 Nov 2026 03:00:00 GMT', DATE, 0],
    ['Tue, 24 Nov 2026 03:14:07 GMT', undefined, undefined],
    ['Tue, 24 Nov 2026 03:14:07 GMT', 'yesterday', undefined],
    ['Tue, 99 Nov 2026 03:14:07 GMT', DATE, undefined],
    ['2026-11-24T03:14:07Z', DATE, undefined],
    ['soon', DATE, undefined],
    ['-5', DATE, undefined],
    ['1.5', DATE, undefined],
    ['1e3', DATE, undefined],
    ['120, 120', DATE, undefined],
    ['', DATE, undefined],
  ])('%j with the date %j asks for %j ms', (value, date, ms) => {
    const headers = { 'retry-after': value, ...(date === undefined ? {} : { date }) };
    expect(readRetryAfter(knownHeaders(headers))).toBe(ms);
  });

  it('is nothing without the header', () => {
    expect(readRetryAfter(knownHeaders({ date: DATE }))).toBeUndefined();
  });
});
