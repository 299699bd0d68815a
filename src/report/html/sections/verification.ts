import { count, countOf } from '../../../words/counts.ts';
import { formatShare } from '../format.ts';
import { html, type Markup } from '../markup.ts';
import type { Page } from '../page.ts';
import { drawShares, swatch } from '../share-bar.ts';

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
        context.view.restores.length > 0 ? ' This was before files were put back.' : ''
      }
    </p>
    ${drawShares(
      there.map(([kind, look, label]) => ({ look, label, count: verified[kind] })),
      rows,
    )}
    <div class="scroll" role="group" tabindex="0" aria-labelledby="verification-caption">
      <table class="figures">
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
            ([kind, look, label, meaning]) =>
              html`<tr>
                <th scope="row">${swatch(look)}${label}</th>
                <td class="number">${count(verified[kind])}</td>
                <td class="number">${formatShare(verified[kind], rows)}</td>
                <td>${meaning}</td>
              </tr> `,
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Together</th>
            <td class="number">${count(rows)}</td>
            <td class="number">100 %</td>
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
