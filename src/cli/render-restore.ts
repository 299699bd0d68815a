import type { RestorePlan } from '../backup/candidates.ts';
import {
  RESTORE_STATUSES,
  type RestoredFile,
  type RestoreStatus,
  type RestoreTotals,
} from '../backup/restored.ts';
import { count, sizeWords } from '../words/counts.ts';
import { oneLine } from '../words/one-line.ts';

/** What would be put back, and where: what a person judges before anything is sent. */
export function renderRestorePlan(
  plan: RestorePlan,
  about: {
    readonly project: { readonly title: string; readonly id: string };
    readonly url: string;
    readonly directory: string;
    readonly overwrite: boolean;
    /** Where the archive is from which some of them come. */
    readonly archive: string | undefined;
  },
): string {
  const { project, url, directory, overwrite, archive } = about;
  const lines = [
    `Project   ${project.title} (id ${project.id})`,
    `Server    ${url}`,
    `Run       ${directory}`,
    ...(plan.archived > 0 && archive !== undefined ? [`Archive   ${archive}`] : []),
    '',
    `Files to put back  ${count(plan.files - plan.signatures)} (${sizeWords(plan.bytes)})`,
  ];
  if (plan.signatures > 0) {
    lines.push(
      `  ${count(plan.signatures)} more are signatures, which the API cannot put back: they are listed`,
    );
  }
  lines.push(
    overwrite
      ? '--overwrite: a file that a field holds by now is replaced, and cannot be had back.'
      : 'A field that holds another file by now is left alone.',
  );
  return lines.join('\n') + '\n';
}

const WORDS: Readonly<Record<RestoreStatus, string>> = {
  restored: 'restored: the field holds the very bytes of the backup',
  refused: 'refused: nothing was sent',
  failed: 'failed',
  not_restorable: 'not restorable: signatures, whose backups are kept',
};

/** The end of a restore in words. `rest` are the first of the files that were not put back. */
export function renderRestoreEnd(
  totals: RestoreTotals,
  rest: readonly RestoredFile[],
  reportPath: string,
): string {
  const files = RESTORE_STATUSES.reduce((sum, status) => sum + totals[status], 0);
  const lines = [
    files === totals.restored
      ? `Restored. ${count(files)} ${files === 1 ? 'file is' : 'files are'} back.`
      : `${count(totals.restored)} of ${count(files)} files are back.`,
    '',
  ];
  for (const status of RESTORE_STATUSES) {
    if (totals[status] > 0) {
      lines.push(`${count(totals[status]).padStart(9)}  ${WORDS[status]}`);
    }
  }
  if (rest.length > 0) lines.push('');
  for (const { candidate, restored } of rest) {
    lines.push(
      oneLine(
        `row ${candidate.row}: ${restored.status} (${restored.code}), ${restored.message}`,
        300,
      ),
    );
  }
  const unlisted = files - totals.restored - rest.length;
  if (unlisted > 0) lines.push(`and ${count(unlisted)} more: the report has them all`);
  lines.push('', `Report    ${reportPath}`);
  return lines.join('\n') + '\n';
}
