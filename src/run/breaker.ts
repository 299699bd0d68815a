import { isFailure, type Outcome, type StopCode } from './outcome.ts';

/** `--max-failures`: so many rows, or a share of the finished ones in percent. */
export type MaxFailures =
  { readonly kind: 'count'; readonly n: number } | { readonly kind: 'percent'; readonly n: number };

/** Rows in a row without one trustworthy answer, or still present, that stop a run. */
export const ROWS_IN_A_ROW = 10;
/** A share of failures means nothing before so many rows have finished. */
const PERCENT_FROM_ROW = 100;

export interface Breaker {
  /** Counts a row that reached the deleting pass, in the order in which rows finish. */
  finished(outcome: Outcome, trusted: boolean): StopCode | undefined;
  /** Counts what verification found of a row; between rows of one streak none was found gone. */
  verified(before: Outcome, after: Outcome, streak: number): StopCode | undefined;
}

export function createBreaker(maxFailures: MaxFailures | undefined): Breaker {
  let finished = 0;
  let failures = 0;
  let untrusted = 0;
  let stillPresent = 0;
  let lastStreak = 0;

  const tooMany = (): StopCode | undefined => {
    if (maxFailures === undefined) return undefined;
    const reached =
      maxFailures.kind === 'count'
        ? failures >= maxFailures.n
        : finished >= PERCENT_FROM_ROW && failures * 100 >= maxFailures.n * finished;
    return reached && failures > 0 ? 'max_failures' : undefined;
  };

  return {
    finished(outcome, trusted) {
      if (outcome.status === 'not_attempted') return undefined;
      finished += 1;
      if (isFailure(outcome.status)) failures += 1;
      untrusted = trusted ? 0 : untrusted + 1;
      if (untrusted >= ROWS_IN_A_ROW) return 'no_answers';
      return tooMany();
    },
    verified(before, after, streak) {
      if (after.code !== 'still_present') {
        if (after.verified === 'no') stillPresent = 0;
        return undefined;
      }
      // Rows that wait for a second look are heard of later than those behind them.
      stillPresent = streak === lastStreak ? stillPresent + 1 : 1;
      lastStreak = streak;
      if (!isFailure(before.status)) failures += 1;
      return stillPresent >= ROWS_IN_A_ROW ? 'not_deleting' : tooMany();
    },
  };
}
