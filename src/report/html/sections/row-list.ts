import { count } from '../../../words/counts.ts';
import { STATE_WORDS } from '../../../words/states.ts';
import type { State } from '../../../words/facts.ts';
import { colourChip } from '../charts.ts';
import { fieldLabels, eventLabels } from '../labels.ts';
import { html, plainVisible, shorten, trusted, type Child, type Markup } from '../markup.ts';
import type { Page } from '../page.ts';
import {
  FIRST_OWN,
  placeOf,
  toSafeJson,
  type Cell,
  type Place,
  type RowList,
} from '../row-list.ts';
import { STATES } from '../states.ts';
import { classOf } from './totals.ts';

/** Rows that stand in the page itself, and on one page of the list. */
const PAGE_ROWS = 100;

/** How a cell is drawn: here, and in the page's script. */
type Kind = 'number' | 'value' | 'labelled' | 'state' | 'file' | 'message' | 'digest' | 'restored';

interface Column {
  readonly head: string;
  readonly at: number;
  readonly kind: Kind;
}

export interface ListWords {
  readonly id: string;
  readonly title: string;
  /** Whether each row shows its state. */
  readonly states: boolean;
  /** The order in which the rows are kept, as in "Rows 1 to 100 of 300, …". */
  readonly order: string;
  /** The same, to be chosen. */
  readonly orderName: string;
  /** Of the first rows, where there are more than the page holds: which they are. */
  readonly first: string;
  /** Where all of them stand. */
  readonly where: Child;
}

/** The files that would be deleted: what a reviewer approves. */
export function filesToDeleteSection(page: Page): Markup | undefined {
  const refused = page.context.run.refused !== undefined;
  return listSection(page, page.figures.filesToDelete, {
    id: 'list',
    title: refused ? 'The files that would have been deleted' : 'The files that would be deleted',
    states: false,
    ...AS_IN_MANIFEST,
    where: html`<code>unprocessed.csv</code> (code <code>would_delete</code>)`,
  });
}

/** Rows of a check, or of a refused run, that a person has to look at. */
export function attentionSection(page: Page): Markup | undefined {
  return listSection(page, page.figures.needsAttention, {
    id: 'attention',
    title: 'Rows that need attention',
    ...byAttention(page.figures.needsAttention),
    states: true,
  });
}

/** Every row of a run. */
export function rowsSection(page: Page): Markup | undefined {
  return listSection(page, page.figures.allRows, {
    id: 'rows',
    title: 'All rows',
    ...byAttention(page.figures.allRows),
    states: true,
  });
}

type Order = Pick<ListWords, 'order' | 'orderName' | 'first' | 'where'>;

const AS_IN_MANIFEST = {
  order: 'in the order of the manifest',
  orderName: 'order of the manifest',
  first: 'the first in the order of the manifest',
} as const;

/** Rows that need attention come first, where there are any among others. */
function byAttention({ urgencies: [urgent, minor, others] }: RowList): Order {
  const where = 'the CSV reports beside this page';
  const kinds = [urgent, minor, others].filter((rows) => rows > 0).length;
  if (kinds < 2) return { ...AS_IN_MANIFEST, where };
  return {
    order: others > 0 ? 'those that need attention first' : 'those of error.csv first',
    orderName: others > 0 ? 'attention first' : 'error.csv first',
    first: `those ${others > 0 ? 'that need attention' : 'of error.csv'} before all others`,
    where,
  };
}

/**
 * A list of rows. The first hundred stand in the page and can be read without
 * a script; the script has all of them, to search, filter, sort and print.
 */
