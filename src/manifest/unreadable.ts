import { RefusedError } from '../errors.ts';

/** The manifest as a whole cannot be read; `line` counts from 1. */
export function unreadableLine(line: number, what: string): RefusedError {
  return new RefusedError(`The manifest cannot be read: line ${line}: ${what}`);
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
    const reason = systemReason(error);
    if (reason === undefined) throw error;
    throw new RefusedError(`${name} cannot be read: ${reason}.`, { cause: error });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory, not a file',
  ENOTDIR: 'a part of its path is no directory',
  EACCES: 'you have no permission to read it',
  EPERM: 'you have no permission to read it',
  EMFILE: 'too many files are open on this machine',
  EIO: 'the disk or the pipe reports an error',
};

function systemReason(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  const code = String(error.code);
  return REASONS[code] ?? `the system says ${code}`;
}
