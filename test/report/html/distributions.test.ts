import { describe, expect, it } from 'vitest';
import { countTicks, timeTicks } from '../../../src/report/html/charts.ts';
import { createLatency } from '../../../src/report/html/timing.ts';
import { countByName } from '../../../src/report/html/row-groups.ts';
import { createTimeBuckets, sum } from '../../../src/report/html/timing.ts';

const DAY_MS = 86_400_000;

describe('counts over time', () => {
  it('keeps the narrowest width while everything fits', () => {
    const buckets = createTimeBuckets(2, 1000, 10);
    buckets.add(10_000, 0, 1);
    buckets.add(10_999, 1, 2);
    buckets.add(12_000, 0, 4);
    expect(buckets.series(10)).toEqual({
      widthMs: 1000,
      slots: [
        { startMs: 10_000, counts: [1, 2] },
        { startMs: 11_000, counts: [0, 0] },
        { startMs: 12_000, counts: [4, 0] },
      ],
    });
    expect(buckets.peak()).toEqual({ startMs: 12_000, counts: [4, 0] });
  });

  it.each([
    ['later', [0, 9_000, 3_600_000, 40 * DAY_MS]],
    ['earlier', [40 * DAY_MS, 3_600_000, 9_000, 0]],
    ['with a clock that jumped', [Date.parse('2026-11-24T00:00:00Z'), 0]],
  ])('widens for what comes %s, and loses nothing', (_, times) => {
    const buckets = createTimeBuckets(1, 1000, 10);
    for (const at of times) buckets.add(at, 0, 3);
    const { slots, widthMs } = buckets.series(10);
    expect(slots.length).toBeLessThanOrEqual(10);
    expect(slots.reduce((total, slot) => total + sum(slot.counts), 0)).toBe(3 * times.length);
    expect(
      slots.every((slot, at) => slot.startMs === (slots[0]?.startMs ?? 0) + at * widthMs),
    ).toBe(true);
    expect(buckets.peak()).toBeUndefined();
  });

  it('shows fewer and wider slots than it keeps, and fills up a short one', () => {
    const buckets = createTimeBuckets(1, 1000, 600);
    for (let at = 0; at < 300; at += 1) buckets.add(at * 1000, 0, 1);
    expect(buckets.series(60)).toMatchObject({ widthMs: 5000 });
    expect(buckets.series(60).slots.map((slot) => sum(slot.counts))).toEqual(
      Array.from({ length: 60 }, () => 5),
    );
    expect(createTimeBuckets(1, 1000, 10).series(10, 6).slots).toEqual([]);
    const short = createTimeBuckets(1, 1000, 10);
    short.add(0, 0, 1);
    expect(short.series(10, 6).slots).toHaveLength(6);
  });
});

describe('how long rows took', () => {
  it('knows median, 95th percentile and longest to a few per cent', () => {
    const latency = createLatency();
    for (let ms = 1; ms <= 1000; ms += 1) latency.add(ms);
    const { rows, medianMs, p95Ms, longestMs, bars } = latency.figures();
    expect({ rows, longestMs }).toEqual({ rows: 1000, longestMs: 1000 });
    expect(medianMs).toBeGreaterThanOrEqual(500);
    expect(medianMs).toBeLessThan(525);
    expect(p95Ms).toBeGreaterThanOrEqual(950);
    expect(p95Ms).toBeLessThan(1000);
    expect(bars.map((bar) => bar.count)).toEqual([9, 10, 30, 50, 100, 300, 500, 1]);
  });

  it.each([
    ['an instant', 0],
    ['a row that was resumed weeks later', 30 * DAY_MS],
  ])('takes %s', (_, ms) => {
    const latency = createLatency();
    latency.add(ms);
    expect(latency.figures()).toMatchObject({ rows: 1, medianMs: ms, p95Ms: ms, longestMs: ms });
    expect(latency.figures().bars.reduce((total, bar) => total + bar.count, 0)).toBe(1);
  });

  it('has nothing to show of nothing', () => {
    expect(createLatency().figures()).toEqual({
      rows: 0,
      bars: [],
      medianMs: 0,
      p95Ms: 0,
      longestMs: 0,
    });
  });
});

describe('counts by name', () => {
  it('sums what is beyond the bound, and what is beyond the page, as others', () => {
    const counter = countByName(3);
    for (const name of ['a', 'b', 'b', 'c', 'c', 'c', 'd', 'e']) counter.add(name, 'deleted');
    counter.add('a', 'failed');
    expect(counter.figures(2)).toEqual({
      names: [
        { name: 'c', counts: { deleted: 3 }, total: 3 },
        { name: 'a', counts: { deleted: 1, failed: 1 }, total: 2 },
      ],
      others: { name: '', counts: { deleted: 4 }, total: 4 },
    });
  });

  it('is not confused by the names of objects', () => {
    const counter = countByName(10);
    for (const name of ['__proto__', 'constructor', 'toString']) counter.add(name, 'deleted');
    expect(counter.figures(10).names.map((one) => one.total)).toEqual([1, 1, 1]);
  });
});

describe('ticks', () => {
  it.each([
    [0, [0, 1]],
    [1, [0, 1]],
    [3, [0, 1, 2, 3]],
    [7, [0, 2, 4, 6, 8]],
    [300, [0, 100, 200, 300]],
    [999, [0, 250, 500, 750, 1000]],
    [1_000_000, [0, 250_000, 500_000, 750_000, 1_000_000]],
  ])('counts up to %i in round steps', (greatest, expected) => {
    expect(countTicks(greatest)).toEqual(expected);
  });

  it.each([
    ['seconds', 6_000, ['00:00:00', '00:00:05']],
    ['minutes', 300_000, ['00:00', '00:01', '00:02', '00:03', '00:04', '00:05']],
    ['hours', DAY_MS, ['00:00', '04:00', '08:00', '12:00', '16:00', '20:00', '00:00']],
    [
      'days',
      2 * DAY_MS,
      ['24 Nov 00:00', '24 Nov 12:00', '25 Nov 00:00', '25 Nov 12:00', '26 Nov 00:00'],
    ],
    ['weeks', 30 * DAY_MS, ['27 Nov', '3 Dec', '9 Dec', '15 Dec', '21 Dec']],
  ])('tells %s', (_, spanMs, expected) => {
    const from = Date.parse('2026-11-24T00:00:00Z');
    const labels = timeTicks(from, from + spanMs).map((tick) => tick.label);
    expect(labels).toEqual(expected);
  });
});
