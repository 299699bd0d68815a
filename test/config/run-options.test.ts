import { afterEach, describe, expect, it } from 'vitest';
import {
  nextStopAt,
  parseDefaultInstance,
  parseExpectProject,
  parseLimit,
  parseMaxDeletions,
  parseMaxFailures,
  parseRowRanges,
  readRunOptions,
} from '../../src/config/run-options.ts';
import { refusal } from './workspace.ts';

describe('one option each', () => {
  it.each([
    [parseMaxDeletions, '0', 0],
    [parseMaxDeletions, '500', 500],
    [parseLimit, '1', 1],
    [parseMaxFailures, '10', { kind: 'count', n: 10 }],
    [parseMaxFailures, '5%', { kind: 'percent', n: 5 }],
    [parseMaxFailures, '0.5 %', { kind: 'percent', n: 0.5 }],
    [parseMaxFailures, '100%', { kind: 'percent', n: 100 }],
    [parseDefaultInstance, '1', '1'],
    [parseDefaultInstance, '999999999', '999999999'],
    [parseExpectProject, ' 14465 ', '14465'],
  ])('%o takes %j', (parse: (text: string) => unknown, text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each([
    [parseMaxDeletions, '-1', /^--max-deletions takes/],
    [parseMaxDeletions, 'all', /^--max-deletions takes/],
    [parseLimit, '0', /^--limit takes a whole number from 1 /],
    [parseMaxFailures, '0', /^--max-failures takes/],
    [parseMaxFailures, '0%', /^--max-failures takes/],
    [parseMaxFailures, '101%', /^--max-failures takes/],
    [parseMaxFailures, '1.5', /^--max-failures takes/],
    [parseMaxFailures, '%', /^--max-failures takes/],
    [parseDefaultInstance, '0', /^--default-instance takes/],
    [parseDefaultInstance, '01', /^--default-instance takes/],
    [parseDefaultInstance, '1234567890', /^--default-instance takes/],
    [parseExpectProject, '0', /^--expect-project takes/],
    [parseExpectProject, 'My project', /^--expect-project takes .*"My project"/],
  ])('%o refuses %j', async (parse: (text: string) => unknown, text, message) => {
    expect(await refusal(() => parse(text))).toMatch(message);
  });
});

describe('parseRowRanges', () => {
  it.each([
    ['3', [{ first: 3, last: 3 }]],
    [
      '3,7-9',
      [
        { first: 3, last: 3 },
        { first: 7, last: 9 },
      ],
    ],
    [
      ' 7 - 9 , 3 ',
      [
        { first: 3, last: 3 },
        { first: 7, last: 9 },
      ],
    ],
    ['5-9,1-6,10', [{ first: 1, last: 10 }]],
    ['2-8,3-4', [{ first: 2, last: 8 }]],
  ])('%j', (text, ranges) => {
    expect(parseRowRanges(text).ranges).toEqual(ranges);
  });

  it.each(['', '0', '3,', 'a', '3--4', '-3', '9-7', '1.5'])('refuses %j', async (text) => {
    expect(await refusal(() => parseRowRanges(text))).toMatch(/^--rows /);
  });

  it('says which rows are chosen', () => {
    const { has } = parseRowRanges('3,7-9,20-30');
    const rows = Array.from({ length: 32 }, (_, row) => row).filter(has);
    expect(rows).toEqual([3, 7, 8, 9, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30]);
  });
});

describe('nextStopAt', () => {
  const zone = process.env['TZ'];
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  it.each([
    ['later today', 'UTC', '22:00', '2026-11-24T21:15:30.500Z', '2026-11-24T22:00:00.000Z'],
    ['after midnight', 'UTC', '05:30', '2026-11-24T21:15:00.000Z', '2026-11-25T05:30:00.000Z'],
    ['one digit', 'UTC', '5:30', '2026-11-24T21:15:00.000Z', '2026-11-25T05:30:00.000Z'],
    ['midnight', 'UTC', '00:00', '2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00.000Z'],
    ['shown now: tomorrow', 'UTC', '22:00', '2026-11-24T22:00:00.000Z', '2026-11-25T22:00:00.000Z'],
    ['local', 'Asia/Kolkata', '06:00', '2026-11-24T00:00:00.000Z', '2026-11-24T00:30:00.000Z'],
    [
      'the day is 23 h',
      'Europe/Berlin',
      '06:00',
      '2026-03-28T21:00:00.000Z',
      '2026-03-29T04:00:00.000Z',
    ],
    [
      'skipped: when it is',
      'Europe/Berlin',
      '02:30',
      '2026-03-28T21:00:00.000Z',
      '2026-03-29T01:00:00.000Z',
    ],
    [
      'the day is 25 h',
      'Europe/Berlin',
      '06:00',
      '2026-10-24T20:00:00.000Z',
      '2026-10-25T05:00:00.000Z',
    ],
    [
      'twice: the first',
      'Europe/Berlin',
      '02:30',
      '2026-10-24T20:00:00.000Z',
      '2026-10-25T00:30:00.000Z',
    ],
    [
      'twice: the second',
      'Europe/Berlin',
      '02:30',
      '2026-10-25T00:45:00.000Z',
      '2026-10-25T01:30:00.000Z',
    ],
  ])('%s', (_name, tz, text, now, at) => {
    process.env['TZ'] = tz;
    expect(new Date(nextStopAt(text, new Date(now))).toISOString()).toBe(at);
  });

  it.each(['', '24:00', '12:60', '12', '12:5', '12:00:00', 'noon', '-1:00'])(
    'refuses %j',
    async (text) => {
      expect(await refusal(() => nextStopAt(text, new Date()))).toMatch(/^--stop-at takes .*05:30/);
    },
  );
});

describe('readRunOptions', () => {
  const now = new Date(2026, 10, 24, 21, 0);

  it('leaves out what was not given', () => {
    expect(readRunOptions({}, now)).toEqual({
      maxDeletions: undefined,
      limit: undefined,
      stopAtMs: undefined,
      maxFailures: undefined,
      defaultInstance: undefined,
      expectProject: undefined,
      rows: undefined,
    });
  });

  it('reads each', () => {
    const { rows, ...others } = readRunOptions(
      {
        maxDeletions: '9',
        limit: '8',
        stopAt: '22:00',
        maxFailures: '7%',
        defaultInstance: '6',
        expectProject: '5',
        rows: '4',
      },
      now,
    );
    expect(rows?.ranges).toEqual([{ first: 4, last: 4 }]);
    expect(others).toEqual({
      maxDeletions: 9,
      limit: 8,
      stopAtMs: new Date(2026, 10, 24, 22, 0).getTime(),
      maxFailures: { kind: 'percent', n: 7 },
      defaultInstance: '6',
      expectProject: '5',
    });
  });

  it('lists everything that is wrong', async () => {
    const message = await refusal(() =>
      readRunOptions({ limit: '0', stopAt: 'x', rows: '9-7' }, now),
    );
    expect(message.split('\n').map((line) => line.slice(0, 14))).toEqual(
      ['3 things have ', '  - --limit tak', '  - --stop-at t', '  - --rows hold'].map((line) =>
        line.slice(0, 14),
      ),
    );
  });
});
