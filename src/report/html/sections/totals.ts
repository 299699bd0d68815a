import { reportOf, type Status } from '../../../rows/outcome.ts';
import { count, countOf } from '../../../words/counts.ts';
import { formatShare, html, type Markup } from '../markup.ts';
import type { Page } from '../page.ts';
import { drawShares, colourChip } from '../charts.ts';
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
        className: classOf(state),
        label: STATE_WORDS[state].name,
        count: states[state],
      })),
      rows,
    )}
    <div class="scroll" role="group" tabindex="0" aria-labelledby="totals-caption">
      <table class="figures cards">
        <caption id="totals-caption">
          Each row of the manifest is in exactly one state and in exactly one report.
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
                <th scope="row" data-head="State">
                  <span>${colourChip(classOf(state))}${STATE_WORDS[state].name}</span>
                </th>
                <td class="number" data-head="Rows">${count(states[state])}</td>
                <td class="number" data-head="Share">${formatShare(states[state], rows)}</td>
                <td data-head="Report"><code>${reportOf(statusOf(state))}.csv</code></td>
                <td data-head="Meaning">${meaningOf(state, page)}</td>
              </tr> `,
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <td class="number" data-head="Rows">${count(total)}</td>
            <td class="number" data-head="Share">${formatShare(total, rows)}</td>
            <td colspan="2" data-head="Check">
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
  return context.run.refused === undefined ? 'What would happen' : 'What would have happened';
}

/** A file that was put back is not gone any more. */
function meaningOf(state: State, { context }: Page): string {
  return state === 'deleted' && context.run.restores.length > 0
    ? 'A request of this run removed the file. It may have been put back since.'
    : STATE_WORDS[state].meaning;
}

/** The class that carries a state's colour. */
export function classOf(state: State): string {
  return `s-${state}`;
}

function statusOf(state: State): Status {
  return state === 'would_delete' || state === 'nothing_to_delete' ? 'not_attempted' : state;
}

const KINDS = [
  ['yes', 'v-yes', 'Looked at, and gone', 'The field was read again and held no file.'],
  [
    'no',
    'v-no',
    'Looked at, and a file is there',
    'The row is a failure, or another file has been stored since.',
  ],
  [
    'skipped',
    'v-skipped',
    'Not looked at',
    'By choice (--no-verify, --no-check), or the look said nothing.',
  ],
  ['', 'v-none', 'Not reached', 'The run ended before it could look. Resume catches up.'],
] as const;

/** How many deletions were read back, and what that showed. */
export function verificationSection({ figures, context }: Page): Markup | undefined {
  const { verified } = figures;
  const rows = verified.yes + verified.no + verified.skipped + verified[''];
  if (rows === 0) return undefined;
  const there = KINDS.filter(([kind]) => verified[kind] > 0);
  return html`<section aria-labelledby="verification">
    <h2 id="verification">Was it read back?</h2>
    <p>
      ${coverageWords(verified.yes + verified.no, rows)}${
        context.run.restores.length > 0 ? ' This was before files were put back.' : ''
      }
    </p>
    ${drawShares(
      there.map(([kind, className, label]) => ({ className, label, count: verified[kind] })),
      rows,
    )}
    <div class="scroll" role="group" tabindex="0" aria-labelledby="verification-caption">
      <table class="figures cards">
        <caption id="verification-caption">
          Rows that were sent and ended deleted, unknown, or empty where a file had been seen.
        </caption>
        <thead>
          <tr>
            <th scope="col">Read back</th>
            <th scope="col" class="number">Rows</th>
            <th scope="col" class="number">Share</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          ${there.map(
            ([kind, className, label, meaning]) =>
              html`<tr>
                <th scope="row" data-head="Read back">
                  <span>${colourChip(className)}${label}</span>
                </th>
                <td class="number" data-head="Rows">${count(verified[kind])}</td>
                <td class="number" data-head="Share">${formatShare(verified[kind], rows)}</td>
                <td data-head="Meaning">${meaning}</td>
              </tr> `,
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <td class="number" data-head="Rows">${count(rows)}</td>
            <td class="number" data-head="Share">100 %</td>
            <td></td>
          </tr>
        </tfoot>
      </table>
    </div>
  </section>`;
}

function coverageWords(looked: number, rows: number): string {
  const proof = 'That a file is gone is proven only where its field was read again afterwards:';
  if (looked === rows) return `${proof} that is so for all ${countOf(rows, 'row')}.`;
  if (looked === 0) return `${proof} that is so for none of ${countOf(rows, 'row')}.`;
  return `${proof} that is so for ${count(looked)} of ${countOf(rows, 'row')}.`;
}
