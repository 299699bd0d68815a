import { count } from '../../../words/counts.ts';
import { formatBytes } from '../format.ts';
import { html, shown, type Markup } from '../markup.ts';
import type { Page } from '../page.ts';
import { facts } from './head.ts';

const LONGEST_OPTION = 300;

/** Where the run came from: manifest, approval, options. */
export function provenanceSection({ context }: Page): Markup {
  const { header, confirmed, holes } = context.view;
  const { manifest, approved } = header;
  const columns = Object.entries(header.columns);
  return html`<section aria-labelledby="provenance">
    <h2 id="provenance">Where it came from</h2>
    ${facts([
      [
        'Manifest',
        html`${shown(manifest.name)}, ${count(manifest.rows)} rows, ${formatBytes(manifest.bytes)}`,
      ],
      ['SHA-256 of the manifest', html`<code class="digest">${shown(manifest.sha256)}</code>`],
      ['Approved check', approved === undefined ? undefined : shown(approved.directory)],
      [
        'SHA-256 of the check’s journal',
        approved === undefined
          ? undefined
          : html`<code class="digest">${shown(approved.sha256)}</code>`,
      ],
      ['Confirmed before deleting', header.kind === 'check' ? undefined : confirmed ? 'yes' : 'no'],
      [
        'Columns named by option',
        columns.length === 0
          ? undefined
          : shown(columns.map(([name, head]) => `${name} = ${head}`).join('; ')),
      ],
      [
        'Lines of the journal that cannot be read',
        holes === undefined
          ? undefined
          : `${count(holes.lines)}, the first is line ${count(holes.firstLine)}: what they said is not known, and rows without an outcome count as perhaps sent`,
      ],
      ['Recorded with', shown(header.tool)],
    ])}
    ${optionTable(header.options)}
  </section>`;
}

function optionTable(options: Readonly<Record<string, unknown>>): Markup | undefined {
  const there = Object.entries(options).filter(
    ([, value]) => value !== undefined && value !== null,
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
          ([name, value]) =>
            html`<tr>
              <th scope="row"><code>${shown(name)}</code></th>
              <td>${shown(optionText(value))}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function optionText(value: unknown): string {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > LONGEST_OPTION ? `${text.slice(0, LONGEST_OPTION)}…` : text;
}

/** The files of the run, so that it can be shown later that they are the same. */
export function filesSection({ context }: Page): Markup | undefined {
  if (context.files.length === 0) return undefined;
  return html`<section aria-labelledby="files">
    <h2 id="files">Files of this ${context.view.header.kind}</h2>
    <p>
      A SHA-256 digest is a fingerprint of a file’s contents: if a single character is changed, it
      differs.
    </p>
    <div class="scroll" role="group" tabindex="0" aria-labelledby="files-caption">
      <table class="files">
        <caption id="files-caption">
          In the folder
          <code>${shown(context.runDirectory)}</code
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
                <th scope="row"><code>${shown(name)}</code></th>
                <td class="number">${formatBytes(bytes)}</td>
                <td><code class="digest">${shown(sha256)}</code></td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
