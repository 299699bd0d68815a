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
  /** The series in at most so many slots; empty ones follow where there are fewer than `least`. */
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
