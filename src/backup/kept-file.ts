import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSha256 } from '../files/read-file.ts';
import type { FileFacts } from '../rows/outcome.ts';
import { showPath } from '../words/names.ts';
import { nameInBackupPath } from './naming.ts';

/** A copy on the disk, held against what the journal says of it. */
export type KeptFile =
  | { readonly kind: 'whole'; readonly path: string }
  | { readonly kind: 'missing' | 'damaged'; readonly message: string };

/** `directory`: that of the run or check whose `backup/` holds it. Reads the whole file. */
export async function findKeptFile(
  directory: string,
  { backup = '', bytes = 0, sha256 = '' }: Pick<FileFacts, 'backup' | 'bytes' | 'sha256'>,
): Promise<KeptFile> {
  if (nameInBackupPath(backup) === undefined) {
    return { kind: 'missing', message: `${showPath(backup)} is no path inside the run's backups` };
  }
  const path = join(directory, ...backup.split('/'));
  let found: { readonly size: number; readonly sha256: string };
  try {
    found = { size: (await stat(path)).size, sha256: await fileSha256(path) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'it is not there' : message;
    return { kind: 'missing', message: `the backup ${showPath(backup)} cannot be read: ${why}` };
  }
  if (found.sha256 === sha256 && found.size === bytes) return { kind: 'whole', path };
  return {
    kind: 'damaged',
    message: `the backup ${showPath(backup)} is not what was saved: its SHA-256 is ${found.sha256}, not ${sha256}`,
  };
}
