import { join } from 'node:path';
import type { Summary, SummaryRestore } from '../report/summary.ts';
import { EXIT } from '../exit-codes.ts';
import { reportOf, STATUSES } from '../run/outcome.ts';
import { count } from '../text/count.ts';

const WORDS: Readonly<Record<(typeof STATUSES)[number], string>> = {
  deleted: 'deleted',
  already_empty: 'already empty',
  failed: 'failed: the file was not deleted',
  unknown: 'unknown: nothing trustworthy says what became of the file',
  guard_mismatch: 'left alone: not the file that was expected',
  invalid: 'invalid: could not be sent',
  duplicate: 'duplicates of an earlier row',
  not_attempted: 'not attempted',
};

/** A check attempts nothing: its sound rows are those that a run would work on. */
const CHECKED_WORDS: typeof WORDS = {
  ...WORDS,
  not_attempted: 'sound: would be deleted, or nothing is there',
};

/** The end of a run in words: what happened, where it stands, and what to do next. */
export function renderSummary(summary: Summary): string {
  const words = summary.kind === 'check' ? CHECKED_WORDS : WORDS;
  const lines = [verdict(summary), ''];
  if (summary.stop !== null && summary.exitCode !== 0) lines.push(summary.stop.message, '');
  for (const status of STATUSES) {
    const n = summary.totals[status];
    if (n === 0) continue;
    lines.push(`${count(n).padStart(9)}  ${words[status]}  -> ${summary.files[reportOf(status)]}`);
    if (status === 'already_empty' && summary.goneSinceCheck > 0) {
      lines.push(
        `           ${count(summary.goneSinceCheck)} of these although the check had seen a file (gone_since_check)`,
      );
    }
  }
  lines.push(`${count(summary.rows).padStart(9)}  rows in the manifest`, '');
  if (summary.kind === 'run') tellVerification(lines, summary);
  if (summary.approved !== null) {
    lines.push(
      `Carried out the check ${summary.approved.directory}`,
      `(journal SHA-256 ${summary.approved.sha256})`,
      '',
    );
  }
  if (summary.restored !== null) tellRestored(lines, summary.restored);
  lines.push(`Reports   ${summary.directory}`);
  lines.push(`Look at   ${join(summary.directory, 'report.html')}`);
  const next = nextCommand(summary);
  if (next !== undefined) lines.push(`Next      ${next}`);
  if (summary.options['backup'] === true && summary.totals.deleted > 0 && !isAllBack(summary)) {
    lines.push(`Undo      redcap-sweep restore ${quote(summary.directory)}`);
  }
  return lines.join('\n') + '\n';
}

function verdict(summary: Summary): string {
  const { totals, stop, refused, kind } = summary;
  if (kind === 'check') {
    return summary.exitCode === 0
      ? 'Checked. Nothing was deleted; nothing stands in the way of a run.'
      : 'Checked. Nothing was deleted; some rows need attention.';
  }
  if (refused !== null) return `Refused. Nothing was deleted. ${refused}`;
  if (stop === null && (summary.exitCode === EXIT.stopped || summary.exitCode === EXIT.refused)) {
    return 'Not finished: the run is still going on, or was cut short.';
  }
  if (stop !== null) return `Stopped (${stop.code}). What is done is done; the rest was not begun.`;
  const left = totals.failed + totals.unknown + totals.guard_mismatch + totals.invalid;
  if (left > 0)
    return `Finished, with ${count(left)} ${left === 1 ? 'row' : 'rows'} that need attention.`;
  return totals.not_attempted > 0
    ? 'Finished, with rows that were not attempted.'
    : 'Finished. Every row is done.';
}

function tellRestored(lines: string[], { at, by, totals, report }: SummaryRestore): void {
  const who = by === '' ? '' : ` by ${by}`;
  if (totals === null) {
    lines.push(
      `PUT BACK SINCE  a restore was begun on ${at}${who}; what it put back is not known`,
      '',
    );
    return;
  }
  const files = totals.restored + totals.refused + totals.failed + totals.not_restorable;
  lines.push(
    `PUT BACK SINCE  ${count(totals.restored)} of ${count(files)} files, on ${at}${who}  -> ${report?.name ?? ''}`,
    'The figures above say what the run did.',
    '',
  );
}

/** The last restore put everything back that the run had deleted. */
function isAllBack({ restored, totals }: Summary): boolean {
  return (restored?.totals?.restored ?? 0) >= totals.deleted;
}

function tellVerification(lines: string[], summary: Summary): void {
  const { yes, no, skipped } = summary.verified;
  if (!summary.checked) {
    lines.push(
      'NOT CHECKED AND NOT VERIFIED: --no-check was given. Nobody looked at the',
      'fields before or after.',
      '',
    );
    return;
  }
  if (yes + no + skipped === 0) return;
  lines.push(
    `Verified  ${count(yes)} seen to be gone${no > 0 ? `, ${count(no)} hold a file` : ''}`,
  );
  if (skipped > 0)
    lines.push(
      `NOT VERIFIED  ${count(skipped)} ${skipped === 1 ? 'row' : 'rows'}: nobody looked, or the look said nothing`,
    );
  lines.push('');
}

function nextCommand(summary: Summary): string | undefined {
  const { directory, totals, kind, stop, refused } = summary;
  if (kind === 'check') {
    if (!(Number(summary.plan?.['delete']) > 0)) return undefined;
    const rest = summary.reportRows.error > 0 ? ' --skip-invalid' : '';
    return `redcap-sweep run --approved ${quote(directory)}${rest}`;
  }
  if (refused !== null)
    return `mend the rows in ${join(directory, summary.files.error)}, then run again`;
  if (stop !== null || totals.unknown > 0 || totals.not_attempted > 0) {
    return `redcap-sweep resume ${quote(directory)}`;
  }
  if (summary.reportRows.error > 0) {
    return `mend ${join(directory, summary.files.error)}, then: redcap-sweep run ${quote(join(directory, summary.files.error))}`;
  }
  return undefined;
}

/** A path as both shells take it. */
export function quote(path: string): string {
  return /^[\w./\\:@%+=,-]+$/.test(path) ? path : `"${path.replaceAll('"', '\\"')}"`;
}