function listSection(page: Page, list: RowList, words: ListWords): Markup | undefined {
  const { rows, total } = list;
  if (total === 0) return undefined;
  const { id, title } = words;
  const columns = columnsOf(list, words);
  const labels = labelsOf(page);
  const first = rows.slice(0, PAGE_ROWS).map((row) => JSON.parse(row) as readonly Cell[]);
  return html`<section class="list" aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${rows.length < total ? html`<p class="cut"><strong>This page holds ${count(rows.length)} of ${count(total)} rows</strong>: ${words.first}. All of them are in ${words.where}.</p>` : undefined}
    ${list.cut ? html`<p class="note">Long cells end in “…” here. They are whole in ${words.where}.</p>` : undefined}
    ${toolbar(columns, words)}
    <p class="shown" id="${id}-shown" role="status">${shownWords(list, words)}</p>
    <div class="scroll" role="group" tabindex="0" aria-labelledby="${id}">
      <table class="rows cards" id="${id}-table">
        <thead>
          <tr>
            ${columns.map(({ head, kind }) => html`<th scope="col" ${classFor(kind)}>${head}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${first.map((row) => tableRow(row, columns, labels))}
        </tbody>
      </table>
    </div>
    <p class="pager" id="${id}-pager" hidden>
      <button type="button" id="${id}-back">Previous</button>
      <span id="${id}-page"></span>
      <button type="button" id="${id}-on">Next</button>
    </p>
    ${dataOf(list, words, columns, labels)}
  </section>`;
}

function columnsOf({ used, own }: RowList, { states }: ListWords): readonly Column[] {
  const known: readonly (readonly [Place, string, Kind])[] = [
    ['row', 'Row', 'number'],
    ['line', 'Line', 'number'],
    ['record', 'Record', 'value'],
    ['field', 'Field', 'labelled'],
    ['event', 'Event', 'labelled'],
    ['instance', 'Repeat instance', 'number'],
    ...(states ? [['state', 'State', 'state'] as const] : []),
    ['restored', 'Since then', 'restored'],
    ['file', 'File', 'file'],
    ['bytes', 'Bytes', 'number'],
    ['message', 'Message', 'message'],
  ];
  return [
    ...known.flatMap(([place, head, kind]) =>
      used.has(place) ||
      (place === 'message' && states && used.has('code')) ||
      (place === 'file' && !states)
        ? [{ head, at: placeOf(place), kind }]
        : [],
    ),
    ...own.map((head, at): Column => ({ head: headOf(head), at: FIRST_OWN + at, kind: 'value' })),
    ...(used.has('sha256')
      ? [{ head: 'SHA-256', at: placeOf('sha256'), kind: 'digest' } as const]
      : []),
  ];
}

const LONGEST_HEAD = 100;

function headOf(header: string): string {
  const name = header.trim();
  return name === '' ? '(no name)' : plainVisible(shorten(name, LONGEST_HEAD));
}

type Labels = Readonly<Record<number, ReadonlyMap<string, string>>>;

function labelsOf({ context }: Page): Labels {
  const { project } = context.run.header;
  return {
    [placeOf('field')]: fieldLabels(project),
    [placeOf('event')]: eventLabels(project),
  };
}

function shownWords({ rows, total }: RowList, { order, where }: ListWords): Child {
  const held = rows.length;
  if (held === 1) return 'One row.';
  if (held <= PAGE_ROWS) return `All ${count(held)} rows, ${order}.`;
  const on = held < total ? `the ${count(held)} on this page` : count(held);
  return html`Rows 1 to ${PAGE_ROWS} of ${on}, ${order}. To see the others here, the page has to be
  allowed to run its script; they are in ${where} too.`;
}

/** Shown by the script: without it, there is nothing that it could do. */
function toolbar(columns: readonly Column[], { id, title, orderName }: ListWords): Markup {
  const filters = ['State', 'Field', 'Event'] as const;
  return html`<form class="toolbar" id="${id}-tools" role="search" aria-label="${title}" hidden>
    <label
      >Search <input type="search" id="${id}-search" autocomplete="off" spellcheck="false"
    /></label>
    ${filters.map(
      (name) =>
        html`<label hidden
          >${name}
          <select id="${id}-${name.toLowerCase()}" autocomplete="off">
            <option value="">all</option>
          </select></label
        >`,
    )}
    <label
      >Sort by
      <select id="${id}-sort" autocomplete="off">
        <option value="">${orderName}</option>
        ${columns.map(({ head }, at) => html`<option value="${at}">${head}</option>`)}
      </select></label
    >
    <button type="button" id="${id}-turn" hidden>Turn the order round</button>
  </form>`;
}

function dataOf(
  { rows, total }: RowList,
  { id, order }: ListWords,
  columns: readonly Column[],
  labels: Labels,
): Markup {
  const head = toSafeJson({
    columns,
    order,
    pageRows: PAGE_ROWS,
    restoredWords: RESTORED,
    isCut: rows.length < total,
    states: Object.fromEntries(STATES.map((state) => [state, STATE_WORDS[state].name])),
    places: { state: placeOf('state'), signature: placeOf('signature'), code: placeOf('code') },
    labels: Object.fromEntries(
      Object.entries(labels).map(([at, byName]) => [at, Object.fromEntries(byName)]),
    ),
  });
  return trusted(
    `<script type="application/json" data-list="${id}">${head.slice(0, -1)},"rows":[\n${rows.join(',\n')}\n]}</script>`,
  );
}

function tableRow(row: readonly Cell[], columns: readonly Column[], labels: Labels): Markup {
  return html`<tr>
    ${columns.map((column, at) =>
      at === 0
        ? html`<th scope="row" class="number" data-head="${column.head}">
            ${cellOf(column, row, labels)}
          </th>`
        : html`<td${classFor(column.kind)} data-head="${column.head}">${cellOf(column, row, labels)}</td>`,
    )}
  </tr> `;
}

function classFor(kind: Kind): Markup | undefined {
  return kind === 'number' || kind === 'message' ? html` class="${kind}"` : undefined;
}

/** What the script does for all other rows. */
function cellOf({ at, kind }: Column, row: readonly Cell[], labels: Labels): Child {
  const cell = row[at] ?? '';
  switch (kind) {
    case 'number':
    case 'value':
      return bdi(cell);
    case 'digest':
      return html`<code class="digest">${cell}</code>`;
    case 'labelled': {
      const label = labels[at]?.get(textOf(cell));
      return [
        bdi(cell),
        label === undefined ? undefined : html` <span class="tag">${label}</span>`,
      ];
    }
    case 'state': {
      const state = cell as State;
      return html`<span class="state"
        >${colourChip(classOf(state))}${STATE_WORDS[state].name}</span
      >`;
    }
    case 'file':
      return [
        cell === '' && row[placeOf('state')] === 'would_delete'
          ? html`<em>name not known</em>`
          : bdi(cell),
        row[placeOf('signature')] === 1 ? html` <span class="tag">signature</span>` : undefined,
      ];
    case 'message': {
      const code = textOf(row[placeOf('code')] ?? '');
      return [
        bdi(cell),
        code === '' || code === 'would_delete'
          ? undefined
          : html` <code class="tag">${code}</code>`,
      ];
    }
    case 'restored':
      return cell === 1 ? RESTORED : undefined;
  }
}

/** Whether it is there again, restore.csv says. */
const RESTORED = 'a restore sent the file: see restore.csv';

function bdi(cell: Cell): Markup {
  if (typeof cell === 'string' || typeof cell === 'number') return html`<bdi>${cell}</bdi>`;
  return html`<bdi
    >${cell.map((piece) =>
      typeof piece === 'string' ? piece : html`<span class="unseen">${piece[0]}</span>`,
    )}</bdi
  >`;
}

function textOf(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number') return String(cell);
  return cell.map((piece) => (typeof piece === 'string' ? piece : piece[0])).join('');
}
