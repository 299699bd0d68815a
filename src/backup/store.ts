import { BACKUP_FOLDER } from '../journal/lines.ts';
import { open, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { fileSha256 } from '../files/digest.ts';
import type { FileFacts } from '../rows/outcome.ts';
import { DiskError, onDisk, renameWhenFree, syncDirectory, type OpenFile } from '../files/disk.ts';
import { backupName, backupPath, isPartName, nameInBackupPath, partName } from './naming.ts';
import type { Receiver, TakenFile } from './take-file.ts';

/** The backups of one run directory. One process writes to it: the one that holds the run's lock. */
export interface BackupStore {
  /** Begins to save the file of a row; at most one at a time for each row. */
  save(row: number): Saving;
}

/** A file on its way to the disk. Everything here throws DiskError where the disk does not take it. */
export interface Saving extends Receiver {
  /**
   * Makes it whole and durable: synced, renamed into its place, the folder
   * synced. Resolves with its path inside the run directory. `earlier` is what
   * an earlier take saved: the same bytes keep one file, others keep both.
   */
  keep(taken: TakenFile, earlier: FileFacts | undefined): Promise<string>;
  /** Removes what was not kept. */
  discard(): Promise<void>;
}

export function createStore(
  runDirectory: string,
  clock: Clock,
  openFile: OpenFile = open,
): BackupStore {
  const folder = join(runDirectory, BACKUP_FOLDER);
  let ready: Promise<void> | undefined;
  const prepare = (): Promise<void> =>
    (ready ??= onDisk(() => prepareFolder(runDirectory, folder)));

  return {
    save(row) {
      const part = join(folder, partName(row));
      let file: Awaited<ReturnType<OpenFile>> | undefined;
      let left = false;

      const close = async (): Promise<void> => {
        const closing = file;
        file = undefined;
        await closing?.close();
      };

      return {
        begin: () =>
          onDisk(async () => {
            await prepare();
            await close();
            left = true;
            file = await openFile(part, 'w', 0o600);
          }),
        take: (chunk) => onDisk(async () => file?.writeFile(chunk)),
        keep: (taken, earlier) =>
          onDisk(async () => {
            await file?.sync();
            await close();
            const name = await chooseName(folder, row, taken, earlier);
            if (!(await renameWhenFree(part, join(folder, name), clock)))
              throw DiskError.heldOpen();
            left = false;
            await syncDirectory(folder);
            return backupPath(name);
          }),
        async discard() {
          // What is thrown away need not be written to its end.
          await close().catch(() => undefined);
          if (left) await rm(part, { force: true }).catch(() => undefined);
        },
      };
    },
  };
}

/** Makes the folder, and removes what a killed session left half written in it. */
async function prepareFolder(runDirectory: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await syncDirectory(runDirectory);
  for (const name of await readdir(folder)) {
    if (isPartName(name)) await rm(join(folder, name), { force: true });
  }
}

/** The name to save under: that of a file with the same bytes, or the first one that is free. */
async function chooseName(
  folder: string,
  row: number,
  taken: TakenFile,
  earlier: FileFacts | undefined,
): Promise<string> {
  if (earlier?.backup !== undefined && earlier.sha256 === taken.sha256) {
    const name = nameInBackupPath(earlier.backup);
    if (name !== undefined) return name;
  }
  for (let take = 1; ; take += 1) {
    const name = backupName(row, take, taken.name);
    if (await isFreeFor(join(folder, name), taken)) return name;
  }
}

/** Nothing is there, or the same bytes: a kill may have come before the journal knew of them. */
async function isFreeFor(path: string, taken: TakenFile): Promise<boolean> {
  try {
    const there = await lstat(path);
    return (
      there.isFile() && there.size === taken.bytes && (await fileSha256(path)) === taken.sha256
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}
