import { BACKUP_FOLDER } from '../journal/lines.ts';
import { open, lstat, mkdir, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { fileSha256 } from '../files/read-file.ts';
import type { FileFacts } from '../rows/outcome.ts';
import { renameWhenFree, syncDirectory } from '../files/disk.ts';
import { backupName, backupPath, isPartName, nameInBackupPath, partName } from './naming.ts';
import type { DownloadSink, DownloadedFile } from './download-file.ts';

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

/** The disk itself is fine: the file is too large, its name is refused, or another program holds it open. */
const FILE_ONLY: ReadonlySet<string> = new Set(['EFBIG', 'ENAMETOOLONG', 'EILSEQ', 'HELD_OPEN']);

/** Runs an operation on the disk; what fails becomes a DiskError. */
async function onDisk<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof DiskError ? error : new DiskError(error);
  }
}

/** The backups of one run directory. One process writes to it: the one that holds the run's lock. */
export interface BackupStore {
  /** Begins to save the file of a row; at most one at a time for each row. */
  save(row: number): PendingBackup;
}

/** A file on its way to the disk. Everything here throws DiskError where the disk does not take it. */
export interface PendingBackup extends DownloadSink {
  /**
   * Makes it whole and durable: synced, renamed into its place, the folder
   * synced. Resolves with its path inside the run directory. `earlier` is what
   * an earlier download saved: the same bytes keep one file, others keep both.
   */
  commit(downloaded: DownloadedFile, earlier: FileFacts | undefined): Promise<string>;
  /** Removes what was not committed. */
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
        write: (chunk) => onDisk(async () => file?.writeFile(chunk)),
        commit: (downloaded, earlier) =>
          onDisk(async () => {
            await file?.sync();
            await close();
            const name = await chooseName(folder, row, downloaded, earlier);
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
  downloaded: DownloadedFile,
  earlier: FileFacts | undefined,
): Promise<string> {
  if (earlier?.backup !== undefined && earlier.sha256 === downloaded.sha256) {
    const name = nameInBackupPath(earlier.backup);
    if (name !== undefined) return name;
  }
  for (let take = 1; ; take += 1) {
    const name = backupName(row, take, downloaded.name);
    if (await isFreeFor(join(folder, name), downloaded)) return name;
  }
}

/** Nothing is there, or the same bytes: a kill may have come before the journal knew of them. */
async function isFreeFor(path: string, downloaded: DownloadedFile): Promise<boolean> {
  try {
    const there = await lstat(path);
    return (
      there.isFile() &&
      there.size === downloaded.bytes &&
      (await fileSha256(path)) === downloaded.sha256
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}
