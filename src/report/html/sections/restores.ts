import { count } from '../../../words/counts.ts';
import { html, shown, type Markup } from '../markup.ts';
import type { Page } from '../page.ts';
import { time } from './head.ts';

/** What was put back since the run, when and by whom: before anything that is told of the run. */
export function restoresSection({ context }: Page): Markup | undefined {
  const { restores } = context.view;
  if (restores.length === 0) return undefined;
  return html`<section aria-labelledby="restores">
    <h2 id="restores">Files were put back since</h2>
    <p>
      Everything else on this page says what the run did, and how the fields stood then. After it
      <code>restore</code> put files back; <code>restore.csv</code> has a row for each file of the
      last time.
    </p>
    <div class="scroll" role="group" tabindex="0" aria-labelledby="restores-caption">
      <table class="figures">
        <caption id="restores-caption">
          Each time that files were put back.
        </caption>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">By</th>
            <th scope="col" class="number">Put back</th>
            <th scope="col" class="number">Refused</th>
            <th scope="col" class="number">Failed</th>
            <th scope="col" class="number">Not restorable</th>
          </tr>
        </thead>
        <tbody>
          ${restores.map(
            ({ at, by, end }) =>
              html`<tr>
                <th scope="row">${time(end?.at ?? at)}</th>
                <td>${by === '' ? 'not known' : shown(by)}</td>
                ${
                  end === undefined
                    ? html`<td colspan="4">
                        It is under way, or did not come to its end: which files are back is not
                        known. Run the same restore again.
                      </td>`
                    : (['restored', 'refused', 'failed', 'not_restorable'] as const).map(
                        (status) => html`<td class="number">${count(end.totals[status])}</td>`,
                      )
                }
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
