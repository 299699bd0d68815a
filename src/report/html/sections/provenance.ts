import { count, sizeWords } from '../../../words/counts.ts';
import { html, value, type Markup } from '../markup.ts';
import type { Page } from '../page.ts';
import { time, facts } from './head.ts';

const RESTORE_WORDS = {
  restored: 'Put back',
  refused: 'Refused',
  failed: 'Failed',
  not_restorable: 'Cannot be put back',
} as const;

/** What was put back since the run, when and by whom: before anything else that is said of the run. */
export function restoresSection({ context }: Page): Markup | undefined {
  const { restores } = context.run;
  if (restores.length === 0) return undefined;
  return html`<section aria-labelledby="restores">
    <h2 id="restores">Files were put back since</h2>
    <p>
      Everything else on this page says what the run did, and how the fields stood then. After it
      <code>restore</code> put files back; <code>restore.csv</code> has a row for each file of the
      last time.
    </p>
    <div class="scroll" role="group" tabindex="0" aria-labelledby="restores-caption">
      <table class="figures cards">
        <caption id="restores-caption">
          Each time that files were put back.
        </caption>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">By</th>
            ${Object.values(RESTORE_WORDS).map((name) => html`<th scope="col" class="number">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${restores.map(
            ({ at, by, end }) =>
              html`<tr>
                <th scope="row" data-head="When"><span>${time(end?.at ?? at)}</span></th>
                <td data-head="By">${by === '' ? 'not known' : value(by)}</td>
                ${
                  end === undefined
                    ? html`<td colspan="4">
                        It is under way, or did not come to its end: which files are back is not
                        known. Run the same restore again.
                      </td>`
                    : (['restored', 'refused', 'failed', 'not_restorable'] as const).map(
                        (status) =>
                          html`<td class="number" data-head="${RESTORE_WORDS[status]}">
                            ${count(end.totals[status])}
                          </td>`,
                      )
                }
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

const LONGEST_OPTION = 300;

/** Where the run came from: manifest, approval, options. */
export function provenanceSection({ context }: Page): Markup {
  const { header, confirmed, holes } = context.run;
  const { manifest, approved } = header;
  const columns = Object.entries(header.columns);
  return html`<section aria-labelledby="provenance">
    <h2 id="provenance">Where it came from</h2>
    ${facts([
      [
        'Manifest',
        html`${value(manifest.name)}, ${count(manifest.rows)} rows, ${sizeWords(manifest.bytes)}`,
      ],
      ['SHA-256 of the manifest', html`<code class="digest">${value(manifest.sha256)}</code>`],
      ['Approved check', approved === undefined ? undefined : value(approved.directory)],
      [
        'SHA-256 of the check’s journal',
        approved === undefined
          ? undefined
          : html`<code class="digest">${value(approved.sha256)}</code>`,
      ],
      ['Confirmed before deleting', header.kind === 'check' ? undefined : confirmed ? 'yes' : 'no'],
      [
        'Columns named by option',
        columns.length === 0
          ? undefined
          : value(columns.map(([name, head]) => `${name} = ${head}`).join('; ')),
      ],
      [
        'Lines of the journal that cannot be read',
        holes === undefined
          ? undefined
          : `${count(holes.lines)}, the first is line ${count(holes.firstLine)}: what they said is not known, and rows without an outcome count as perhaps sent`,
      ],
      ['Made with', value(header.tool)],
    ])}
    ${optionTable(header.options)}
  </section>`;
}

function optionTable(options: Readonly<Record<string, unknown>>): Markup | undefined {
  const there = Object.entries(options).filter(
    ([, setting]) => setting !== undefined && setting !== null,
  );
  if (there.length === 0) return undefined;
  return html`<div class="scroll" role="group" tabindex="0" aria-labelledby="options-caption">
    <table class="options">
      <caption id="options-caption">
        Options in force.
      </caption>
      <thead>
        <tr>
          <th scope="col">Option</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        ${there.map(
          ([name, setting]) =>
            html`<tr>
              <th scope="row"><code>${value(name)}</code></th>
              <td>${value(optionText(setting))}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function optionText(setting: unknown): string {
  if (setting === true) return 'yes';
  if (setting === false) return 'no';
  const text = typeof setting === 'string' ? setting : (JSON.stringify(setting) ?? '');
  return text.length > LONGEST_OPTION ? `${text.slice(0, LONGEST_OPTION)}…` : text;
}

/** The files of the run, so that it can be shown later that they are the same. */
export function filesSection({ context }: Page): Markup | undefined {
  if (context.files.length === 0) return undefined;
  return html`<section aria-labelledby="files">
    <h2 id="files">Files of this ${context.run.header.kind}</h2>
    <p>
      A SHA-256 digest is a fingerprint of a file’s contents: if a single character is changed, it
      differs.
    </p>
    <div class="scroll" role="group" tabindex="0" aria-labelledby="files-caption">
      <table class="files cards">
        <caption id="files-caption">
          In the folder
          <code>${value(context.runDirectory)}</code
          >, when this page was made.
        </caption>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col" class="number">Size</th>
            <th scope="col">SHA-256</th>
          </tr>
        </thead>
        <tbody>
          ${context.files.map(
            ({ name, sha256, bytes }) =>
              html`<tr>
                <th scope="row"><code>${value(name)}</code></th>
                <td class="number" data-head="Size">${sizeWords(bytes)}</td>
                <td data-head="SHA-256"><code class="digest">${value(sha256)}</code></td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
