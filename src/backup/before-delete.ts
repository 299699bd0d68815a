import type { BackupLine } from '../journal/lines.ts';
import type { Journal } from '../journal/write.ts';
import type { LookedBatch } from '../rows/look.ts';
import type { FileFacts } from '../rows/outcome.ts';
import type { Target } from '../rows/target.ts';
import type { BeforeDelete } from '../run/row-progress.ts';
import type { Guards, RowToDelete } from '../run/row-source.ts';
import { otherFileMessage } from '../words/names.ts';
import {
  describeFailure,
  downloadFile,
  type DownloadAnswer,
  type DownloadedFile,
  type FileSource,
} from './download-file.ts';
import { DiskError, type BackupStore, type PendingBackup } from './store.ts';

interface BeforeDeleteOptions {
  readonly source: FileSource;
  /** Absent without `--backup`. */
  readonly store: BackupStore | undefined;
  readonly journal: Journal;
  /** A look at one target; absent with `--no-check`. */
  readonly look: ((target: Target) => Promise<LookedBatch>) | undefined;
  /** The newest backup of a row that an earlier session took. */
  readonly earlier: (row: number) => FileFacts | undefined;
  /** Called after each backup with the bytes that this session has put on the disk so far. */
  readonly onSaved?: ((bytesTotal: number) => void) | undefined;
}

const GO: BeforeDelete = { kind: 'go', file: undefined };
const STOPPED: BeforeDelete = { kind: 'stopped' };

/**
 * Guards and backup of one row, right before each try of its deletion. `go`
 * says that the guards hold and that the bytes are whole on the disk and in
 * the journal. Between that and the deletion somebody may still replace the
 * file: the API has no call that does both. Throws for a journal that cannot
 * be written, and for bugs.
 */
export function createBeforeDelete(
  options: BeforeDeleteOptions,
): (row: RowToDelete) => Promise<BeforeDelete> {
  const { store, look, journal } = options;
  /** What this session saved last of rows in hand. */
  const saved = new WeakMap<RowToDelete, FileFacts>();
  let bytesTotal = 0;

  const commit = async (
    backup: PendingBackup,
    downloaded: DownloadedFile,
    row: RowToDelete,
  ): Promise<FileFacts> => {
    const earlier = saved.get(row) ?? row.earlier?.file ?? options.earlier(row.row);
    const path = await backup.commit(downloaded, earlier);
    const file = { ...factsOf(downloaded), backup: path };
    saved.set(row, file);
    const line: BackupLine = { row: row.row, state: 'backup', file };
    journal.append(line);
    // A power cut after the deletion must not lose the way to the only copy.
    await journal.sync();
    bytesTotal += downloaded.bytes;
    options.onSaved?.(bytesTotal);
    return file;
  };

  const byExport = async (row: RowToDelete): Promise<BeforeDelete> => {
    const backup = store?.save(row.row);
    try {
      const answer = await downloadFile(options.source, row.target, backup);
      if (answer.kind !== 'file') return await readFailure(answer, row, options);
      const file = factsOf(answer);
      const mismatch = mismatchOf(row.guards, file);
      if (mismatch !== undefined) return mismatch;
      return { kind: 'go', file: backup === undefined ? file : await commit(backup, answer, row) };
    } catch (error) {
      if (error instanceof DiskError) return readDiskError(error, row, options);
      throw error;
    } finally {
      await backup?.discard();
    }
  };

  return async (row) => {
    const { guards } = row;
    if (store === undefined && guards === undefined) return GO;
    const nameOnly = store === undefined && guards?.sha256 === '';
    // Where the check saw a name, a look tells it without the file's bytes.
    const judged =
      nameOnly && look !== undefined && isName(row) ? await byLook(row, look, options) : undefined;
    return judged ?? byExport(row);
  };
}

