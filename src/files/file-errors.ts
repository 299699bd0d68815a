import { RefusedError, SweepError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';

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

/**
 * Passes chunks on; turns what the system says about the source (missing,
 * a directory, no permission) into a RefusedError that names it.
 */
export async function* namingReadErrors(
  source: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* source;
  } catch (error) {
    if (!isDiskError(error)) throw error;
    throw new RefusedError(`${name} cannot be read: ${describeFileError(error)}.`, {
      cause: error,
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  EMFILE: 'too many files are open on this machine',
  EIO: 'the disk or the pipe reports an error',
};

/** Why a file could not be read, without its content. */
export function describeFileError(error: unknown): string {
  const code = fileErrorCode(error);
  return REASONS[code] ?? `the system says ${code}`;
}

/** The system's code of a file error, as in ENOENT. */
export function fileErrorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error';
}
