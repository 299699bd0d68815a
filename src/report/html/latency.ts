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
