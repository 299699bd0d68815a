import { countTicks } from './axis.ts';
import { count } from '../../words/counts.ts';
import { html, type Markup } from './markup.ts';

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
  readonly look: string;
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
        class="${part.look}"
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
