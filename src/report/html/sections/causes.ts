import { adviseOn } from '../../../words/advice.ts';
import type { Cause } from '../causes.ts';
import { count, countOf } from '../../../words/counts.ts';
import { html, shown, type Markup } from '../markup.ts';
import type { Page } from '../page.ts';
import { swatch } from '../share-bar.ts';
import { isNotReached, stateOf } from '../states.ts';
import { STATE_WORDS } from '../../../words/states.ts';
import { lookOf } from './totals.ts';

/** Why rows did not end well, and what to do about each reason. */
export function causesSection(page: Page): Markup | undefined {
  const { causes, others } = page.figures.causes;
  if (causes.length === 0) return undefined;
  return html`<section aria-labelledby="causes">
    <h2 id="causes">${titleOf(page)}</h2>
    <ul class="causes">
      ${causes.map(causeItem)}
    </ul>
    ${others === 0 ? undefined : html`<p>${countOf(others, 'row')} had still other causes.</p>`}
  </section>`;
}

function titleOf({ figures, planOnly }: Page): string {
  if (planOnly) return 'What stands in the way';
  return figures.reports.error > 0
    ? 'What went wrong, and what to do about it'
    : 'What is left, and what to do about it';
}

function causeItem({ status, code, count: rows, firstRows, example }: Cause): Markup {
  const { title, toDo } = adviseOn(status, code);
  const state = stateOf(status, code);
  // The message of such a row only says that the run ended before it.
  const saysNothing = isNotReached(status, code) && code !== 'not_confirmed';
  return html`<li>
    <div>
      <h3>${title}</h3>
      <p class="tag">${swatch(lookOf(state))}${STATE_WORDS[state].name} ${codeTag(code)}</p>
    </div>
    <p class="count">${countOf(rows, 'row')}</p>
    <div>
      <p>${toDo}</p>
      <p class="note">
        ${placeWords(rows, firstRows)}.
        ${example === '' || saysNothing ? undefined : html`For example: “${shown(example)}”`}
      </p>
    </div>
  </li>`;
}

function codeTag(code: string): Markup | undefined {
  return code === '' ? undefined : html`· <code>${shown(code)}</code>`;
}

function placeWords(all: number, firstRows: readonly number[]): string {
  const rest = all - firstRows.length;
  const rows = firstRows.map(count).join(', ');
  return `${all === 1 ? 'Row' : 'Rows'} ${rows}${rest > 0 ? ` and ${count(rest)} more` : ''}`;
}
