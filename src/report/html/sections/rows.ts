import type { ShownRow } from '../row-groups.ts';
import { count, countOf, listWords } from '../../../words/counts.ts';
import { html, value, type Child, type Markup } from '../markup.ts';
import type { Page } from '../page.ts';
import { colourChip } from '../charts.ts';
import { STATES, stateOf } from '../states.ts';
import { STATE_WORDS } from '../../../words/states.ts';
import { classOf } from './totals.ts';

interface Column {
  readonly head: string;
  readonly cell: (row: ShownRow) => Child;
  readonly number?: true;
}

const PLACE_COLUMNS: readonly Column[] = [
  { head: 'Row', cell: (row) => row.row, number: true },
  { head: 'Line', cell: (row) => row.line, number: true },
  { head: 'Record', cell: (row) => value(row.record) },
  { head: 'Field', cell: (row) => value(row.field) },
  { head: 'Event', cell: (row) => value(row.event) },
  { head: 'Instance', cell: (row) => value(row.instance), number: true },
];

const END_COLUMNS: readonly Column[] = [
  {
    head: 'State',
    cell: (row) =>
      html`<span class="state"
        >${colourChip(classOf(stateOf(row.status, row.code)))}${STATE_WORDS[stateOf(row.status, row.code)].name}</span
      >`,
  },
  { head: 'Code', cell: (row) => html`<code>${value(row.code)}</code>` },
  { head: 'Message', cell: (row) => value(row.message) },
];

const FILE_COLUMN: Column = {
  head: 'File',
  cell: (row) =>
    row.fileName === ''
      ? html`<em>name not known</em>`
      : html`${value(row.fileName)}${row.signature ? html` <span class="tag">signature</span>` : undefined}`,
};

/** The first files on the list, for a reviewer to know what they look like. */
export function sampleSection({ figures, states }: Page): Markup | undefined {
  const rows = figures.sample;
  if (rows.length === 0) return undefined;
  const columns = [...usedColumns(rows), FILE_COLUMN];
  const rest = states.would_delete - rows.length;
  return html`<section aria-labelledby="sample">
    <h2 id="sample">
      ${rest > 0 ? `The first ${rows.length} files that would be deleted` : 'The files that would be deleted'}
    </h2>
    <div class="scroll" role="group" tabindex="0" aria-labelledby="sample-caption">
      <table class="rows">
        <caption id="sample-caption">
          ${rest > 0 ? html`${count(rest)} more stand in <code>unprocessed.csv</code>, with the code <code>would_delete</code>.` : html`They stand in <code>unprocessed.csv</code> too.`}
        </caption>
        ${tableHead(columns)}
        <tbody>
          ${rows.map((row) => tableRow(row, columns))}
        </tbody>
      </table>
    </div>
  </section>`;
}

/**
 * Rows that need attention, as many as fit into `mostBytes`: text of a
 * hostile manifest may grow thirtyfold when it is made safe.
 */
export function attentionSection({ figures }: Page, mostBytes: number): Markup | undefined {
  const { rows: kept, urgent, minor } = figures.needsAttention;
  const total = urgent + minor;
  if (total === 0) return undefined;
  const columns = [...usedColumns(kept), ...END_COLUMNS];
  const lines: Markup[] = [];
  let bytes = 0;
  for (const row of kept) {
    const line = tableRow(row, columns);
    bytes += Buffer.byteLength(line.markup);
    if (bytes > mostBytes) break;
    lines.push(line);
  }
  const rows = kept.slice(0, lines.length);
  return html`<section aria-labelledby="attention">
    <h2 id="attention">Rows that need attention</h2>
    ${total > rows.length ? html`<p class="cut"><strong>The ${rows.length === 1 ? 'first row' : `first ${count(rows.length)}`} of ${count(total)} are shown.</strong> All of them stand in the CSV reports beside this page.</p>` : undefined}
    ${toolbar(rows)}
    <div class="scroll" role="group" tabindex="0" aria-labelledby="attention-caption">
      <table class="rows" id="attention-rows">
        <caption id="attention-caption">
          ${attentionWords(urgent, minor)}, in the order of the manifest. “Line” is the line of the
          manifest on which the row starts.
        </caption>
        ${tableHead(columns)}
        <tbody>
          ${lines}
        </tbody>
      </table>
    </div>
  </section>`;
}

function attentionWords(urgent: number, minor: number): string {
  const parts = [
    urgent === 0 ? '' : `${countOf(urgent, 'row')} of error.csv`,
    minor === 0 ? '' : `${countOf(minor, 'row')} worth a look for another reason`,
  ];
  return listWords(parts.filter((part) => part !== ''));
}

/** Shown by the script: without it, there is nothing that it could do. */
function toolbar(rows: readonly ShownRow[]): Markup {
  const there = STATES.filter((state) =>
    rows.some((row) => stateOf(row.status, row.code) === state),
  );
  return html`<form
    class="toolbar"
    id="attention-tools"
    role="search"
    aria-label="Rows that need attention"
    hidden
  >
    <label
      >Search <input type="search" id="attention-search" autocomplete="off" spellcheck="false"
    /></label>
    <label
      >State
      <select id="attention-state">
        <option value="">all</option>
        ${there.map((state) => html`<option value="${state}">${STATE_WORDS[state].name}</option>`)}
      </select></label
    >
    <p id="attention-count" role="status"></p>
  </form>`;
}

/** Events and instances take room where there are none. */
function usedColumns(rows: readonly ShownRow[]): readonly Column[] {
  return PLACE_COLUMNS.filter(
    ({ head }) =>
      (head !== 'Event' || rows.some((row) => row.event !== '')) &&
      (head !== 'Instance' || rows.some((row) => row.instance !== '')),
  );
}

function tableHead(columns: readonly Column[]): Markup {
  return html`<thead>
    <tr>
      ${columns.map(({ head, number }) => html`<th scope="col" ${number === true ? html` class="number"` : undefined}>${head}</th>`)}
    </tr>
  </thead>`;
}

function tableRow(row: ShownRow, columns: readonly Column[]): Markup {
  return html`<tr data-state="${stateOf(row.status, row.code)}">
    ${columns.map(({ cell, number }, at) =>
      at === 0
        ? html`<th scope="row" class="number">${cell(row)}</th>`
        : html`<td${number === true ? html` class="number"` : undefined}>${cell(row)}</td>`,
    )}
  </tr> `;
}
