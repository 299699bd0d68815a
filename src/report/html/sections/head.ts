import type { ProjectModel } from '../../../project/model.ts';
import { duration } from '../../../words/counts.ts';
import { formatTime, toIso, html, value, type Markup, shorten } from '../markup.ts';
import type { Page } from '../page.ts';

/** What this page is about, its verdict, and the facts that an auditor asks for first. */
export function headSection(page: Page): Markup {
  const { run } = page.context;
  const { project, kind } = run.header;
  const what = kind === 'check' ? 'Check before deletion' : 'Deletion of stored files';
  return html`<header>
    <p class="kicker">redcap-sweep · ${what}</p>
    <h1>${project === null ? 'Project not read' : value(titleOf(project))}</h1>
    ${verdictPanel(page)} ${factList(page)}
  </header>`;
}

function verdictPanel(page: Page): Markup {
  const { tone, label, sentence, because } = page.verdict;
  return html`<div class="verdict ${tone}">
    <p class="label">${label}</p>
    <p class="sentence">${sentence}</p>
    ${because === '' ? undefined : html`<p class="because">Reason: ${value(because)}</p>`}
  </div>`;
}

function factList({ context }: Page): Markup {
  const { run } = context;
  const { header } = run;
  const { project } = header;
  const startMs = Date.parse(header.startedAt);
  return facts([
    [
      'Project',
      project === null
        ? 'not read (--no-check)'
        : html`${value(titleOf(project))} (id ${value(project.id)})`,
    ],
    [
      'Server',
      html`${value(header.url)}${project !== null && project.redcapVersion !== '' ? html`, REDCap ${value(project.redcapVersion)}` : undefined}`,
    ],
    ['Project status', project === null ? undefined : productionWords(project.production)],
    ['Started', time(startMs)],
    ['Last entry in the journal', html`${time(run.lastStamp)}${lasting(startMs, run.lastStamp)}`],
    [
      'Sessions',
      run.sessions > 1 ? `${run.sessions}: interrupted or stopped, and resumed` : undefined,
    ],
    ['Run by', header.user === '' ? undefined : value(header.user)],
    ['On machine', header.host === '' ? undefined : value(header.host)],
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
    ${pairs.map(([name, fact]) =>
      fact === undefined
        ? undefined
        : html`<div>
            <dt>${name}</dt>
            <dd>${fact}</dd>
          </div>`,
    )}
  </dl>`;
}

/** What to do now, with the line to type. */
export function nextSection(page: Page): Markup {
  return html`<section aria-labelledby="next">
    <h2 id="next">What to do next</h2>
    <ol class="steps">
      ${page.nextSteps.map(
        ({ text, command }) =>
          html`<li>
            <p>${text}</p>
            ${command === undefined ? undefined : html`<pre tabindex="0" role="group" aria-label="Command"><code>${value(command)}</code></pre>`}
          </li>`,
      )}
    </ol>
  </section>`;
}
