import { createHash } from 'node:crypto';
import { formatTime } from './markup.ts';
import { html, trusted, type Markup } from './markup.ts';
import type { Page } from './page.ts';
import { SCRIPT } from './script.ts';
import { archiveSection } from './sections/archive.ts';
import { causesSection } from './sections/groups.ts';
import { eventSection, fieldSection } from './sections/groups.ts';
import { headSection } from './sections/head.ts';
import { limitsSection } from './sections/limits.ts';
import { nextSection } from './sections/head.ts';
import { filesSection, provenanceSection } from './sections/provenance.ts';
import { restoresSection } from './sections/provenance.ts';
import { attentionSection, filesToDeleteSection, rowsSection } from './sections/row-list.ts';
import { signSection } from './sections/sign.ts';
import { timingSection } from './sections/timing.ts';
import { totalsSection } from './sections/totals.ts';
import { verificationSection } from './sections/totals.ts';
import { STYLE } from './style.ts';
import { shorten } from './markup.ts';

/** The whole of report.html: one document that fetches nothing and runs nothing but its own script. */
export function renderHtml(page: Page): string {
  const sections = page.planOnly ? sectionsOfPlan(page) : sectionsOfRun(page);
  return `<!doctype html>\n${shell(page, sections).markup}`;
}

/** For the person who approves. */
function sectionsOfPlan(page: Page): readonly Markup[] {
  return present([
    totalsSection(page),
    archiveSection(page),
    nextSection(page),
    limitsSection(page),
    causesSection(page),
    fieldSection(page),
    eventSection(page),
    provenanceSection(page),
    filesSection(page),
    attentionSection(page),
    filesToDeleteSection(page),
    signSection(page),
  ]);
}

/** For the person who signs off what was done. */
function sectionsOfRun(page: Page): readonly Markup[] {
  return present([
    restoresSection(page),
    totalsSection(page),
    nextSection(page),
    causesSection(page),
    limitsSection(page),
    verificationSection(page),
    timingSection(page),
    fieldSection(page),
    eventSection(page),
    provenanceSection(page),
    filesSection(page),
    rowsSection(page),
  ]);
}

function present(sections: readonly (Markup | undefined)[]): readonly Markup[] {
  return sections.filter((section) => section !== undefined);
}

function shell(page: Page, sections: readonly Markup[]): Markup {
  const { context } = page;
  const { project, kind } = context.run.header;
  // A refused connection is the browser's own: what is not named here is not allowed.
  const policy = `default-src 'none'; style-src '${digest(STYLE)}'; script-src '${digest(SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  return html`<html lang="en-GB">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="${trusted(policy)}" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="referrer" content="no-referrer" />
      <meta name="robots" content="noindex" />
      <title>
        ${project === null ? '' : `${shorten(project.title, 80)} – `}redcap-sweep ${kind}
      </title>
      ${trusted(`<style>${STYLE}</style>`)}
    </head>
    <body>
      <a class="skip" href="#main">Skip to the figures</a>
      <svg class="defs" aria-hidden="true">
        <defs>
          <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse">
            <path d="M-1 7L7 -1" />
          </pattern>
        </defs>
      </svg>
      <div class="page">
        ${headSection(page)} ${contents(sections)}
        <main id="main" tabindex="-1">${sections}</main>
        <footer>
          <p>
            Made by ${context.tool} from the manifest and the journal in this folder,
            ${formatTime(Date.parse(context.generatedAt))}. This page needs no network and sends
            nothing. It may name records and files: keep it as safe as the project’s data.
          </p>
        </footer>
      </div>
      ${trusted(`<script>${SCRIPT}</script>`)}
    </body>
  </html> `;
}

const HEADING = /<h2 id="([a-z-]+)">([^<]*)<\/h2>/;

/** Links to the sections, read from their headings, so that the two cannot part. */
function contents(sections: readonly Markup[]): Markup {
  const links = sections.map(({ markup }) => HEADING.exec(markup));
  return html`<nav aria-label="Contents">
    <ul>
      ${links.map((found) =>
        found === null
          ? undefined
          : html`<li><a href="#${found[1]}">${trusted((found[2] ?? '').trim())}</a></li>`,
      )}
    </ul>
  </nav>`;
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
