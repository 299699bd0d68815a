import { oneLine } from '../text/one-line.ts';
import type { Problem } from './write-plan.ts';
import { count } from './progress.ts';

/** All problems at once, each with its line; `all` may be more than are listed. */
export function renderProblems(problems: readonly Problem[], all: number): string {
  if (problems.length === 0) return '';
  const lines = problems.map(
    ({ row, line, code, message }) =>
      `  line ${line} (row ${row})  ${code}: ${oneLine(message, 300)}`,
  );
  const more = all - problems.length;
  if (more > 0) lines.push(`  and ${count(more)} more; error.csv holds all of them`);
  return `${count(all)} ${all === 1 ? 'row needs' : 'rows need'} attention:\n${lines.join('\n')}\n\n`;
}
