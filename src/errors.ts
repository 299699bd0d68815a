import { EXIT, type ExitCode } from './exit-codes.ts';

/**
 * What ends a command in a way that the user can understand and fix. The
 * message says what happened and what to do; `main` prints it without a stack.
 */
export class SweepError extends Error {
  override name = 'SweepError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The command was refused before it deleted anything: exit code 2. */
export class RefusedError extends SweepError {
  override name = 'RefusedError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, EXIT.refused, options);
  }
}

/** A stop came first and broke the command's work off: a signal, mostly. No fault of its own. */
export class InterruptedError extends Error {
  override name = 'InterruptedError';

  constructor() {
    super('interrupted');
  }
}

/** Tidies up on the way out of an error: a failure of its own is passed over, so that the error that counts is reported. */
export async function tidyUp(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch {
    // What could not be tidied up matters less than what is being reported.
  }
}

/** Does `act`, then `end` whatever came of it; a failure of `end` is reported only where `act` had none. */
export async function endingWith<T>(
  act: () => Promise<T>,
  end: () => Promise<unknown>,
): Promise<T> {
  let result: T;
  try {
    result = await act();
  } catch (error) {
    await tidyUp(end);
    throw error;
  }
  await end();
  return result;
}
