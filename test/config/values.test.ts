import { describe, expect, it } from 'vitest';
import { parseDecimal, parseWhole } from '../../src/config/numbers.ts';
import { attempt, refuseProblems } from '../../src/config/problems.ts';
import { parseRate, warnAboutRate } from '../../src/config/rate.ts';
import { hideTokens, showValue } from '../../src/config/show-value.ts';
import { RefusedError } from '../../src/errors.ts';
import { refusal, TOKEN } from './workspace.ts';

describe('parseRate', () => {
  it.each([
    ['300/min', { intervalMs: 200, perMinute: 300, text: '300/min' }],
    ['5/s', { intervalMs: 200, perMinute: 300, text: '5/s' }],
    [' 0.5 / MIN ', { intervalMs: 120_000, perMinute: 0.5, text: '0.5/min' }],
    ['2.5/s', { intervalMs: 400, perMinute: 150, text: '2.5/s' }],
    ['1000/s', { intervalMs: 1, perMinute: 60_000, text: '1000/s' }],
    ['unlimited', { intervalMs: 0, perMinute: Number.POSITIVE_INFINITY, text: 'unlimited' }],
  ])('%j', (text, rate) => {
    expect(parseRate(text)).toEqual(rate);
  });

  it.each([
    '',
    '0/min',
    '0.0/s',
    '-1/min',
    '300',
    '300/hour',
    '1e3/min',
    'Infinity/s',
    '/min',
    '0.0001/min',
    '300/min/s',
  ])('refuses %j', async (text) => {
    expect(await refusal(() => parseRate(text))).toMatch(/^--rate takes .*300\/min/);
  });

  it.each([
    ['600/min', []],
    ['10/s', []],
    ['601/min', [expect.stringMatching(/601\/min is above 600\/min.*bans/)]],
    ['11/s', [expect.stringMatching(/11\/s is above 600\/min/)]],
    ['unlimited', [expect.stringMatching(/unlimited is above 600\/min/)]],
  ])('warns about %s', (text, warnings) => {
    expect(warnAboutRate(parseRate(text))).toEqual(warnings);
  });
});

describe('numbers', () => {
  it.each([
    ['1', 1],
    ['64', 64],
    [' 4 ', 4],
    ['007', 7],
  ])('parseWhole takes %j', (text, value) => {
    expect(parseWhole(text, '--concurrency', { min: 1, max: 64 })).toBe(value);
  });

  it.each(['', '0', '65', '1.5', '-1', '+1', '1e1', '0x1', 'four', '9'.repeat(400)])(
    'parseWhole refuses %j',
    async (text) => {
      expect(await refusal(() => parseWhole(text, '--concurrency', { min: 1, max: 64 }))).toMatch(
        /^--concurrency takes a whole number from 1 to 64, not "/,
      );
    },
  );

  it.each([
    ['1', 1],
    ['3600', 3600],
    ['1.5', 1.5],
  ])('parseDecimal takes %j', (text, value) => {
    expect(parseDecimal(text, '--timeout', { min: 1, max: 3600 })).toBe(value);
  });

  it.each(['0.9', '3600.1', '1,5', '.5', '60s', 'NaN'])('parseDecimal refuses %j', async (text) => {
    expect(await refusal(() => parseDecimal(text, '--timeout', { min: 1, max: 3600 }))).toMatch(
      /^--timeout takes a number from 1 to 3600/,
    );
  });
});

describe('showValue', () => {
  it.each([
    ['abc', '"abc"'],
    [`x=${TOKEN}!`, '"x=(not shown)!"'],
    [TOKEN.toLowerCase(), '"(not shown)"'],
    ['https://me:secret@host/', '"https://(not shown)@host/"'],
    ['a\n\u001b[31mb', '"a<U+000A><U+001B>[31mb"'],
    ['300\u00a0/min', '"300<U+00A0>/min"'],
    ['y'.repeat(200), `"${'y'.repeat(120)}…"`],
  ])('%j', (text, shown) => {
    expect(showValue(text)).toBe(shown);
  });

  it('hides every token in a sentence', () => {
    expect(hideTokens(`unknown option '--tken=${TOKEN}' or ${TOKEN}`)).toBe(
      "unknown option '--tken=(not shown)' or (not shown)",
    );
  });
});

describe('problems', () => {
  it('says one thing as it is, and several as a list', async () => {
    const problems: string[] = [];
    expect(() => refuseProblems(problems)).not.toThrow();
    attempt(problems, () => {
      throw new RefusedError('first.');
    });
    expect(await refusal(() => refuseProblems(problems))).toBe('first.');
    attempt(problems, () => {
      throw new RefusedError('second.');
    });
    expect(await refusal(() => refuseProblems(problems))).toBe(
      '2 things have to be fixed first:\n  - first.\n  - second.',
    );
  });

  it('lets bugs through', () => {
    expect(() =>
      attempt([], () => {
        throw new TypeError('a bug');
      }),
    ).toThrow(TypeError);
  });
});
