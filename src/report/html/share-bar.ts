import { formatShare } from './format.ts';
import { html, type Markup } from './markup.ts';

const WIDTH = 1000;
const HEIGHT = 28;
/** Less would not be seen: one failure among thousands must be. */
const LEAST_WIDTH = 4;
const GAP = 2;

export interface SharePart {
  readonly look: string;
  readonly label: string;
  readonly count: number;
}

/** All rows as one bar, cut into their states. */
export function drawShares(parts: readonly SharePart[], rows: number): Markup {
  const there = parts.filter((part) => part.count > 0);
  const summary = there.map((part) => `${part.label} ${formatShare(part.count, rows)}`).join(', ');
  // What the smallest parts are given beyond their share is taken from the others evenly.
  const free = WIDTH - there.length * LEAST_WIDTH;
  let from = 0;
  const bars = there.map((part) => {
    const width = LEAST_WIDTH + (part.count / Math.max(rows, 1)) * free;
    const bar = html`<rect
      class="${part.look}"
      x="${from.toFixed(1)}"
      y="0"
      width="${Math.max(width - GAP, 1).toFixed(1)}"
      height="${HEIGHT}"
    />`;
    from += width;
    return bar;
  });
  return html`<svg
    class="shares"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    preserveAspectRatio="none"
    role="img"
    aria-label="${summary}"
  >
    ${bars}
  </svg>`;
}

/** The colour of a state, beside its name. */
export function swatch(look: string): Markup {
  return html`<svg class="swatch" viewBox="0 0 12 12" aria-hidden="true">
    <rect class="${look}" x="0" y="0" width="12" height="12" />
  </svg>`;
}
