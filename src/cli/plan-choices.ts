import type { JournalHeader } from '../journal/lines.ts';
import { BACKUP_FOLDER } from '../journal/lines.ts';
import type { FirstFile, PlanTotals } from '../plan/totals.ts';
import { markedLook } from '../rows/look.ts';
import type { Seen } from '../rows/plan-line.ts';
import { aboutDuration, count, countOf } from '../words/counts.ts';
import { showName, showPath } from '../words/names.ts';
import { pathBelow } from '../words/quote.ts';

/** What this command was told, beside what the journal keeps of it. */
export interface Chosen {
  readonly limit?: number | undefined;
  /** As it was typed, and how far away it is. */
  readonly stopAt?: { readonly text: string; readonly inMs: number } | undefined;
  /** The run's directory, once it has its name. */
  readonly directory?: string | undefined;
}

/** The options that change what will happen, a line each. */
export function choiceLines(
  { options, kind }: Pick<JournalHeader, 'options' | 'kind'>,
  totals: PlanTotals,
  { limit, stopAt, directory }: Chosen,
): readonly string[] {
  const lines: string[] = [];
  const unit = kind === 'check' ? 'saved' : 'sent';
  if (options['backup'] === true) {
    const where =
      directory === undefined
        ? `the folder ${BACKUP_FOLDER} of the run's directory`
        : showPath(pathBelow(directory, BACKUP_FOLDER));
    lines.push(
      kind === 'check'
        ? `--backup: each file is saved in ${where}`
        : `--backup: each file is saved in ${where} before it is deleted; what cannot be saved is not deleted`,
    );
  }
  if (limit !== undefined) {
    const left = Math.max(0, totals.delete - limit);
    lines.push(
      left === 0
        ? `--limit ${limit}: no fewer than there are, so that nothing is left`
        : `--limit ${limit}: stops once ${countOf(limit, unit === 'saved' ? 'file' : 'row')} ${limit === 1 ? 'has been' : 'have been'} ${unit}; ${countOf(left, 'file is', 'files are')} left for resume`,
    );
  }
  if (stopAt !== undefined) {
    lines.push(
      `--stop-at ${stopAt.text}: stops in about ${aboutDuration(stopAt.inMs)}; resume does the rest`,
    );
  }
  if (options['skipInvalid'] === true) {
    const out = totals.invalid + totals.changed;
    lines.push(
      out === 0
        ? '--skip-invalid: there is no invalid row'
        : `--skip-invalid: ${countOf(out, 'row is', 'rows are')} left out, and the rest is deleted`,
    );
  }
  const { maxFailures, maxDeletions } = options;
  if (typeof maxFailures === 'string') {
    lines.push(`--max-failures ${maxFailures}: stops after this many failed rows`);
  }
  if (typeof maxDeletions === 'number') {
    lines.push(`--max-deletions ${maxDeletions}: more than that would be refused`);
  }
  if (options['verify'] === false && options['check'] !== false) {
    lines.push('--no-verify: nobody looks afterwards whether the files are gone');
  }
  return lines.map((line, at) => `${at === 0 ? 'Chosen    ' : '          '}${line}`);
}

/** The first files to be deleted, as a table. */
export function firstFileLines(first: readonly FirstFile[], files: number): readonly string[] {
  if (first.length === 0) return [];
  const columns: [name: string, cell: (file: FirstFile) => string][] = [
    ['line', ({ line }) => String(line)],
    ['record', ({ target }) => showName(target.record)],
    ['field', ({ target }) => showName(target.field)],
    ['event', ({ target }) => (target.event === '' ? '' : showName(target.event))],
    ['instance', ({ target }) => target.instance],
    ['stored file', ({ seen }) => fileWords(seen)],
  ];
  const table = columns
    .map(([name, cell]) => ({ name, cells: first.map(cell) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const rows = [-1, ...first.keys()].map((at) =>
    table
      .map(({ name, cells }) => {
        const width = Math.max(...[name, ...cells].map((cell) => cell.length));
        return (at === -1 ? name : (cells[at] ?? '')).padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  const head =
    files > first.length
      ? `The first ${first.length} of ${count(files)} files:`
      : `${files === 1 ? 'The file' : 'The files'}:`;
  return [head, ...rows.map((row) => `  ${row}`)];
}

function fileWords(seen: Seen): string {
  if (seen === undefined) return '(nobody has seen it)';
  const look = seen === true ? undefined : markedLook(seen);
  if (look?.kind !== 'there' || look.name === undefined) return '(shown without a name)';
  return showName(look.name);
}
