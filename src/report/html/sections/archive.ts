import { count, countOf, sizeWords } from '../../../words/counts.ts';
import { html, value, type Markup } from '../markup.ts';
import { BACKUP_FOLDER } from '../../../journal/lines.ts';
import { pathBelow } from '../../../words/quote.ts';
import type { Page } from '../page.ts';
import { facts } from './head.ts';

/** The inventory of a check's archive: how much it holds, and by what it is known later. */
export function archiveSection({ archive, figures, context }: Page): Markup | undefined {
  if (archive === undefined) return undefined;
  const { files, bytes, left, failed } = archive;
  return html`<section aria-labelledby="archive">
    <h2 id="archive">Inventory of the archive</h2>
    ${facts([
      [
        'State',
        left === 0
          ? 'whole: no file that would be deleted is still to be saved'
          : `not whole: ${countOf(left, 'file is', 'files are')} still to be saved`,
      ],
      ['Files', count(files)],
      ['Size', `${sizeWords(bytes)}${bytes < 1000 ? '' : ` (${count(bytes)} bytes)`}`],
      ['Participants', count(figures.counts.records)],
      [
        'Could not be saved',
        failed === 0 ? undefined : `${countOf(failed, 'file')}: see the rows that need attention`,
      ],
      ['Folder', value(pathBelow(context.runDirectory, BACKUP_FOLDER))],
      [
        'SHA-256 of journal.ndjson',
        left > 0 ? undefined : html`<code class="digest">${value(context.journalSha256)}</code>`,
      ],
    ])}
    <p>
      Each file’s name, size and SHA-256 stand below, in <code>unprocessed.csv</code> and in the
      journal, whose own SHA-256 vouches for all of them.
    </p>
  </section>`;
}
