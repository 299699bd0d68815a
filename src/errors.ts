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
