import { oneLine } from '../words/one-line.ts';
import type { StopReason } from './control.ts';
import { isFailure, type Outcome } from '../rows/outcome.ts';
import { answerOf } from './settle-look.ts';

/** `--max-failures`: a number of rows, or a share of the finished ones in percent. */
export type MaxFailures =
  { readonly kind: 'count'; readonly n: number } | { readonly kind: 'percent'; readonly n: number };

/** Rows in a row without one trustworthy answer, or still present, that stop a run. */
export const ROWS_IN_A_ROW = 10;
/** Before as many rows have finished, a share of failures means nothing. */
const PERCENT_FROM_ROW = 100;

export const STOP_SENTENCES = {
  no_answers:
    'Ten rows in a row ended without one trustworthy answer, and a look at them, where the run makes looks, said nothing either. Look at the server, the network or the proxy, then resume.',
  max_failures: 'So many rows failed that the run stops, as --max-failures asks.',
  limit: 'The pilot is done: as many rows were sent as --limit allows.',
  archiveLimit: 'As many files were saved as --limit allows.',
} as const;

export interface Breaker {
  /** Counts a row that reached the deleting pass, in the order in which rows finish. */
  finished(outcome: Outcome): StopReason | undefined;
  /** Counts what verification found of a row; between rows of one streak none was found gone. */
  verified(before: Outcome, after: Outcome, streak: number): StopReason | undefined;
}

export function createBreaker(maxFailures: MaxFailures | undefined): Breaker {
  let finished = 0;
  let failures = 0;
  /** What the server had answered of the rows in a row that are still present. */
  let stillPresent: (string | undefined)[] = [];
  let lastStreak = 0;

  const tooMany = (): StopReason | undefined => {
    if (maxFailures === undefined) return undefined;
    const reached =
      maxFailures.kind === 'count'
        ? failures >= maxFailures.n
        : finished >= PERCENT_FROM_ROW && failures * 100 >= maxFailures.n * finished;
    return reached && failures > 0
      ? { code: 'max_failures', message: STOP_SENTENCES.max_failures }
      : undefined;
  };

  return {
    finished(outcome) {
      if (outcome.status === 'not_attempted') return undefined;
      finished += 1;
      if (isFailure(outcome.status)) failures += 1;
      return tooMany();
    },
    verified(before, after, streak) {
      if (after.code !== 'still_present') {
        if (after.verified === 'no') stillPresent = [];
        return undefined;
      }
      // Rows that wait for a second look are settled later than those behind them.
      if (streak !== lastStreak) stillPresent = [];
      lastStreak = streak;
      stillPresent.push(answerOf(before));
      if (!isFailure(before.status)) failures += 1;
      return stillPresent.length >= ROWS_IN_A_ROW
        ? { code: 'not_deleting', message: describeNotDeleting(stillPresent) }
        : tooMany();
    },
  };
}

const LONGEST_ANSWER = 200;
const MOST_ANSWERS = 3;

/** What the server had answered, done or not: whoever looks after it has to know. */
function describeNotDeleting(answers: readonly (string | undefined)[]): string {
  const counts = new Map<string, number>();
  for (const answer of answers) {
    const words =
      answer === undefined ? 'nothing to rely on' : `"${oneLine(answer, LONGEST_ANSWER)}"`;
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  const most = [...counts].toSorted(([, one], [, other]) => other - one).slice(0, MOST_ANSWERS);
  const listed = most
    .map(([words, n]) => (counts.size === 1 ? words : `${words} (${n} of them)`))
    .join(', ');
  return `Ten rows in a row still hold their file after its deletion was sent. The server had answered: ${listed}. Ask the REDCap administrator before you resume.`;
}