/** Judges a guard on the name alone by a look; `undefined` where the look tells no name. */
async function byLook(
  { target, guards }: RowToDelete,
  look: NonNullable<BeforeDeleteOptions['look']>,
  { source }: BeforeDeleteOptions,
): Promise<BeforeDelete | undefined> {
  const looked = await look(target);
  if (looked.kind === 'stopped') return STOPPED;
  if (looked.kind === 'unreadable') {
    return source.control.reason === undefined ? undefined : STOPPED;
  }
  const seen = looked.looks[0];
  if (seen?.kind === 'gone') return { kind: 'no_file' };
  if (seen?.kind !== 'there' || seen.name === undefined) return undefined;
  const file = { name: seen.name };
  return mismatchOf(guards, file) ?? { kind: 'go', file };
}

/** No file came: the run stops, nothing is there to delete, or the row ends here. */
async function readFailure(
  answer: Exclude<DownloadAnswer, DownloadedFile>,
  row: RowToDelete,
  options: BeforeDeleteOptions,
): Promise<BeforeDelete> {
  const { control } = options.source;
  if (answer.kind === 'not_sent') return STOPPED;
  if (answer.kind === 'stop') {
    control.stop(answer.stop, answer.message);
    return STOPPED;
  }
  // What was not tried again because the run stops says nothing of this row.
  if (answer.kind !== 'error' && control.reason !== undefined) return STOPPED;
  // How servers word "no file" on an export is not known; a look knows.
  if (answer.kind === 'error' && answer.trustworthy && answer.httpStatus !== 403) {
    const looked = await options.look?.(row.target);
    if (looked?.kind === 'stopped') return STOPPED;
    if (looked?.kind === 'unreadable' && control.reason !== undefined) return STOPPED;
    if (looked?.kind === 'looked' && looked.looks[0]?.kind === 'gone') return { kind: 'no_file' };
  }
  return endUnreadable(describeFailure(answer), answer.httpStatus, answer.trustworthy, row);
}

function readDiskError(
  error: DiskError,
  row: RowToDelete,
  { source }: BeforeDeleteOptions,
): BeforeDelete {
  const { message } = error;
  if (error.fileOnly) {
    return endUnreadable(`the backup could not be written: ${message}`, undefined, true, row);
  }
  source.control.stop(
    'journal_failed',
    `A backup could not be written: ${message}. No file was deleted that is not saved. Make room or fix the disk, then resume.`,
  );
  return STOPPED;
}

function endUnreadable(
  why: string,
  httpStatus: number | undefined,
  confirmed: boolean,
  { guards }: RowToDelete,
): BeforeDelete {
  const shared = { kind: 'end', httpStatus, file: undefined, confirmed } as const;
  return guards === undefined
    ? {
        ...shared,
        state: { status: 'failed', code: 'backup_failed' },
        message: `no backup, so that nothing is deleted: ${why}`,
      }
    : {
        ...shared,
        state: { status: 'guard_mismatch', code: 'guard_unreadable' },
        message: `the stored file could not be compared with the one expected, so that nothing is deleted: ${why}`,
      };
}

/**
 * Compares the file that is stored now with what the manifest expects;
 * `undefined`: it is the one. Outer white space of names counts on neither side.
 */
function mismatchOf(guards: Guards | undefined, file: FileFacts): BeforeDelete | undefined {
  if (guards === undefined) return undefined;
  const { name = '', sha256: digest = '' } = file;
  const { filename, sha256 } = guards;
  const shared = { kind: 'end', httpStatus: undefined, file, confirmed: true } as const;
  if (filename !== '' && name.trim() !== filename.trim()) {
    return {
      ...shared,
      state: { status: 'guard_mismatch', code: 'guard_filename' },
      message: otherFileMessage(name, filename),
    };
  }
  if (sha256 !== '' && digest !== sha256.toLowerCase()) {
    return {
      ...shared,
      state: { status: 'guard_mismatch', code: 'guard_sha256' },
      message: `the stored bytes have SHA-256 ${digest}, not ${sha256}; nothing is deleted`,
    };
  }
  return undefined;
}

function factsOf({ name, bytes, sha256 }: DownloadedFile): FileFacts {
  return { name, bytes, sha256 };
}

/** Did the check see a name, and not only a document's number? */
function isName({ seen }: RowToDelete): boolean {
  return typeof seen === 'string' && !/^\d+$/.test(seen);
}
