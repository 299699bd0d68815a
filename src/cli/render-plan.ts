import type { JournalHeader } from '../journal/lines.ts';
import type { PlanTotals } from '../plan/totals.ts';
import type { ProjectModel } from '../project/model.ts';
import { structureRequests } from '../project/read-model.ts';
import { oneLine } from '../words/one-line.ts';
import { aboutDuration, count } from '../words/counts.ts';

/** A plan in words: what a person judges before anything is deleted. */
export interface PlanWords {
  readonly header: JournalHeader;
  readonly totals: PlanTotals;
  readonly requests: number;
  readonly perMinute: number;
  readonly blind: boolean;
  readonly backup: boolean;
}

/** How many requests a run of this plan takes, retries apart. */
export function estimateRequests(
  totals: PlanTotals,
  options: {
    readonly verifies: boolean;
    readonly backup: boolean;
    readonly project: ProjectModel | null;
    readonly perMinute: number;
  },
): number {
  const { verifies, backup, project, perMinute } = options;
  const looks = verifies ? Math.ceil(totals.delete / 100) : 0;
  const exports = backup ? totals.delete : totals.guarded;
  const requests = totals.delete + looks + exports;
  if (project === null) return requests;
  // The structure is read again every minute.
  return requests + Math.floor(requests / perMinute) * structureRequests(project);
}

export function renderPlan(words: PlanWords): string {
  const { header, totals } = words;
  const { project } = header;
  const lines: string[] = [];
  if (project === null) {
    lines.push(`Server    ${header.url}`);
    lines.push('NOT CHECKED: --no-check deletes without having looked at the project,');
    lines.push('and nothing will be verified afterwards.');
  } else {
    lines.push(`Project   ${oneLine(project.title, 200)} (id ${project.id})`);
    lines.push(
      `Server    ${header.url}${project.redcapVersion === '' ? '' : ` (REDCap ${project.redcapVersion})`}`,
    );
    lines.push(
      `Status    ${project.production === undefined ? 'not told by the server' : project.production ? 'production' : 'development'}`,
    );
    for (const note of project.notes) lines.push(`Note      ${note}`);
  }
  lines.push(
    `Manifest  ${oneLine(header.manifest.name, 300)}, ${count(header.manifest.rows)} rows`,
  );
  if (header.approved !== undefined) {
    lines.push(`Approved  ${header.approved.directory}`);
    lines.push(`          journal SHA-256 ${header.approved.sha256}`);
  }
  lines.push('');
  lines.push(`Files to delete  ${count(totals.delete)}`);
  const fields = Object.entries(totals.byField);
  const widest = Math.max(0, ...fields.map(([name]) => name.length));
  for (const [name, field] of fields) {
    const kind = field.signature ? '  (signature)' : '';
    const none = field.delete === 0 && field.present === 0 ? '  no file in any record named' : '';
    lines.push(
      `${count(field.delete).padStart(9)}  ${name.padEnd(widest)}${kind}${none}`.trimEnd(),
    );
  }
  tell(
    lines,
    totals.signatures,
    `${totals.signatures === 1 ? 'signature' : 'signatures'} among them, which the API can never put back`,
  );
  tell(
    lines,
    totals.unconfirmed,
    project === null
      ? 'of these not looked at'
      : 'unconfirmed: no look could tell whether a file is there',
  );
  tell(
    lines,
    totals.unnamed,
    'shown without a name: a file replaced since cannot be told from this one',
  );
  tell(lines, totals.already_empty, 'already empty: no request will be sent');
  tell(
    lines,
    totals.duplicate,
    `${totals.duplicate === 1 ? 'duplicate' : 'duplicates'} of an earlier row: not sent`,
  );
  tell(lines, totals.guard_mismatch - totals.changed, 'hold another file than expected: left out');
  tell(lines, totals.changed, 'changed since the check: left out');
  tell(lines, totals.invalid, 'invalid');
  if (words.blind) {
    lines.push('');
    lines.push('This token can confirm and verify nothing: it sees other record names than');
    lines.push('the real ones (de-identified export rights).');
  }
  if (header.approved !== undefined && totals.delete > 0) {
    lines.push('A file replaced under the same name cannot be told from the one reviewed.');
  }
  if (totals.delete > 0) {
    lines.push('');
    const pace =
      words.perMinute === Infinity
        ? 'at an unlimited rate'
        : `about ${aboutDuration((words.requests / words.perMinute) * 60_000)} at ${words.perMinute}/min`;
    lines.push(`Requests  about ${count(words.requests)}, ${pace}`);
    if (!words.backup) {
      lines.push('Deletion cannot be undone through the API. --backup keeps a copy of each file.');
    }
  }
  return lines.join('\n') + '\n';
}

function tell(lines: string[], n: number, what: string): void {
  if (n > 0) lines.push(`${count(n).padStart(9)}  ${what}`);
}
