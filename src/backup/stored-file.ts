import type { LookedBatch } from '../rows/look.ts';
import type { FileFacts, GuardCode } from '../rows/outcome.ts';
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

/** The stored file is not the one that the row means. */
export interface OtherFile {
  readonly code: GuardCode;
  readonly message: string;
}

export interface ReadOptions {
  readonly source: FileSource;
  /** Absent where no copy is kept. */
  readonly store: BackupStore | undefined;
  /** A look at one target; absent with `--no-check`. */
  readonly look: ((target: Target) => Promise<LookedBatch>) | undefined;
  /** Compares the file that is stored now with the one that the row means; `undefined`: it is the one. */
  readonly judge: (row: RowToDelete, file: FileFacts) => OtherFile | undefined;
  /** Puts the copy in its place, and gives its path inside the run directory. */
  readonly keep: (
    copy: PendingBackup,
    file: DownloadedFile,
    row: RowToDelete,
  ) => Promise<FileFacts>;
  /** What a full disk means here, behind its reason. */
  readonly onFullDisk: string;
}

/** What an export of a row's file gave. */
export type StoredFile =
  | { readonly kind: 'file'; readonly file: FileFacts }
  | { readonly kind: 'other'; readonly other: OtherFile; readonly file: FileFacts }
  | { readonly kind: 'no_file' }
  | { readonly kind: 'stopped' }
  | Unreadable;

export interface Unreadable {
  readonly kind: 'unreadable';
  readonly why: string;
  readonly httpStatus: number | undefined;
  /** Was there an answer that came from REDCap itself? */
  readonly confirmed: boolean;
}

const STOPPED = { kind: 'stopped' } as const;

/** Exports a row's file, judges it, and keeps a copy where there is a store. Throws for bugs, and what `keep` throws of the journal. */
export async function readStoredFile(row: RowToDelete, options: ReadOptions): Promise<StoredFile> {
  const copy = options.store?.save(row.row);
  try {
    const answer = await downloadFile(options.source, row.target, copy);
    if (answer.kind !== 'file') return await readFailure(answer, row, options);
    const file = factsOf(answer);
    const other = options.judge(row, file);
    if (other !== undefined) return { kind: 'other', other, file };
    return {
      kind: 'file',
      file: copy === undefined ? file : await options.keep(copy, answer, row),
    };
  } catch (error) {
    if (error instanceof DiskError) return readDiskError(error, options);
    throw error;
  } finally {
    await copy?.discard();
  }
}

/** No file came: the command stops, nothing is there, or it cannot be had. */
async function readFailure(
  answer: Exclude<DownloadAnswer, DownloadedFile>,
  row: RowToDelete,
  { source: { control }, look }: ReadOptions,
): Promise<StoredFile> {
  if (answer.kind === 'not_sent') return STOPPED;
  if (answer.kind === 'stop') {
    control.stop(answer.stop, answer.message);
    return STOPPED;
  }
  // What was not tried again because the command stops says nothing of this row.
  if (answer.kind !== 'error' && control.reason !== undefined) return STOPPED;
  // How servers word "no file" on an export is not known; a look knows.
  if (answer.kind === 'error' && answer.trustworthy && answer.httpStatus !== 403) {
    const looked = await look?.(row.target);
    if (looked?.kind === 'stopped') return STOPPED;
    if (looked?.kind === 'unreadable' && control.reason !== undefined) return STOPPED;
    if (looked?.kind === 'looked' && looked.looks[0]?.kind === 'gone') return { kind: 'no_file' };
  }
  const { httpStatus, trustworthy } = answer;
  return { kind: 'unreadable', why: describeFailure(answer), httpStatus, confirmed: trustworthy };
}

function readDiskError(
  { fileOnly, message }: DiskError,
  { source, onFullDisk }: ReadOptions,
): StoredFile {
  if (fileOnly) {
    const why = `the backup could not be written: ${message}`;
    return { kind: 'unreadable', why, httpStatus: undefined, confirmed: true };
  }
  source.control.stop(
    'journal_failed',
    `A backup could not be written: ${message}. ${onFullDisk} Make room or fix the disk, then resume.`,
  );
  return STOPPED;
}

/** Ends a row of which the stored file is another one. */
export function endOther({ code, message }: OtherFile, file: FileFacts): BeforeDelete {
  const state = { status: 'guard_mismatch', code } as const;
  return { kind: 'end', state, message, httpStatus: undefined, file, confirmed: true };
}

/**
 * Compares a file with what the manifest expects, or the archive holds.
 * Outer white space of names counts on neither side.
 */
export function judgeGuards(guards: Guards | undefined, file: FileFacts): OtherFile | undefined {
  if (guards === undefined) return undefined;
  const { name = '', sha256: digest = '' } = file;
  const { filename, sha256, archive } = guards;
  if (filename !== '' && name.trim() !== filename.trim()) {
    return { code: 'guard_filename', message: otherFileMessage(name, filename) };
  }
  if (sha256 !== '' && digest !== sha256.toLowerCase()) {
    return {
      code: 'guard_sha256',
      message: `the stored bytes have SHA-256 ${digest}, ${archive === undefined ? `not ${sha256}` : `those in the archive ${sha256}: the file was replaced`}; nothing is deleted`,
    };
  }
  return undefined;
}

export function factsOf({ name, bytes, sha256 }: DownloadedFile): FileFacts {
  return { name, bytes, sha256 };
}
