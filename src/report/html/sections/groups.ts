import { adviseOn } from '../../../words/advice.ts';
import type { Cause, NameCount, NameCounts } from '../row-groups.ts';
import { count, countOf } from '../../../words/counts.ts';
import { html, value, type Markup, type Child } from '../markup.ts';
import { eventLabels, fieldLabels } from '../labels.ts';
import type { Page } from '../page.ts';
import { colourChip } from '../charts.ts';
import { isNotReached, stateOf, STATES } from '../states.ts';
import { STATE_WORDS } from '../../../words/states.ts';
import { classOf } from './totals.ts';
import type { State } from '../../../words/facts.ts';

/** Why rows did not end well, and what to do about each reason. */
export function causesSection(page: Page): Markup | undefined {
  const { causes, others } = page.figures.causes;
  if (causes.length === 0) return undefined;
  const archives = page.archive !== undefined || page.context.run.header.approved?.archive === true;
  return html`<section aria-labelledby="causes">
    <h2 id="causes">${titleOf(page)}</h2>
    <ul class="causes">
      ${causes.map((cause) => causeItem(cause, archives))}
    </ul>
    ${others === 0 ? undefined : html`<p>${countOf(others, 'row')} had other causes.</p>`}
  </section>`;
}

function titleOf({ figures, planOnly }: Page): string {
  if (planOnly) return 'What keeps rows from being deleted';
  return figures.reports.error > 0
    ? 'What went wrong, and what to do about it'
    : 'What is left, and what to do about it';
}

function causeItem(
  { status, code, count: rows, firstRows, example }: Cause,
  archives: boolean,
): Markup {
  const { title, toDo } = adviseOn(status, code, archives);
  const state = stateOf(status, code);
  // The message of such a row only says that the run ended before it.
  const saysNothing = isNotReached(status, code) && code !== 'not_confirmed';
  return html`<li>
    <div>
      <h3>${title}</h3>
      <p class="tag">${colourChip(classOf(state))}${STATE_WORDS[state].name} ${codeTag(code)}</p>
    </div>
    <p class="count">${countOf(rows, 'row')}</p>
    <div>
      <p>${toDo}</p>
      <p class="note">
        ${placeWords(rows, firstRows)}.
        ${example === '' || saysNothing ? undefined : html`For example: “${value(example)}”`}
      </p>
    </div>
  </li>`;
}

function codeTag(code: string): Markup | undefined {
  return code === '' ? undefined : html`· <code>${value(code)}</code>`;
}

function placeWords(all: number, firstRows: readonly number[]): string {
  const rest = all - firstRows.length;
  const rows = firstRows.map(count).join(', ');
  return `${all === 1 ? 'Row' : 'Rows'} ${rows}${rest > 0 ? ` and ${count(rest)} more` : ''}`;
}

/** The rows by the field that they name. */
export function fieldSection(page: Page): Markup {
  const { project } = page.context.run.header;
  const fields = project?.fileFields ?? {};
  const labels = fieldLabels(project);
  return groupTable(page, {
    id: 'by-field',
    title: 'By field',
    head: 'Field',
    caption: 'Rows of the manifest by field and state.',
    figures: page.figures.byField,
    remark: (name) => {
      if (!Object.hasOwn(fields, name)) return undefined;
      const field = fields[name];
      const label = labels.get(name);
      return html`<span class="tag"
        >${label === undefined ? undefined : `${label} · `}form
        ${value(field?.form ?? '')}${field?.signature === true ? ' · signature' : ''}</span
      >`;
    },
  });
}

/** The rows by event; nothing in projects without events. */
export function eventSection(page: Page): Markup | undefined {
  const { names, others } = page.figures.byEvent;
  if (others === undefined && names.every((one) => one.name === '')) return undefined;
  const labels = eventLabels(page.context.run.header.project);
  return groupTable(page, {
    id: 'by-event',
    title: 'By event',
    head: 'Event',
    caption: 'Rows of the manifest by event and state.',
    figures: page.figures.byEvent,
    remark: (name) => {
      const label = labels.get(name);
      return label === undefined ? undefined : html`<span class="tag">${label}</span>`;
    },
  });
}

interface Grouping {
  readonly id: string;
  readonly title: string;
  readonly head: string;
  readonly caption: string;
  readonly figures: NameCounts;
  readonly remark: (name: string) => Markup | undefined;
}

function groupTable({ states, rows }: Page, grouping: Grouping): Markup {
  const { id, title, head, caption, figures, remark } = grouping;
  const columns = STATES.filter((state) => states[state] > 0);
  const name = (one: NameCount): Child =>
    one.name === '' ? html`<em>blank</em>` : html`${value(one.name)}${remark(one.name)}`;
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    <div class="scroll" role="group" tabindex="0" aria-labelledby="${id}-caption">
      <table class="groups cards">
        <caption id="${id}-caption">
          ${caption}
        </caption>
        <thead>
          <tr>
            <th scope="col">${head}</th>
            ${columns.map(
              (state) =>
                html`<th scope="col" class="number">
                  ${colourChip(classOf(state))}${STATE_WORDS[state].name}
                </th>`,
            )}
            <th scope="col" class="number">Rows</th>
          </tr>
        </thead>
        <tbody>
          ${figures.names.map((one) => groupRow(name(one), one, columns))}${
            figures.others === undefined
              ? undefined
              : groupRow(html`<em>all others</em>`, figures.others, columns)
          }
        </tbody>
        <tfoot>
          ${groupRow('Total', { name: '', counts: states, total: rows }, columns)}
        </tfoot>
      </table>
    </div>
  </section>`;
}

function groupRow(name: Child, one: NameCount, columns: readonly State[]): Markup {
  return html`<tr>
    <th scope="row"><span>${name}</span></th>
    ${columns.map((state) => {
      const rows = one.counts[state] ?? 0;
      return html`<td class="number" data-head="${STATE_WORDS[state].name}">
        ${rows === 0 ? html`<span class="none">0</span>` : count(rows)}
      </td>`;
    })}
    <td class="number" data-head="Rows">${count(one.total)}</td>
  </tr> `;
}
