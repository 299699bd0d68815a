import { open, rename, type FileHandle } from 'node:fs/promises';
import type { Clock } from '../clock.ts';

/** As much of an open file as a backup needs; passed in, so that a test can fill the disk. */
export type OpenFile = (
  path: string,
  flags: string,
  mode: number,
) => Promise<Pick<FileHandle, 'writeFile' | 'sync' | 'close'>>;

/** A backup could not be put on this disk. */
export class DiskError extends Error {
  override name = 'DiskError';
  /** Is it this one file's trouble? A disk that takes nothing more ends the run. */
  readonly fileOnly: boolean;

  constructor(error: unknown) {
    const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
    const text = error instanceof Error ? error.message : String(error);
    super(REASONS[code] ?? text, { cause: error });
    this.fileOnly = FILE_ONLY.has(code);
  }

  /** A file that another program did not let go of. */
  static heldOpen(): DiskError {
    return new DiskError(
      Object.assign(new Error('another program has the file open'), { code: 'HELD_OPEN' }),
    );
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full (ENOSPC)',
  EDQUOT: 'your share of the disk is used up (EDQUOT)',
  EROFS: 'the disk is read-only (EROFS)',
  EFBIG: 'the file is larger than this disk can hold (EFBIG)',
};

/** A file that another program holds open (a virus scanner on Windows), and names that this disk refuses. */
const HELD_OPEN: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EBUSY']);
const FILE_ONLY: ReadonlySet<string> = new Set(['EFBIG', 'ENAMETOOLONG', 'EILSEQ', 'HELD_OPEN']);

const HELD_OPEN_MS = 10_000;
const TRY_EVERY_MS = 250;

/** Runs an operation on the disk; what fails becomes a DiskError. */
export async function onDisk<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof DiskError ? error : new DiskError(error);
  }
}

/**
 * A rename that a program may hold up which has the file open (a spreadsheet, a
 * virus scanner, on Windows): tried for 10 s. False where it is still held open then.
 */
export async function renameWhenFree(
  from: string,
  to: string,
  clock: Clock,
  renameFile: typeof rename = rename,
): Promise<boolean> {
  const until = clock.monotonic() + HELD_OPEN_MS;
  for (;;) {
    try {
      await renameFile(from, to);
      return true;
    } catch (error) {
      if (!HELD_OPEN.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      if (clock.monotonic() >= until) return false;
      await clock.sleep(TRY_EVERY_MS);
    }
  }
}

/** Makes a rename outlast a power cut. Windows and some network disks cannot: there it is skipped. */
export async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!CANNOT_SYNC.has(code)) throw error;
  }
}

const CANNOT_SYNC: ReadonlySet<string> = new Set([
  'EPERM',
  'EACCES',
  'EISDIR',
  'EINVAL',
  'ENOTSUP',
  'EBADF',
]);
