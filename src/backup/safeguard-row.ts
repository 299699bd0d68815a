import type { BackupLine } from '../journal/lines.ts';
import type { Journal } from '../journal/write.ts';
import type { Target } from '../rows/target.ts';
import type { LookedBatch } from '../rows/look.ts';
import type { BeforeDelete } from '../run/row-progress.ts';
import type { FileFacts } from '../rows/outcome.ts';
import type { RowToDelete } from '../run/row-source.ts';
import { DiskError } from '../files/disk.ts';
import { findMismatch } from './guards.ts';
import type { BackupStore, Saving } from './store.ts';
import {
  takeFile,
  tellFailure,
  type FileSource,
  type TakeAnswer,
  type TakenFile,
} from './take-file.ts';

export interface SafeguardOptions {
  readonly source: FileSource;
  /** Absent without `--backup`. */
  readonly store: BackupStore | undefined;
  readonly journal: Journal;
  /** A look at one target; absent with `--no-check`. */
  readonly look: ((target: Target) => Promise<LookedBatch>) | undefined;
  /** The newest backup of a row that an earlier session took. */
  readonly earlier: (row: number) => FileFacts | undefined;
  /** Told after each backup how many bytes this session has put on the disk. */
  readonly onSaved?: ((bytesTotal: number) => void) | undefined;
}

const GO: Promise<BeforeDelete> = Promise.resolve({ kind: 'go', file: undefined });
const STOPPED: BeforeDelete = { kind: 'stopped' };

/**
 * Guards and backup of one row, right before each try of its deletion. `go`
 * says that the guards hold and that the bytes are whole on the disk and in
 * the journal. Between that and the deletion somebody may still replace the
 * file: the API has no call that does both. Throws for a journal that cannot
 * be written, and for bugs.
 */
export function safeguardRows(
  options: SafeguardOptions,
): (work: RowToDelete) => Promise<BeforeDelete> {
  const { store, look } = options;
  /** What this session saved last of rows that are under way. */
  const saved = new WeakMap<RowToDelete, FileFacts>();
  let bytesTotal = 0;

  const keep = async (saving: Saving, taken: TakenFile, work: RowToDelete): Promise<FileFacts> => {
    const earlier = saved.get(work) ?? work.earlier?.file ?? options.earlier(work.row);
    const backup = await saving.keep(taken, earlier);
    const file = { ...factsOf(taken), backup };
    saved.set(work, file);
    const line: BackupLine = { row: work.row, state: 'backup', file };
    options.journal.append(line);
    // A power cut after the deletion must not lose the way to the only copy.
    await options.journal.sync();
    bytesTotal += taken.bytes;
    options.onSaved?.(bytesTotal);
    return file;
  };

  const byExport = async (work: RowToDelete): Promise<BeforeDelete> => {
    const saving = store?.save(work.row);
    try {
      const answer = await takeFile(options.source, work.target, saving);
      if (answer.kind !== 'file') return await readFailure(answer, work, options);
      const file = factsOf(answer);
      const mismatch = findMismatch(work.guards, answer);
      if (mismatch !== undefined) return endMismatch(mismatch, file);
      return { kind: 'go', file: saving === undefined ? file : await keep(saving, answer, work) };
    } catch (error) {
      if (error instanceof DiskError) return refuseDisk(error, work, options);
      throw error;
    } finally {
      await saving?.discard();
    }
  };

  return (work) => {
    const { guards } = work;
    if (store === undefined && guards === undefined) return GO;
    const nameOnly = store === undefined && guards?.sha256 === '';
    // Where the check saw a name, a look tells it without the file's bytes.
    if (nameOnly && look !== undefined && isName(work)) {
      return byLook(work, look, options).then((judged) => judged ?? byExport(work));
    }
    return byExport(work);
  };
}

/** Judges a guard on the name alone by a look; `undefined` where the look tells no name. */
async function byLook(
  work: RowToDelete,
  look: NonNullable<SafeguardOptions['look']>,
  { source }: SafeguardOptions,
): Promise<BeforeDelete | undefined> {
  const looked = await look(work.target);
  if (looked.kind === 'stopped') return STOPPED;
  if (looked.kind === 'unreadable')
    return source.control.reason === undefined ? undefined : STOPPED;
  const seen = looked.looks[0];
  if (seen?.kind === 'gone') return { kind: 'no_file' };
  if (seen?.kind !== 'there' || seen.name === undefined) return undefined;
  const mismatch = findMismatch(work.guards, { name: seen.name, sha256: '' });
  const file = { name: seen.name };
  return mismatch === undefined ? { kind: 'go', file } : endMismatch(mismatch, file);
}

/** No file came: the run stops, nothing is there to delete, or the row ends here. */
async function readFailure(
  answer: Exclude<TakeAnswer, TakenFile>,
  work: RowToDelete,
  options: SafeguardOptions,
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
    const looked = await options.look?.(work.target);
    if (looked?.kind === 'stopped') return STOPPED;
    if (looked?.kind === 'unreadable' && control.reason !== undefined) return STOPPED;
    if (looked?.kind === 'looked' && looked.looks[0]?.kind === 'gone') return { kind: 'no_file' };
  }
  return endUnreadable(tellFailure(answer), answer.httpStatus, answer.trustworthy, work);
}

function refuseDisk(
  error: DiskError,
  work: RowToDelete,
  { source }: SafeguardOptions,
): BeforeDelete {
  if (error.fileOnly) {
    return endUnreadable(
      `the backup could not be written: ${error.message}`,
      undefined,
      true,
      work,
    );
  }
  source.control.stop(
    'journal_failed',
    `A backup could not be written: ${error.message}. No file was deleted that is not saved. Make room or fix the disk, then resume.`,
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

function endMismatch(
  mismatch: NonNullable<ReturnType<typeof findMismatch>>,
  file: FileFacts,
): BeforeDelete {
  return {
    kind: 'end',
    state: { status: 'guard_mismatch', code: mismatch.code },
    message: mismatch.message,
    httpStatus: undefined,
    file,
    confirmed: true,
  };
}

function factsOf({ name, bytes, sha256 }: TakenFile): FileFacts {
  return { name, bytes, sha256 };
}

/** Did the check see a name, and not only a document's number? */
function isName({ seen }: RowToDelete): boolean {
  return typeof seen === 'string' && !/^\d+$/.test(seen);
}
