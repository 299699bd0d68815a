/** Steps that divide one another, so that widening only adds neighbours up. */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const WIDTHS = [
  SECOND,
  5 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  12 * HOUR,
  24 * HOUR,
];

export interface TimeSlot {
  readonly startMs: number;
  readonly counts: readonly number[];
}

export interface TimeSeries {
  readonly widthMs: number;
  /** Without gaps. */
  readonly slots: readonly TimeSlot[];
}

export interface TimeBuckets {
  add(atMs: number, series: number, count: number): void;
  /** The series in at most `most` slots; empty ones follow where there are fewer than `least`. */
  series(most: number, least?: number): TimeSeries;
  /** The fullest slot at the narrowest width; `undefined` once that had to be widened. */
  peak(): TimeSlot | undefined;
}

/**
 * Counts over time in a bounded number of slots: when what is counted spreads
 * further, the slots grow wider.
 */
export function createTimeBuckets(
  seriesCount: number,
  narrowestMs: number,
  most: number,
): TimeBuckets {
  let slots = new Map<number, number[]>();
  let widthMs = narrowestMs;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;

  const widen = (): void => {
    const wider = widerThan(widthMs);
    slots = regroup(slots, wider / widthMs);
    first = Math.floor((first * widthMs) / wider);
    last = Math.floor((last * widthMs) / wider);
    widthMs = wider;
  };

  return {
    add(atMs, series, count) {
      let at = Math.floor(atMs / widthMs);
      while (Math.max(last, at) - Math.min(first, at) >= most && slots.size > 0) {
        widen();
        at = Math.floor(atMs / widthMs);
      }
      let counts = slots.get(at);
      if (counts === undefined) {
        counts = Array.from({ length: seriesCount }, () => 0);
        slots.set(at, counts);
        first = Math.min(first, at);
        last = Math.max(last, at);
      }
      counts[series] = (counts[series] ?? 0) + count;
    },
    series(mostShown, least = 1) {
      if (slots.size === 0) return { widthMs, slots: [] };
      let shown = slots;
      let shownMs = widthMs;
      let from = first;
      let to = last;
      while (to - from >= mostShown) {
        const wider = widerThan(shownMs);
        shown = regroup(shown, wider / shownMs);
        from = Math.floor((from * shownMs) / wider);
        to = Math.floor((to * shownMs) / wider);
        shownMs = wider;
      }
      const none = Array.from({ length: seriesCount }, () => 0);
      return {
        widthMs: shownMs,
        slots: Array.from({ length: Math.max(to - from + 1, least) }, (_, at) => ({
          startMs: (from + at) * shownMs,
          counts: shown.get(from + at) ?? none,
        })),
      };
    },
    peak() {
      if (widthMs !== narrowestMs) return undefined;
      let peak: TimeSlot | undefined;
      for (const [at, counts] of slots) {
        if (peak === undefined || sum(counts) > sum(peak.counts)) {
          peak = { startMs: at * widthMs, counts };
        }
      }
      return peak;
    },
  };
}

function widerThan(widthMs: number): number {
  return WIDTHS.find((width) => width > widthMs) ?? widthMs * 2;
}

function regroup(slots: ReadonlyMap<number, number[]>, factor: number): Map<number, number[]> {
  const wide = new Map<number, number[]>();
  for (const [at, counts] of slots) {
    const key = Math.floor(at / factor);
    const into = wide.get(key);
    if (into === undefined) wide.set(key, [...counts]);
    else for (const [series, count] of counts.entries()) into[series] = (into[series] ?? 0) + count;
  }
  return wide;
}

export function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** Upper edges of the bars, in milliseconds: 1, 2, 5 in each power of ten, then what is longer. */
const EDGES_MS = [
  10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000, 120_000, 300_000, 600_000,
];
const LEAST_BARS = 6;
// Steps of 4 %: fine enough for a median, and a fixed number of them for any length.
const STEPS_PER_DOUBLING = 16;
const STEPS = 45 * STEPS_PER_DOUBLING;

export interface LatencyBar {
  readonly fromMs: number;
  /** `undefined`: no upper edge. */
  readonly toMs: number | undefined;
  readonly count: number;
}

export interface LatencyFigures {
  readonly rows: number;
  /** From the first bar that holds anything to the last, with neighbours where those are few. */
  readonly bars: readonly LatencyBar[];
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly longestMs: number;
}

export interface Latency {
  add(ms: number): void;
  figures(): LatencyFigures;
}

/** Distribution of how long rows took, in a fixed amount of memory. */
export function createLatency(): Latency {
  const bars = new Float64Array(EDGES_MS.length + 1);
  const steps = new Float64Array(STEPS);
  let rows = 0;
  let longestMs = 0;

  const quantile = (share: number): number => {
    let left = Math.ceil(rows * share);
    for (const [step, count] of steps.entries()) {
      left -= count;
      if (left <= 0) return Math.min(2 ** ((step + 1) / STEPS_PER_DOUBLING) - 1, longestMs);
    }
    return longestMs;
  };

  return {
    add(ms) {
      rows += 1;
      longestMs = Math.max(longestMs, ms);
      const edge = EDGES_MS.findIndex((upper) => ms < upper);
      const bar = edge === -1 ? EDGES_MS.length : edge;
      bars[bar] = (bars[bar] ?? 0) + 1;
      const step = Math.min(Math.floor(Math.log2(ms + 1) * STEPS_PER_DOUBLING), STEPS - 1);
      steps[step] = (steps[step] ?? 0) + 1;
    },
    figures() {
      const all = Array.from(bars, (count, at) => ({
        fromMs: EDGES_MS[at - 1] ?? 0,
        toMs: EDGES_MS[at],
        count,
      }));
      let first = all.findIndex((bar) => bar.count > 0);
      let last = all.findLastIndex((bar) => bar.count > 0);
      while (first !== -1 && last - first + 1 < LEAST_BARS) {
        if (last < all.length - 1) last += 1;
        if (first > 0) first -= 1;
      }
      return {
        rows,
        bars: first === -1 ? [] : all.slice(first, last + 1),
        medianMs: rows === 0 ? 0 : quantile(0.5),
        p95Ms: rows === 0 ? 0 : quantile(0.95),
        longestMs,
      };
    },
  };
}
