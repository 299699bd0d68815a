import type { ProjectModel } from '../../../project/model.ts';
import { countOf, duration } from '../../../words/counts.ts';
import { formatTime, localTime, toIso, html, value, type Markup, shorten } from '../markup.ts';
import type { Page } from '../page.ts';

/** What this page is about, its verdict, and the facts that an auditor asks for first. */
export function headSection(page: Page): Markup {
  const { run } = page.context;
  const { project, kind } = run.header;
  const check = page.archive === undefined ? 'Check before deletion' : 'Archive before deletion';
  const what = kind === 'check' ? check : 'Deletion of stored files';
  return html`<header>
    <p class="kicker">redcap-sweep · ${what}</p>
    <h1>${project === null ? 'Project not read' : value(projectName(project))}</h1>
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

function factList({ context, figures, states, planOnly }: Page): Markup {
  const { run } = context;
  const { header } = run;
  const { project } = header;
  const { exitCode } = context;
  const startMs = Date.parse(header.startedAt);
  // A restore comes after the end.
  const endMs = run.restores.length > 0 ? run.workedUntil : run.lastStamp;
  return facts([
    [
      'Project',
      project === null
        ? 'not read (--no-check)'
        : html`${value(projectName(project))} (id ${value(project.id)})`,
    ],
    [
      'Server',
      html`${value(header.url)}${project !== null && project.redcapVersion !== '' ? html`, REDCap ${value(project.redcapVersion)}` : undefined}`,
    ],
    ['Project status', project === null ? undefined : productionWords(project.production)],
    [
      filesLabel(context),
      filesWords(planOnly ? states.would_delete : states.deleted, figures.counts.records),
    ],
    ['Started', time(startMs)],
    [
      exitCode === 0 || exitCode === 1 ? 'Finished' : 'Last entry in the journal',
      html`${time(endMs)}${lasting(startMs, endMs)}`,
    ],
    [
      'Sessions',
      run.sessions > 1 ? `${run.sessions}: interrupted or stopped, and resumed` : undefined,
    ],
    ['Run by', header.user === '' ? undefined : value(header.user)],
    ['On machine', header.host === '' ? undefined : value(header.host)],
  ]);
}

function filesLabel({ run }: Page['context']): string {
  if (run.header.kind === 'run' && run.refused === undefined) return 'Files deleted';
  return run.refused === undefined ? 'Files to delete' : 'Files that would have been deleted';
}

function filesWords(files: number, participants: number): string {
  return files === 0
    ? 'none'
    : `${countOf(files, 'file')} of ${countOf(participants, 'participant')}`;
}

const LONGEST_TITLE = 160;

/** As people know it. */
export function projectName({ title, id }: ProjectModel): string {
  return title.trim() === '' ? `Project ${id}` : shorten(title, LONGEST_TITLE);
}

function lasting(startMs: number, endMs: number): string {
  return endMs > startMs ? ` (after ${duration(endMs - startMs)})` : '';
}

function productionWords(production: boolean | undefined): string {
  if (production === undefined) return 'the server does not tell';
  return production ? 'in production' : 'in development';
}

/** In UTC, and by the clock of the machine that makes the page. */
export function time(atMs: number): Markup {
  const iso = toIso(atMs);
  return iso === undefined
    ? html`not known`
    : html`<time datetime="${iso}">${formatTime(atMs)}</time>
        <span class="local">${localTime(atMs)}</span>`;
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
