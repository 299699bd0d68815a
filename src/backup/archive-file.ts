import type { LookedBatch } from '../rows/look.ts';
import type { FileFacts } from '../rows/outcome.ts';
import type { Target } from '../rows/target.ts';
import { markedLook } from '../rows/look.ts';
import type { BeforeDelete } from '../run/row-progress.ts';
import type { RowToDelete } from '../run/row-source.ts';
import { showTwoNames } from '../words/names.ts';
import type { FileSource } from './download-file.ts';
import type { BackupStore } from './store.ts';
import {
  endOther,
  factsOf,
  judgeGuards,
  readStoredFile,
  type OtherFile,
  type ReadOptions,
} from './stored-file.ts';

interface ArchiveOptions {
  readonly source: FileSource;
  /** That of the check's own directory. */
  readonly store: BackupStore;
  readonly look: (target: Target) => Promise<LookedBatch>;
  /** Called after each file with the bytes that this session has put on the disk so far. */
  readonly onSaved?: ((bytesTotal: number) => void) | undefined;
}

/**
 * Saves the file of one row into a check's archive. `go`: its bytes are whole
 * on the disk, are those that the manifest expects, and have the name that the
 * check saw. Throws for bugs.
 */
export function createArchiver(
  options: ArchiveOptions,
): (row: RowToDelete) => Promise<BeforeDelete> {
  let bytesTotal = 0;
  const reading: ReadOptions = {
    source: options.source,
    store: options.store,
    look: options.look,
    judge: (row, file) => judgeName(row, file) ?? judgeGuards(row.guards, file),
    async keep(copy, downloaded) {
      const backup = await copy.commit(downloaded, undefined);
      bytesTotal += downloaded.bytes;
      options.onSaved?.(bytesTotal);
      const { twice } = downloaded;
      return { ...factsOf(downloaded), backup, ...(twice === undefined ? {} : { twice }) };
    },
    onFullDisk: 'What was saved before is whole.',
  };
  return async (row) => {
    const stored = await readStoredFile(row, reading);
    switch (stored.kind) {
      case 'file':
        return { kind: 'go', file: stored.file };
      case 'other':
        return endOther(stored.other, stored.file);
      case 'unreadable':
        return {
          kind: 'end',
          state: { status: 'failed', code: 'backup_failed' },
          message: `the file could not be saved: ${stored.why}`,
          httpStatus: stored.httpStatus,
          file: undefined,
          confirmed: stored.confirmed,
        };
      case 'no_file':
      case 'stopped':
        return stored;
    }
  };
}

/** Is it the file that the look showed? Where that told no name, nothing says that it is not. */
function judgeName({ seen }: RowToDelete, { name = '' }: FileFacts): OtherFile | undefined {
  const look = typeof seen === 'string' ? markedLook(seen) : undefined;
  if (look?.kind !== 'there' || look.name === undefined) return undefined;
  if (look.name.trim() === name.trim()) return undefined;
  const [was, is] = showTwoNames(look.name, name);
  return {
    code: 'changed_since_check',
    message: `the check saw file ${was}, and right after it there was file ${is}: it is not saved`,
  };
}
