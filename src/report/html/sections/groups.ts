import { count } from '../../../words/counts.ts';
import { html, shown, type Child, type Markup } from '../markup.ts';
import type { Page } from '../page.ts';
import { swatch } from '../share-bar.ts';
import { STATES } from '../states.ts';
import { STATE_WORDS } from '../../../words/states.ts';
import type { State } from '../../../words/facts.ts';
import type { Tally, TallyFigures } from '../tallies.ts';
import { lookOf } from './totals.ts';

/** The rows by the field that they name. */
export function fieldSection(page: Page): Markup {
  const fields = page.context.view.header.project?.fileFields ?? {};
  return groupTable(page, {
    id: 'by-field',
    title: 'By field',
    head: 'Field',
    caption: 'Rows of the manifest by field and state.',
    figures: page.figures.byField,
    remark: (name) => {
      if (!Object.hasOwn(fields, name)) return undefined;
      const field = fields[name];
      return html`<span class="tag"
        >form ${shown(field?.form ?? '')}${field?.signature === true ? ' · signature' : ''}</span
      >`;
    },
  });
}

/** The rows by event; nothing in projects without events. */
export function eventSection(page: Page): Markup | undefined {
  const { tallies, others } = page.figures.byEvent;
  if (others === undefined && tallies.every((tally) => tally.name === '')) return undefined;
  return groupTable(page, {
    id: 'by-event',
    title: 'By event',
    head: 'Event',
    caption: 'Rows of the manifest by event and state.',
    figures: page.figures.byEvent,
    remark: () => undefined,
  });
}

interface Grouping {
  readonly id: string;
  readonly title: string;
  readonly head: string;
  readonly caption: string;
  readonly figures: TallyFigures;
  readonly remark: (name: string) => Markup | undefined;
}

function groupTable({ states, rows }: Page, grouping: Grouping): Markup {
  const { id, title, head, caption, figures, remark } = grouping;
  const columns = STATES.filter((state) => states[state] > 0);
  const name = (tally: Tally): Child =>
    tally.name === '' ? html`<em>blank</em>` : html`${shown(tally.name)}${remark(tally.name)}`;
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    <div class="scroll" role="group" tabindex="0" aria-labelledby="${id}-caption">
      <table class="groups">
        <caption id="${id}-caption">
          ${caption}
        </caption>
        <thead>
          <tr>
            <th scope="col">${head}</th>
            ${columns.map(
              (state) =>
                html`<th scope="col" class="number">
                  ${swatch(lookOf(state))}${STATE_WORDS[state].name}
                </th>`,
            )}
            <th scope="col" class="number">Rows</th>
          </tr>
        </thead>
        <tbody>
          ${figures.tallies.map((tally) => groupRow(name(tally), tally, columns))}${
            figures.others === undefined
              ? undefined
              : groupRow(html`<em>all others</em>`, figures.others, columns)
          }
        </tbody>
        <tfoot>
          ${groupRow('Together', { name: '', counts: states, total: rows }, columns)}
        </tfoot>
      </table>
    </div>
  </section>`;
}

function groupRow(name: Child, tally: Tally, columns: readonly State[]): Markup {
  return html`<tr>
    <th scope="row">${name}</th>
    ${columns.map((state) => {
      const rows = tally.counts[state] ?? 0;
      return html`<td class="number">
        ${rows === 0 ? html`<span class="none">0</span>` : count(rows)}
      </td>`;
    })}
    <td class="number">${count(tally.total)}</td>
  </tr> `;
}
