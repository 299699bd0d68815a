import { oneLine } from '../words/one-line.ts';
import { count } from '../words/counts.ts';
import type { WrittenPlan } from './write-plan.ts';

/** All problems at once, each with its line; error.csv holds those that are too many to list. */
export function renderProblems({
  problems,
  totals,
}: Pick<WrittenPlan, 'problems' | 'totals'>): string {
  if (problems.length === 0) return '';
  const all = totals.invalid + totals.guard_mismatch;
  const lines = problems.map(
    ({ row, line, code, message }) =>
      `  line ${line} (row ${row})  ${code}: ${oneLine(message, 300)}`,
  );
  const more = all - problems.length;
  if (more > 0) lines.push(`  and ${count(more)} more; error.csv holds all of them`);
  return `${count(all)} ${all === 1 ? 'row needs' : 'rows need'} attention:\n${lines.join('\n')}\n\n`;
}
