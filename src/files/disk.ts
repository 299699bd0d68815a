import { open, rename } from 'node:fs/promises';
import type { Clock } from '../clock.ts';

/** What Windows says of a file that another program has open, a spreadsheet or a virus scanner. */
export function isHeldOpen(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EPERM' || code === 'EACCES' || code === 'EBUSY';
}

const HELD_OPEN_MS = 10_000;
const TRY_EVERY_MS = 250;

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
      if (!isHeldOpen(error)) throw error;
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
