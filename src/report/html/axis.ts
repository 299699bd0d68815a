import { formatDay } from './format.ts';

/** Round steps from 0 to at least the greatest value, four at most. */
export function countTicks(greatest: number): readonly number[] {
  const rough = Math.max(greatest, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? rough,
    1,
  );
  const whole = Math.ceil(step);
  const steps = Math.ceil(Math.max(greatest, 1) / whole);
  return Array.from({ length: steps + 1 }, (_, at) => at * whole);
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS = [
  5 * SECOND,
  10 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
];

export interface TimeTick {
  readonly atMs: number;
  readonly label: string;
}

/** Round times (UTC) from one moment to another, six at most. */
export function timeTicks(fromMs: number, toMs: number): readonly TimeTick[] {
  const spanMs = toMs - fromMs;
  // A day beside the time of day takes more room.
  const most = spanMs > DAY ? 5 : 6.5;
  const step =
    TIME_STEPS.find((one) => spanMs / one <= most) ?? Math.ceil(spanMs / most / DAY) * DAY;
  const ticks: TimeTick[] = [];
  for (let atMs = Math.ceil(fromMs / step) * step; atMs <= toMs; atMs += step) {
    ticks.push({ atMs, label: timeLabel(atMs, step, spanMs) });
  }
  return ticks;
}

function timeLabel(atMs: number, stepMs: number, spanMs: number): string {
  const clock = new Date(atMs).toISOString().slice(11, stepMs < MINUTE ? 19 : 16);
  if (stepMs >= DAY) return formatDay(atMs);
  return spanMs > DAY ? `${formatDay(atMs)} ${clock}` : clock;
}
