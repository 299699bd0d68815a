import { SweepError } from './errors.ts';
import { EXIT } from './exit-codes.ts';

const SYSTEM_CODE = /^E[A-Z0-9]+$/;

/** Did the operating system refuse a file (full disk, rights, too many open files)? Such an error is no bug. */
export function isDiskError(error: unknown): error is NodeJS.ErrnoException {
  return (
    error instanceof Error &&
    'syscall' in error &&
    'code' in error &&
    typeof error.code === 'string' &&
    SYSTEM_CODE.test(error.code)
  );
}

/** A file that the system refuses, or what stands in it cannot be used: the user's to fix, and no bug. */
export function isFileTrouble(error: unknown): error is Error {
  return isDiskError(error) || (error instanceof SweepError && error.exitCode !== EXIT.bug);
}
