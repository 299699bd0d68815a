import { count, countOf } from '../../../words/counts.ts';
import { html, type Markup } from '../markup.ts';
import type { Page } from '../page.ts';

/** What cannot be undone, and what nobody can vouch for: said before, or after, in the same place. */
export function limitsSection(page: Page): Markup {
  const points = page.planOnly ? pointsOfPlan(page) : pointsOfRun(page);
  return html`<section aria-labelledby="limits">
    <h2 id="limits">
      ${page.planOnly ? 'What cannot be undone, and what cannot be known' : 'What cannot be undone'}
    </h2>
    <ul class="points">
      ${points.map((point) => html`<li>${point}</li>`)}
    </ul>
  </section>`;
}

type Point = Markup;

function pointsOfPlan({ states, figures, context, archive }: Page): Point[] {
  const { unconfirmed, unnamed, guarded, signatures } = figures.counts;
  const files = states.would_delete;
  const approved = context.run.header.kind === 'check';
  const points: Point[] = [];
  if (context.run.header.project === null) {
    points.push(
      html`<strong>The project was not read</strong> (--no-check): which files there are, and which
        fields are signatures, is not known.`,
    );
  } else {
    points.push(signaturePoint(signatures, files, 'would be deleted'));
    points.push(
      unconfirmed === 0
        ? html`<strong>Every file was seen</strong> in the project when it was checked.`
        : html`<strong>${countOf(unconfirmed, 'row')} nobody can confirm:</strong> no look could
            tell whether a file is there. ${unconfirmed === 1 ? 'It counts' : 'They count'} as files
            to be deleted.`,
    );
  }
  if (archive !== undefined) return [...points, ...archivePoints(files), ...notesOf(context)];
  if (unnamed > 0) {
    points.push(
      html`<strong>${countOf(unnamed, 'file')} cannot be told apart:</strong> the server shows that
        a file is there, and not its name. If somebody replaces it before the run, the new one is
        deleted unnoticed.`,
    );
  }
  if (files > 0 && approved) {
    points.push(
      html`<strong>A file replaced under the same name</strong> between this check and the run
        cannot be told from the one seen here. Another name would be noticed, and refused.`,
    );
  }
  if (files > 0) {
    points.push(
      guarded === 0
        ? html`No row is guarded: none says which file name or digest is expected.`
        : html`${countOf(guarded, 'row')} ${guarded === 1 ? 'is' : 'are'} guarded:
          ${guarded === 1 ? 'it is' : 'they are'} deleted only if the stored file is the one that
          the manifest expects.`,
    );
    points.push(
      html`<strong>REDCap keeps no copy</strong> that its API could give back. Files other than
        signatures can be saved first, with <code>--backup</code>.`,
    );
  }
  return [...points, ...notesOf(context)];
}

/** What was replaced since is found by its bytes; what they are, the server alone says. */
function archivePoints(files: number): Point[] {
  if (files === 0) return [];
  return [
    html`<strong>A file replaced since</strong>, under the same name too, is found: each is exported
      again right before its deletion, and stays where its bytes are not those in the archive.`,
    html`<strong>The archive holds what the server sent.</strong> A server that ends an export early
      and in good order cannot be told from one that sent all of it: open some of the largest files
      before you approve.`,
  ];
}

function pointsOfRun({ states, figures, context }: Page): Point[] {
  const { signatures, unconfirmed, unnamed, remarks } = figures.counts;
  const { deleted } = states;
  if (deleted === 0) return [html`No file was deleted.`];
  const byArchive = context.run.header.approved?.archive === true;
  const points: Point[] = [
    html`<strong>${countOf(deleted, 'file')} deleted.</strong>
      ${copyWords(figures.counts, deleted, context)}`,
  ];
  if (byArchive) {
    points.push(
      html`<strong>Each was exported again right before its deletion</strong>, and its bytes were
        those in the archive of the approved check.`,
    );
  }
  if (context.run.header.project === null) {
    points.push(
      html`<strong>The project was not read</strong> (--no-check): how many of them are signatures,
        or whether a file was there before, is not known.`,
    );
  } else {
    points.push(
      signaturePoint(signatures, deleted, deleted === 1 ? 'was deleted' : 'were deleted'),
    );
    if (unconfirmed > 0) {
      points.push(
        html`<strong>${countOf(unconfirmed, 'deletion')} nobody had confirmed:</strong> no look had
          shown a file there before.`,
      );
    }
  }
  if (remarks > 0) {
    points.push(
      html`Of <strong>${countOf(remarks, 'deletion')}</strong> it is certain that the file is gone,
        and only likely that this run removed it: nobody had seen it before, or an answer was lost.
        The message in <code>success.csv</code> says which.`,
    );
  }
  if (unnamed > 0 && !byArchive) {
    points.push(
      html`The server showed no name for ${countOf(unnamed, 'file')}: whether one had been replaced
      before it was deleted could not be told.`,
    );
  }
  return [...points, ...notesOf(context)];
}

/** Where copies are, and what can be done with them. */
function copyWords(
  { withBackup, inArchive, signatures }: Page['figures']['counts'],
  deleted: number,
  context: Page['context'],
): string {
  const kept = withBackup + inArchive;
  const lost = deleted - kept - signatures;
  if (kept === 0) return 'No copies were kept in the run’s folder: the API cannot bring them back.';
  const where =
    inArchive === 0
      ? 'in the run’s folder'
      : `in the archive of the check${withBackup > 0 ? ' or in the run’s folder' : ''}`;
  return `${count(kept)} ${kept === 1 ? 'has a copy' : 'have copies'} ${where}, from which ${putBack(context)}${lost > 0 ? `; of ${count(lost)} no copy was kept` : ''}.`;
}

function putBack({ run }: Page['context']): string {
  return run.restores.length > 0 ? 'files were put back since' : 'restore can put the files back';
}

function signaturePoint(signatures: number, files: number, verb: string): Point {
  if (signatures === 0)
    return html`<strong>No signatures</strong> among the ${countOf(files, 'file')}.`;
  return html`<strong>${countOf(signatures, 'signature')}</strong> of ${countOf(files, 'file')}
    ${verb}. No API can put a signature back: the person would have to sign again.`;
}

function notesOf({ run }: Page['context']): Point[] {
  return (run.header.project?.notes ?? []).map((note) => html`${note}`);
}
