import type { ProjectModel } from '../../../project/model.ts';
import { duration } from '../../../words/counts.ts';
import { formatTime, toIso } from '../format.ts';
import { html, shown, type Markup } from '../markup.ts';
import type { Page } from '../page.ts';
import { shorten } from '../visible-text.ts';

/** What this page is about, its verdict, and the facts that an auditor asks for first. */
export function headSection(page: Page): Markup {
  const { view } = page.context;
  const { project, kind } = view.header;
  const what = kind === 'check' ? 'Check before deletion' : 'Deletion of stored files';
  return html`<header>
    <p class="kicker">redcap-sweep · ${what}</p>
    <h1>${project === null ? 'Project not read' : shown(titleOf(project))}</h1>
    ${verdictPanel(page)} ${factList(page)}
  </header>`;
}

function verdictPanel(page: Page): Markup {
  const { tone, label, sentence, because } = page.verdict;
  return html`<div class="verdict ${tone}">
    <p class="label">${label}</p>
    <p class="sentence">${sentence}</p>
    ${because === '' ? undefined : html`<p class="because">Reason: ${shown(because)}</p>`}
  </div>`;
}

function factList({ context }: Page): Markup {
  const { view } = context;
  const { header } = view;
  const { project } = header;
  const startMs = Date.parse(header.startedAt);
  return facts([
    [
      'Project',
      project === null
        ? 'not read (--no-check)'
        : html`${shown(titleOf(project))} (id ${shown(project.id)})`,
    ],
    [
      'Server',
      html`${shown(header.url)}${project !== null && project.redcapVersion !== '' ? html`, REDCap ${shown(project.redcapVersion)}` : undefined}`,
    ],
    ['Project status', project === null ? undefined : productionWords(project.production)],
    ['Started', time(startMs)],
    ['Last entry in the journal', html`${time(view.lastStamp)}${lasting(startMs, view.lastStamp)}`],
    [
      'Sessions',
      view.sessions > 1 ? `${view.sessions}: interrupted or stopped, and resumed` : undefined,
    ],
    ['Run by', header.user === '' ? undefined : shown(header.user)],
    ['On machine', header.host === '' ? undefined : shown(header.host)],
  ]);
}

const LONGEST_TITLE = 160;

function titleOf({ title, id }: ProjectModel): string {
  return title.trim() === '' ? `Project ${id}` : shorten(title, LONGEST_TITLE);
}

function lasting(startMs: number, endMs: number): string {
  return endMs > startMs ? ` (after ${duration(endMs - startMs)})` : '';
}

function productionWords(production: boolean | undefined): string {
  if (production === undefined) return 'the server does not tell';
  return production ? 'in production' : 'in development';
}

export function time(atMs: number): Markup {
  const iso = toIso(atMs);
  return iso === undefined
    ? html`not known`
    : html`<time datetime="${iso}">${formatTime(atMs)}</time>`;
}

/** Names and values; what has no value is left out. */
export function facts(pairs: readonly (readonly [string, Markup | string | undefined])[]): Markup {
  return html`<dl class="facts">
    ${pairs.map(([name, value]) =>
      value === undefined
        ? undefined
        : html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
    )}
  </dl>`;
}
