import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readBytes } from '../files/read-bytes.ts';
import type { UploadFile } from '../rows/server.ts';
import { fileSha256 } from '../files/digest.ts';
import { nameInBackupPath } from './naming.ts';
import type { Candidate, RestoreCode } from './restored.ts';

export interface BackupFault {
  readonly code: RestoreCode & ('backup_missing' | 'backup_damaged');
  readonly message: string;
}

/** The backup as an upload, streamed from the disk; a fault where its bytes are not what was saved. */
export async function openBackup(
  runDirectory: string,
  { name, bytes, sha256, backup }: Candidate,
): Promise<UploadFile | BackupFault> {
  if (nameInBackupPath(backup) === undefined) {
    return { code: 'backup_missing', message: `${backup} is no path inside the run's backups` };
  }
  const path = join(runDirectory, ...backup.split('/'));
  let found: { readonly size: number; readonly sha256: string };
  try {
    found = { size: (await stat(path)).size, sha256: await fileSha256(path) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'it is not there' : message;
    return { code: 'backup_missing', message: `the backup ${backup} cannot be read: ${why}` };
  }
  if (found.sha256 !== sha256 || found.size !== bytes) {
    return {
      code: 'backup_damaged',
      message: `the backup ${backup} is not what was saved: its SHA-256 is ${found.sha256}, not ${sha256}; nothing was sent`,
    };
  }
  return {
    fileName: name,
    bytes: { length: bytes, open: () => readBytes(path) },
  };
}
