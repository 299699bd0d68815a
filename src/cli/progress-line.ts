import { aboutDuration, count } from '../words/counts.ts';
import { widthOf } from './screen.ts';

/** What a progress line tells. */
export interface ProgressFacts {
  readonly name: string;
  readonly done: number;
  readonly total: number | undefined;
  /** Counts to show beside, by their names; 0 is not shown. */
  readonly figures: Readonly<Record<string, number>>;
  readonly perSecond: number;
  /** What is being waited for; '' where nothing is. */
  readonly why: string;
}

/** The bar's cells, from the widest line to one without a bar. */
const BARS = [20, 12, 6, 0];
/** What a person has to see of a run even where there is little room. */
const TROUBLES: ReadonlySet<string> = new Set(['failed', 'unknown', 'guard_mismatch', 'refused']);

/**
 * The line as it fits: the bar gives way first, then the counts that are no
 * trouble, then the rate. How far it is, and the time left, stay.
 */
export function progressLine(facts: ProgressFacts, width: number, colour: boolean): string {
  const { total, figures } = facts;
  const hasBar = total !== undefined && total > 0;
  const shown = Object.entries(figures).filter(([, n]) => n > 0);
  const troubles = shown.filter(([name]) => TROUBLES.has(name));
  const forms: Form[] = [
    ...(hasBar ? BARS : [0]).map((cells) => ({ cells, figures: shown, rate: true })),
    { cells: 0, figures: troubles, rate: true },
    { cells: 0, figures: troubles, rate: false },
    { cells: 0, figures: [], rate: false },
  ];
  for (const form of forms) {
    const line = lineOf(facts, form, colour);
    if (widthOf(line) <= width) return line;
  }
  return cut(lineOf(facts, { cells: 0, figures: [], rate: false }, false), width);
}

/** The whole line, without a bar, for a log. */
export function progressText(facts: ProgressFacts): string {
  const figures = Object.entries(facts.figures).filter(([, n]) => n > 0);
  return lineOf(facts, { cells: 0, figures, rate: true }, false);
}

interface Form {
  readonly cells: number;
  readonly figures: readonly (readonly [string, number])[];
  readonly rate: boolean;
}

function lineOf(facts: ProgressFacts, { cells, figures, rate }: Form, colour: boolean): string {
  const { name, done, total, perSecond, why } = facts;
  const parts = [name];
  if (total !== undefined && total > 0) {
    if (cells > 0) parts.push(bar(Math.min(1, done / total), cells, colour));
    parts.push(`${count(done)} of ${count(total)}`);
  } else if (done > 0) parts.push(count(done));
  for (const [state, n] of figures) parts.push(`${state.replaceAll('_', ' ')} ${count(n)}`);
  if (perSecond > 0) {
    if (rate) parts.push(rateWords(perSecond));
    if (total !== undefined && done > 0 && done < total && why === '') {
      parts.push(`about ${aboutDuration(((total - done) / perSecond) * 1000)} left`);
    }
  }
  if (why !== '') parts.push(why);
  return parts.join('  ');
}

function rateWords(perSecond: number): string {
  return perSecond >= 10
    ? `${count(Math.round(perSecond))}/s`
    : `${Math.round(perSecond * 60)}/min`;
}

function bar(share: number, cells: number, colour: boolean): string {
  const full = Math.round(share * cells);
  const text = '━'.repeat(full) + '─'.repeat(cells - full);
  return colour ? `\u001b[36m${text}\u001b[39m` : text;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
