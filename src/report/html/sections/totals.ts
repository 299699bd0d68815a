import { reportOf, type Status } from '../../../rows/outcome.ts';
import { count } from '../../../words/counts.ts';
import { formatShare } from '../format.ts';
import { html, type Markup } from '../markup.ts';
import type { Page } from '../page.ts';
import { drawShares, swatch } from '../share-bar.ts';
import { STATES } from '../states.ts';
import { STATE_WORDS } from '../../../words/states.ts';
import type { State } from '../../../words/facts.ts';

/** Every row in exactly one state: as one bar and as figures that add up. */
export function totalsSection(page: Page): Markup {
  const { states, rows, figures } = page;
  const there = STATES.filter((state) => states[state] > 0);
  const total = there.reduce((sum, state) => sum + states[state], 0);
  return html`<section aria-labelledby="totals">
    <h2 id="totals">${titleOf(page)}</h2>
    ${drawShares(
      there.map((state) => ({
        look: lookOf(state),
        label: STATE_WORDS[state].name,
        count: states[state],
      })),
      rows,
    )}
    <div class="scroll" role="group" tabindex="0" aria-labelledby="totals-caption">
      <table class="figures">
        <caption id="totals-caption">
          Each row of the manifest stands in exactly one state and in exactly one report.
        </caption>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col" class="number">Rows</th>
            <th scope="col" class="number">Share</th>
            <th scope="col">Report</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          ${there.map(
            (state) =>
              html`<tr>
                <th scope="row">${swatch(lookOf(state))}${STATE_WORDS[state].name}</th>
                <td class="number">${count(states[state])}</td>
                <td class="number">${formatShare(states[state], rows)}</td>
                <td><code>${reportOf(statusOf(state))}.csv</code></td>
                <td>${meaningOf(state, page)}</td>
              </tr> `,
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Together</th>
            <td class="number">${count(total)}</td>
            <td class="number">${formatShare(total, rows)}</td>
            <td colspan="2">
              ${
                total === rows
                  ? `all ${count(rows)} rows of the manifest`
                  : `The manifest has ${count(rows)} rows: these figures do not add up. Do not rely on this page.`
              }
            </td>
          </tr>
        </tfoot>
      </table>
    </div>
    <p class="sum">
      ${count(figures.reports.success)} in <code>success.csv</code> +
      ${count(figures.reports.error)} in <code>error.csv</code> +
      ${count(figures.reports.unprocessed)} in <code>unprocessed.csv</code> =
      ${count(figures.reports.success + figures.reports.error + figures.reports.unprocessed)} rows
    </p>
  </section>`;
}

function titleOf({ planOnly, context }: Page): string {
  if (!planOnly) return 'What happened';
  return context.view.refused === undefined ? 'What would happen' : 'What would have happened';
}

/** A file that was put back is not gone any more. */
function meaningOf(state: State, { context }: Page): string {
  return state === 'deleted' && context.view.restores.length > 0
    ? 'A request of this run removed the file. It may have been put back since.'
    : STATE_WORDS[state].meaning;
}

/** The class that carries a state's colour. */
export function lookOf(state: State): string {
  return `s-${state}`;
}

function statusOf(state: State): Status {
  return state === 'would_delete' || state === 'nothing_to_delete' ? 'not_attempted' : state;
}
