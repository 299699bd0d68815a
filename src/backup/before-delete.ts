import type { BackupLine } from '../journal/lines.ts';
import type { Journal } from '../journal/write.ts';
import type { LookedBatch } from '../rows/look.ts';
import type { FileFacts } from '../rows/outcome.ts';
import type { Target } from '../rows/target.ts';
import type { BeforeDelete } from '../run/row-progress.ts';
import type { RowToDelete } from '../run/row-source.ts';
import type { FileSource } from './download-file.ts';
import type { BackupStore } from './store.ts';
import {
  endOther,
  factsOf,
  judgeGuards,
  readStoredFile,
  type ReadOptions,
  type Unreadable,
} from './stored-file.ts';

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
const DIGEST_LOST: BeforeDelete = {
  kind: 'end',
  state: { status: 'guard_mismatch', code: 'guard_unreadable' },
  message:
    'the digest in the archive stood in a line of the journal that cannot be read, so that nothing is deleted; check again',
  httpStatus: undefined,
  file: undefined,
  confirmed: true,
};

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

  const reading: ReadOptions = {
    source: options.source,
    store,
    look,
    judge: ({ guards }, file) => judgeGuards(guards, file),
    async keep(copy, downloaded, row) {
      const earlier = saved.get(row) ?? row.earlier?.file ?? options.earlier(row.row);
      const backup = await copy.commit(downloaded, earlier);
      const file = { ...factsOf(downloaded), backup };
      saved.set(row, file);
      const line: BackupLine = { row: row.row, state: 'backup', file };
      journal.append(line);
      // A power cut after the deletion must not lose the way to the only copy.
      await journal.sync();
      bytesTotal += downloaded.bytes;
      options.onSaved?.(bytesTotal);
      return file;
    },
    onFullDisk: 'No file was deleted that is not saved.',
  };

  return async (row) => {
    const { guards } = row;
    if (store === undefined && guards === undefined) return GO;
    if (guards?.archive === 'lost') return DIGEST_LOST;
    const nameOnly = store === undefined && guards?.sha256 === '';
    // Where the check saw a name, a look tells it without the file's bytes.
    const judged =
      nameOnly && look !== undefined && isName(row) ? await byLook(row, look, options) : undefined;
    if (judged !== undefined) return judged;
    const stored = await readStoredFile(row, reading);
    switch (stored.kind) {
      case 'file':
        return { kind: 'go', file: stored.file };
      case 'other':
        return endOther(stored.other, stored.file);
      case 'unreadable':
        return endUnreadable(stored, row);
      case 'no_file':
      case 'stopped':
        return stored;
    }
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
  const other = judgeGuards(guards, file);
  return other === undefined ? { kind: 'go', file } : endOther(other, file);
}

function endUnreadable(
  { why, httpStatus, confirmed }: Unreadable,
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
        message: `the stored file could not be compared with the one ${guards.archive === undefined ? 'expected' : 'in the archive'}, so that nothing is deleted: ${why}`,
      };
}

/** Did the check see a name, and not only a document's number? */
function isName({ seen }: RowToDelete): boolean {
  return typeof seen === 'string' && !/^\d+$/.test(seen);
}
