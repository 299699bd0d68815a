import { waitOut, type Clock } from './clock.ts';
import { NOT_SENT, type ReadFailure } from './rows/server.ts';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/**
 * How long to wait before a further try, the first of which is `attempt` 1:
 * doubling from half a second to 30 s, with full jitter, so that many clients
 * do not come back together.
 */
export function delayBefore(attempt: number, random: () => number): number {
  // 2 ** 1000 and the like stay finite enough for min.
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, attempt - 1));
  return ceiling * random();
}

export interface Retrying<A = never> {
  /** Further tries after the first. */
  readonly retries: number;
  /** After some answers fewer tries, or more: how many after the first; undefined: as above. */
  readonly retriesAfter?: ((answer: A) => number | undefined) | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  /** The stop: breaks the wait, and the answer is then `not_sent`. */
  readonly signal?: AbortSignal | undefined;
  /** Has the command ended? Then there is no further try, and the last answer stands. */
  readonly stopped?: (() => boolean) | undefined;
  /** Ask once more after a 200 without a body. */
  readonly emptyAgain?: boolean | undefined;
  readonly onRetry?: ((waitMs: number, message: string) => void) | undefined;
}

/** As much of an answer as retrying needs; `value`, `file`, `done` and the like end it. */
interface Retriable {
  readonly kind: string;
  readonly message: string;
  readonly retryAfterMs: number | undefined;
}

/** What may be something else the next time: transient failures, pages, files without a name. */
const TRANSIENT: ReadonlySet<string> = new Set(['retry', 'unreadable', 'no_name']);

/**
 * A read that is tried again after transient failures. Retry-After wins over
 * the backoff, and is not jittered: the server said when.
 */
export function retrying<A extends Retriable>(
  read: () => Promise<A>,
  options: Retrying<A>,
): () => Promise<A | ReadFailure> {
  const { retries, retriesAfter, clock, random, signal, stopped, emptyAgain, onRetry } = options;
  return async () => {
    let emptyTries = emptyAgain === true ? 1 : 0;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await read();
      const own = retriesAfter?.(answer);
      const again =
        own === undefined
          ? (TRANSIENT.has(answer.kind) && attempt <= retries) ||
            (answer.kind === 'empty' && emptyTries-- > 0)
          : attempt <= own;
      if (!again || stopped?.() === true) return answer;
      const waitMs = answer.retryAfterMs ?? delayBefore(attempt, random);
      onRetry?.(waitMs, answer.message);
      if (!(await waitOut(clock, waitMs, signal))) return NOT_SENT;
    }
  };
}
