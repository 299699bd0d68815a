import { RefusedError } from '../errors.ts';

/**
 * Sentences about what has to be fixed, gathered so that a user sees all of
 * them at once. Read everything with `attempt`, then `refuseProblems`, then
 * take the values out with `settled`.
 */
type Problems = string[];

/** Carries out one reading; what it refuses joins the list and the value is absent. Bugs pass through. */
export function attempt<T>(problems: Problems, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    return note(problems, error);
  }
}

/** Like `attempt`, for a reading that waits. */
export async function attemptAsync<T>(
  problems: Problems,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    return note(problems, error);
  }
}

/** Throws RefusedError with every sentence; does nothing where there is none. */
export function refuseProblems(problems: readonly string[]): void {
  const [first] = problems;
  if (first === undefined) return;
  throw new RefusedError(
    problems.length === 1
      ? first
      : `${problems.length} things have to be fixed first:\n${problems.map((line) => `  - ${line}`).join('\n')}`,
  );
}

/** What `attempt` gave, once `refuseProblems` has let everything pass. */
export function settled<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a reading failed and said nothing');
  return value;
}

function note(problems: Problems, error: unknown): undefined {
  if (!(error instanceof RefusedError)) throw error;
  problems.push(error.message);
}
