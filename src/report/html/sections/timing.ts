import { STATUSES } from '../../../rows/outcome.ts';
import { timeTicks, drawColumns, colourChip } from '../charts.ts';
import { count, countOf, duration, rateWords } from '../../../words/counts.ts';
import { formatTime, html, type Markup, type Child } from '../markup.ts';
import { type LatencyBar, sum, type TimeSeries } from '../timing.ts';
import type { Page } from '../page.ts';
import { STATE_WORDS } from '../../../words/states.ts';
import { classOf } from './totals.ts';

const MINUTE_MS = 60_000;

/** When rows were settled, how fast requests went out, how long rows took. */
export function timingSection(page: Page): Markup | undefined {
  const figures = [outcomesFigure(page), requestsFigure(page), latencyFigure(page)].filter(
    (one) => one !== undefined,
  );
  if (figures.length === 0) return undefined;
  return html`<section aria-labelledby="timing">
    <h2 id="timing">Over time</h2>
    <div class="charts">${figures}</div>
  </section>`;
}

function outcomesFigure({ figures }: Page): Markup | undefined {
  const { slots, widthMs } = figures.outcomesOverTime;
  if (slots.length === 0) return undefined;
  const there = [...STATUSES.entries()].filter(([at]) =>
    slots.some((slot) => (slot.counts[at] ?? 0) > 0),
  );
  const width = duration(widthMs);
  const rows = slots.reduce((total, slot) => total + sum(slot.counts), 0);
  return chartFigure({
    id: 'outcomes-over-time',
    title: 'Finished rows',
    legend: html`<ul class="legend">
      ${there.map(([, status]) => html`<li>${colourChip(classOf(status))}${STATE_WORDS[status].name}</li>`)}
    </ul>`,
    picture: drawColumns({
      summary: `${countOf(rows, 'row')} with a time, in steps of ${width}, from ${formatTime(slots[0]?.startMs ?? 0)}. The figures follow.`,
      columns: slots.map((slot) =>
        there.map(([at, status]) => ({ className: classOf(status), count: slot.counts[at] ?? 0 })),
      ),
      ticks: placeTimes(figures.outcomesOverTime),
      xTitle: 'time of day (UTC)',
      yTitle: `rows in ${width}`,
    }),
    caption: `Each column is ${width}, by the time at which the row came to its end.`,
    head: ['From', ...there.map(([, status]) => STATE_WORDS[status].name)],
    rows: slots
      .filter((slot) => sum(slot.counts) > 0)
      .map((slot) => [
        formatTime(slot.startMs),
        ...there.map(([at]) => count(slot.counts[at] ?? 0)),
      ]),
  });
}

function requestsFigure({ figures, context }: Page): Markup | undefined {
  const series = figures.requestsOverTime;
  if (series.slots.length === 0) return undefined;
  const ceiling = context.requestsPerMinute;
  const minutes = series.widthMs / MINUTE_MS;
  const perMinute = series.slots.map((slot) => sum(slot.counts) / minutes);
  const peak = figures.busiestMinute;
  return chartFigure({
    id: 'requests-over-time',
    title: 'Deletion requests a minute',
    picture: drawColumns({
      summary: `${countOf(figures.counts.requests, 'deletion request')}, at most ${rateWords(Math.max(...perMinute))} a minute. ${ceilingWords(ceiling)} The figures follow.`,
      columns: perMinute.map((n) => [{ className: 'bar', count: n }]),
      ticks: placeTimes(series),
      xTitle: 'time of day (UTC)',
      yTitle: 'requests a minute',
      ...(ceiling === undefined || !Number.isFinite(ceiling)
        ? {}
        : { ceiling: { value: ceiling, label: `ceiling ${rateWords(ceiling)}` } }),
    }),
    caption: html`${minutes === 1 ? 'Each column is one minute.' : `Each column is the average of ${duration(series.widthMs)}.`}
    ${
      peak === undefined
        ? undefined
        : `Busiest minute: ${count(sum(peak.counts))}, ${formatTime(peak.startMs)}. `
    }${ceilingWords(ceiling)}
    Reading requests count towards it too, and are not drawn here.`,
    head: ['From', 'Requests a minute'],
    rows: series.slots
      .map((slot, at) => [formatTime(slot.startMs), rateWords(perMinute[at] ?? 0)])
      .filter((_, at) => (perMinute[at] ?? 0) > 0),
  });
}

function ceilingWords(perMinute: number | undefined): string {
  if (perMinute === undefined) return 'The ceiling is not recorded.';
  return Number.isFinite(perMinute)
    ? `The ceiling was ${rateWords(perMinute)} requests a minute.`
    : 'No ceiling was set.';
}

function latencyFigure({ figures }: Page): Markup | undefined {
  const { bars, rows, medianMs, p95Ms, longestMs } = figures.latency;
  if (rows === 0) return undefined;
  const every = Math.ceil(bars.length / 8);
  return chartFigure({
    id: 'latency',
    title: 'How long a row took',
    picture: drawColumns({
      summary: `Half of the rows took at most ${duration(medianMs)}, 95 of 100 at most ${duration(p95Ms)}, the longest ${duration(longestMs)}.`,
      columns: bars.map((bar) => [{ className: 'bar', count: bar.count }]),
      ticks: [...bars.map((bar) => bar.fromMs), bars.at(-1)?.toMs]
        .map((edge, at) => ({ at, label: edge === undefined ? '' : edgeWords(edge) }))
        .filter(({ at, label }) => at % every === 0 && label !== ''),
      xTitle: 'from first request to the end, retries included',
      yTitle: 'rows',
    }),
    caption: `Half of the ${countOf(rows, 'row')} took at most about ${duration(medianMs)}, 95 of 100 at most about ${duration(p95Ms)}; the longest took ${duration(longestMs)}. The steps grow from left to right.`,
    head: ['Time taken', 'Rows'],
    rows: bars.map((bar) => [barWords(bar), count(bar.count)]),
  });
}

function barWords({ fromMs, toMs }: LatencyBar): string {
  return toMs === undefined
    ? `${edgeWords(fromMs)} or more`
    : `${edgeWords(fromMs)} to under ${edgeWords(toMs)}`;
}

function edgeWords(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  return ms < MINUTE_MS ? `${ms / 1000} s` : `${ms / MINUTE_MS} min`;
}

function placeTimes({ slots, widthMs }: TimeSeries): { at: number; label: string }[] {
  const fromMs = slots[0]?.startMs ?? 0;
  return timeTicks(fromMs, fromMs + slots.length * widthMs).map(({ atMs, label }) => ({
    at: (atMs - fromMs) / widthMs,
    label,
  }));
}

export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly picture: Markup;
  readonly legend?: Markup | undefined;
  readonly caption: Child;
  /** The same in figures, for those who would rather read them. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A picture with its words and, folded away, its figures. */
export function chartFigure({ id, title, picture, legend, caption, head, rows }: Figure): Markup {
  return html`<figure aria-labelledby="${id}">
    <h3 id="${id}">${title}</h3>
    ${legend}${picture}
    <figcaption>${caption}</figcaption>
    <details>
      <summary>The same in figures<span class="unsaid">: ${title}</span></summary>
      <div class="scroll" role="group" tabindex="0" aria-label="${title}, in figures">
        <table class="figures">
          <thead>
            <tr>
              ${head.map((name, at) => html`<th scope="col" ${at === 0 ? undefined : html` class="number"`}>${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (cells) =>
                html`<tr>
                  ${cells.map((cell, at) => (at === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="number">${cell}</td>`))}
                </tr> `,
            )}
          </tbody>
        </table>
      </div>
    </details>
  </figure>`;
}
