import { count, countOf, sizeWords } from '../../../words/counts.ts';
import { html, value, type Markup } from '../markup.ts';
import type { Page } from '../page.ts';
import { projectName } from './head.ts';

/** The end of a check's page: what is approved, by whom, and by which digest a run will name it. */
export function signSection(page: Page): Markup | undefined {
  const { approval, context, states, figures, archive } = page;
  if (approval === undefined) return undefined;
  const { files, participants, journalSha256 } = approval;
  const { project, url, manifest } = context.run.header;
  const left = states.invalid + states.guard_mismatch + states.failed;
  const { unconfirmed } = figures.counts;
  return html`<section class="sign" aria-labelledby="sign">
    <h2 id="sign">Approval</h2>
    <p class="statement">
      I approve the deletion of ${countOf(files, 'file')} of
      ${countOf(participants, 'participant')}.
    </p>
    <p>
      In the project
      ${project === null ? undefined : html`${projectName(project)} (id ${value(project.id)}) `}on
      ${value(url)}, as the list ${value(manifest.name)} names them and as this page shows them.
      ${archive === undefined ? undefined : `The archive holds them (${sizeWords(archive.bytes)}); each is deleted only while its bytes are those in the archive. `}
      ${
        unconfirmed === 0
          ? undefined
          : `Of ${count(unconfirmed)} of them no look could tell whether a file is there. `
      }${
        left === 0
          ? undefined
          : `${countOf(left, 'other row')} cannot be carried out as ${left === 1 ? 'it stands and is' : 'they stand and are'} not approved with this. `
      }
    </p>
    <div class="lines">
      <label>Name <input type="text" autocomplete="off" spellcheck="false" /></label>
      <label>Date <input type="text" autocomplete="off" spellcheck="false" /></label>
      <label>Signature <input type="text" autocomplete="off" spellcheck="false" /></label>
    </div>
    <p>
      SHA-256 of this check’s journal.ndjson:
      <code class="digest">${value(journalSha256)}</code>
    </p>
    <p class="note">
      The report of a run that carries out this check names the same digest. If a single character
      of the check is changed, the digest differs.
    </p>
  </section>`;
}
