import { resolve } from 'node:path';
import type { Page } from '../report/html/page.ts';
import { STATES } from '../report/html/states.ts';
import type { Summary, SummaryRestore } from '../report/summary.ts';
import { reportOf, type Status } from '../rows/outcome.ts';
import { count, countOf } from '../words/counts.ts';
import type { State } from '../words/facts.ts';
import { oneLine } from '../words/one-line.ts';
import { STATE_WORDS } from '../words/states.ts';
import { fit, type Screen } from './screen.ts';

/** The longest reason that the screen repeats from the journal. */
const LONGEST_REASON = 500;

/** The end of a run in words: what happened, where it stands, and what to do next. */
export function renderSummary(summary: Summary, page: Page, screen: Screen): string {
  const { paint } = screen;
  const { label, sentence, because, tone } = page.verdict;
  const lines = [`${paint[tone](`${label}.`)} ${sentence}`];
  if (because !== '') lines.push(oneLine(because, LONGEST_REASON));
  lines.push('');
  for (const state of STATES) {
    const n = page.states[state];
    if (n === 0) continue;
    const report = summary.files[reportOf(statusOf(state))];
    const name = STATE_WORDS[state].name.toLowerCase();
    const draw = FAILURES.has(state) ? paint.stopped : paint.neutral;
    lines.push(draw(`${figure(n)}  ${name}  -> ${report}`));
    if (state === 'already_empty' && summary.goneSinceCheck > 0) {
      lines.push(
        `           ${count(summary.goneSinceCheck)} of these although the check had seen a file (gone_since_check)`,
      );
    }
  }
  lines.push(`${figure(summary.rows)}  ${summary.rows === 1 ? 'row' : 'rows'} in the manifest`, '');
  if (summary.kind === 'run') lines.push(...verificationLines(summary));
  if (summary.approved !== null) {
    lines.push(
      `Carried out the check ${summary.approved.directory}`,
      `(journal SHA-256 ${summary.approved.sha256})`,
      '',
    );
  }
  if (summary.restored !== null) tellRestored(lines, summary.restored);
  lines.push(`Reports   ${summary.directory}`);
  lines.push(`Look at   ${screen.link(resolve(summary.directory, 'report.html'))}`);
  page.nextSteps.forEach(({ text, command }, at) => {
    lines.push(`${at === 0 ? 'Next    ' : '        '}  ${text}`);
    if (command !== undefined) lines.push(`            ${command}`);
  });
  return fit(lines.join('\n') + '\n', screen);
}

/** States that somebody has to look at. */
const FAILURES: ReadonlySet<State> = new Set(['failed', 'unknown', 'guard_mismatch', 'invalid']);

function figure(n: number): string {
  return count(n).padStart(9);
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

function statusOf(state: State): Status {
  return state === 'would_delete' || state === 'nothing_to_delete' ? 'not_attempted' : state;
}

function verificationLines({ checked, verified }: Summary): string[] {
  const { yes, no, skipped } = verified;
  if (!checked) {
    return [
      'NOT CHECKED AND NOT VERIFIED: --no-check was given. Nobody looked at the',
      'fields before or after.',
      '',
    ];
  }
  if (yes + no + skipped === 0) return [];
  const still = no > 0 ? `, ${count(no)} still ${no === 1 ? 'has' : 'have'} a file` : '';
  const lines = yes + no === 0 ? [] : [`Verified  ${count(yes)} seen to be gone${still}`];
  if (skipped > 0) {
    lines.push(`NOT VERIFIED  ${countOf(skipped, 'row')}: nobody looked, or the look said nothing`);
  }
  return [...lines, ''];
}
