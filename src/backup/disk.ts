import { open as openFile, rename, type FileHandle } from 'node:fs/promises';
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

/** A rename that a virus scanner or a viewer may hold up: tried for 10 s. */
export async function renamePatiently(from: string, to: string, clock: Clock): Promise<void> {
  const until = clock.monotonic() + HELD_OPEN_MS;
  for (;;) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException;
      if (!HELD_OPEN.has(code)) throw error;
      if (clock.monotonic() >= until) {
        throw new DiskError(Object.assign(new Error(message), { code: 'HELD_OPEN' }));
      }
      await clock.sleep(TRY_EVERY_MS);
    }
  }
}

/** Makes a rename outlast a power cut. Windows and some network disks cannot: there it is skipped. */
export async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await openFile(path, 'r');
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
