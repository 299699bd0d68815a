import { formatShare, html, type Markup, formatDay } from './markup.ts';
import { count } from '../../words/counts.ts';

const BAR_WIDTH = 1000;
const BAR_HEIGHT = 28;
/** Less would not be seen: one failure among thousands must be. */
const LEAST_WIDTH = 4;
const GAP = 2;

export interface SharePart {
  readonly className: string;
  readonly label: string;
  readonly count: number;
}

/** All rows as one bar, cut into their states. */
export function drawShares(parts: readonly SharePart[], rows: number): Markup {
  const there = parts.filter((part) => part.count > 0);
  const summary = there.map((part) => `${part.label} ${formatShare(part.count, rows)}`).join(', ');
  // What the smallest parts are given beyond their share is taken from the others evenly.
  const free = BAR_WIDTH - there.length * LEAST_WIDTH;
  let from = 0;
  const bars = there.map((part) => {
    const width = LEAST_WIDTH + (part.count / Math.max(rows, 1)) * free;
    const bar = html`<rect
      class="${part.className}"
      x="${from.toFixed(1)}"
      y="0"
      width="${Math.max(width - GAP, 1).toFixed(1)}"
      height="${BAR_HEIGHT}"
    />`;
    from += width;
    return bar;
  });
  return html`<svg
    class="shares"
    viewBox="0 0 ${BAR_WIDTH} ${BAR_HEIGHT}"
    preserveAspectRatio="none"
    role="img"
    aria-label="${summary}"
  >
    ${bars}
  </svg>`;
}

/** The colour of a state, beside its name. */
export function colourChip(className: string): Markup {
  return html`<svg class="swatch" viewBox="0 0 12 12" aria-hidden="true">
    <rect class="${className}" x="0" y="0" width="12" height="12" />
  </svg>`;
}

const WIDTH = 520;
const HEIGHT = 236;
const LEFT = 58;
const RIGHT = 12;
const TOP = 34;
const BOTTOM = 40;
/** Less would not be seen: one failure among thousands must be. */
const LEAST_HEIGHT = 2;

export interface ColumnPart {
  /** Class that carries the colour. */
  readonly className: string;
  readonly count: number;
}

export interface ColumnChart {
  /** Read to those who do not see the picture. */
  readonly summary: string;
  /** From left to right, each from the ground up. */
  readonly columns: readonly (readonly ColumnPart[])[];
  /** Places from 0 to the number of columns. */
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  readonly xTitle: string;
  readonly yTitle: string;
  /** A line across, with what it is. */
  readonly ceiling?: { readonly value: number; readonly label: string };
}

/** Stacked columns as an SVG that needs no script and takes its colours from the page. */
export function drawColumns(chart: ColumnChart): Markup {
  const greatest = Math.max(...chart.columns.map(heightOf), chart.ceiling?.value ?? 0);
  const yTicks = countTicks(greatest);
  const top = yTicks.at(-1) ?? 1;
  const y = (value: number): number => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
  const step = (WIDTH - LEFT - RIGHT) / Math.max(chart.columns.length, 1);
  const x = (place: number): number => LEFT + place * step;
  const thin = step > 4 ? Math.min(step * 0.12, 3) : 0;

  return html`<svg
    class="chart"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-label="${chart.summary}"
  >
    ${yTicks.map(
      (value) =>
        html`<line
            class="grid"
            x1="${LEFT}"
            x2="${WIDTH - RIGHT}"
            y1="${round(y(value))}"
            y2="${round(y(value))}"
          /><text x="${LEFT - 8}" y="${round(y(value) + 4)}" text-anchor="end"
            >${count(value)}</text
          >`,
    )}
    ${chart.columns.map((parts, at) => drawColumn(parts, x(at) + thin / 2, step - thin, y))}
    <line class="ground" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(0)}" y2="${y(0)}" />
    ${chart.ticks.map(
      ({ at, label }) =>
        html`<line
            class="ground"
            x1="${round(x(at))}"
            x2="${round(x(at))}"
            y1="${y(0)}"
            y2="${y(0) + 4}"
          /><text x="${round(x(at))}" y="${y(0) + 18}" text-anchor="${anchorOf(x(at))}"
            >${label}</text
          >`,
    )}
    ${chart.ceiling === undefined ? undefined : drawCeiling(chart.ceiling, y(chart.ceiling.value))}
    <text class="axis" x="${WIDTH - RIGHT}" y="${HEIGHT - 6}" text-anchor="end">
      ${chart.xTitle}
    </text>
    <text class="axis" x="0" y="12">${chart.yTitle}</text>
  </svg>`;
}

function drawColumn(
  parts: readonly ColumnPart[],
  left: number,
  width: number,
  y: (value: number) => number,
): Markup[] {
  let ground = y(0);
  return parts
    .filter((part) => part.count > 0)
    .map((part) => {
      const height = Math.max(y(0) - y(part.count), LEAST_HEIGHT);
      ground -= height;
      return html`<rect
        class="${part.className}"
        x="${round(left)}"
        y="${round(ground)}"
        width="${round(width)}"
        height="${round(height)}"
      />`;
    });
}

function drawCeiling(ceiling: { value: number; label: string }, at: number): Markup {
  return html`<line
      class="ceiling"
      x1="${LEFT}"
      x2="${WIDTH - RIGHT}"
      y1="${round(at)}"
      y2="${round(at)}"
    /><text class="ceiling-label" x="${WIDTH - RIGHT}" y="${round(at - 5)}" text-anchor="end"
      >${ceiling.label}</text
    >`;
}

function heightOf(parts: readonly ColumnPart[]): number {
  return parts.reduce((total, part) => total + part.count, 0);
}

/** Labels at the edges must not run out of the picture. */
function anchorOf(x: number): string {
  if (x < LEFT + 24) return 'start';
  return x > WIDTH - RIGHT - 24 ? 'end' : 'middle';
}

function round(value: number): string {
  return value.toFixed(1);
}

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
