import { describe, expect, it } from 'vitest';
import { createBreaker, type Breaker, type MaxFailures } from '../../src/run/breaker.ts';
import type { Outcome, Status, Verified } from '../../src/rows/outcome.ts';

function outcome(status: Status, code = '', verified: Verified = ''): Outcome {
  return { status, code, message: '', attempts: 1, effect: 'none', verified } as Outcome;
}

function finish(breaker: Breaker, status: Status, times: number): (string | undefined)[] {
  return Array.from({ length: times }, () => breaker.finished(outcome(status))?.code);
}

const quiet = (times: number): undefined[] => Array.from({ length: times }, () => undefined);

describe('not_deleting', () => {
  const deleted = outcome('deleted');
  const present = outcome('failed', 'still_present', 'no');

  it('is ten looks in a row that find the file', () => {
    const breaker = createBreaker(undefined);
    const stops = Array.from({ length: 10 }, () => breaker.verified(deleted, present, 0)?.code);
    expect(stops).toEqual([...quiet(9), 'not_deleting']);
  });

  it('is ended by one that is gone, not by one that says nothing', () => {
    const breaker = createBreaker(undefined);
    for (let n = 0; n < 9; n += 1) breaker.verified(deleted, present, 0);
    expect(breaker.verified(deleted, outcome('deleted', '', 'skipped'), 0)).toBeUndefined();
    expect(breaker.verified(deleted, present, 0)).toMatchObject({ code: 'not_deleting' });
    expect(breaker.verified(deleted, outcome('deleted', '', 'yes'), 1)).toBeUndefined();
    expect(breaker.verified(deleted, present, 1)).toBeUndefined();
  });
});

describe('what not_deleting tells', () => {
  const present = outcome('failed', 'still_present', 'no');
  const told = (...befores: readonly Outcome[]): string | undefined => {
    const breaker = createBreaker(undefined);
    return befores.map((before) => breaker.verified(before, present, 0)).at(-1)?.message;
  };
  const ten = (before: Outcome): Outcome[] => Array.from({ length: 10 }, () => before);
  const full = { ...outcome('unknown', 'http_5xx'), said: 'The file storage is full' };

  it.each<[string, Outcome, string]>([
    ['done', outcome('deleted'), 'The server had answered: "done".'],
    ['an error', full, 'The server had answered: "The file storage is full".'],
    ['silence', outcome('unknown', 'timeout'), 'The server had answered: nothing to rely on.'],
  ])('is what the server had answered: %s', (_name, before, is) => {
    expect(told(...ten(before))).toContain(is);
  });

  it('is each of several answers, the most frequent first, and cut', () => {
    const long = { ...full, said: 'x'.repeat(400) };
    const message = told(full, long, ...ten(outcome('deleted')).slice(2)) ?? '';
    expect(message).toContain('"done" (8 of them), "The file storage is full" (1 of them), "xxx');
    expect(message.length).toBeLessThan(500);
  });
});

describe('max_failures', () => {
  it.each<{ name: string; most: MaxFailures; rows: [Status, number][]; stops: number }>([
    {
      name: 'the third failure of three',
      most: { kind: 'count', n: 3 },
      rows: [
        ['deleted', 5],
        ['failed', 1],
        ['unknown', 1],
        ['guard_mismatch', 1],
      ],
      stops: 8,
    },
    {
      name: 'none of what is no failure',
      most: { kind: 'count', n: 1 },
      rows: [
        ['already_empty', 5],
        ['deleted', 5],
      ],
      stops: -1,
    },
    {
      name: 'a share before the 100th row',
      most: { kind: 'percent', n: 1 },
      rows: [['failed', 99]],
      stops: -1,
    },
    {
      name: 'a share at the 100th row',
      most: { kind: 'percent', n: 5 },
      rows: [
        ['failed', 5],
        ['deleted', 95],
      ],
      stops: 100,
    },
    {
      name: 'less than the share',
      most: { kind: 'percent', n: 5 },
      rows: [
        ['failed', 4],
        ['deleted', 96],
      ],
      stops: -1,
    },
    {
      name: 'the share reached later',
      most: { kind: 'percent', n: 5 },
      rows: [
        ['deleted', 110],
        ['failed', 7],
      ],
      stops: 116,
    },
  ])('$name', ({ most, rows, stops }) => {
    const breaker = createBreaker(most);
    const all = rows.flatMap(([status, times]) => finish(breaker, status, times));
    expect(all.findIndex((stop) => stop !== undefined) + 1 || -1).toBe(stops);
    expect(all.filter((stop) => stop !== undefined && stop !== 'max_failures')).toEqual([]);
  });

  it('counts a row that verification finds still there, once', () => {
    const breaker = createBreaker({ kind: 'count', n: 2 });
    finish(breaker, 'unknown', 1);
    const present = outcome('failed', 'still_present', 'no');
    // It has counted as unknown already.
    expect(breaker.verified(outcome('unknown'), present, 0)).toBeUndefined();
    expect(breaker.verified(outcome('deleted'), present, 0)).toMatchObject({
      code: 'max_failures',
    });
  });
});
