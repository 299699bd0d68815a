import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isBodyLine } from './line-codec.ts';
import { BACKUP_FOLDER, RESTORE_FILE, type EventLine, type JournalHeader } from './lines.ts';
import { readJournal, type JournalSource } from './read.ts';
import { PHASE, type RowIndex } from './row-index.ts';
import type { Holes } from './run-state.ts';

/** As much of a run's state as lost lines bear on. */
interface Holed {
  readonly path: string | JournalSource;
  readonly header: JournalHeader;
  readonly index: RowIndex;
  readonly planned: (EventLine & { state: 'planned' }) | undefined;
  /** There is a line that only a confirmed run has. */
  readonly begun: boolean;
  confirmed: boolean;
  refused: string | undefined;
  uncertainUpTo: number;
}

/**
 * What lost lines may have said. Any row without an outcome may have been sent,
 * and so may one whose last word, that it was not attempted, stands before the
 * hole. A confirmation is seen by what came after it; where a restore has been
 * at work, which rows it put back is not known any more, and no row with a
 * backup is touched again.
 */
export async function weighHoles(run: Holed, holes: Holes): Promise<void> {
  if (run.begun) run.confirmed = true;
  run.refused ??= lostRefusal(run);
  if (run.header.kind === 'check' || run.refused !== undefined) return;
  run.uncertainUpTo = run.header.manifest.rows;
  retractNotAttempted(run.index, run.uncertainUpTo, holes.lastOffset);
  if (typeof run.path === 'string') await keepOffRestored(run, dirname(run.path));
}

/** Of the rows up to `lastRow`: "not attempted" is not believed where it was written before this place. */
export function retractNotAttempted(index: RowIndex, lastRow: number, before: number): void {
  for (let row = 1; row <= lastRow; row += 1) {
    const isRetracted =
      index.phase(row) === PHASE.outcome &&
      index.status(row) === 'not_attempted' &&
      index.offset(row) < before;
    if (isRetracted) index.setUncertain(row);
  }
}

/** A run whose rows kept it from being confirmed, and whose line that says so is lost. */
function lostRefusal({ header, planned, confirmed }: Holed): string | undefined {
  if (header.kind !== 'run' || confirmed || header.options['skipInvalid'] === true) {
    return undefined;
  }
  const broken = Number(planned?.totals['invalid'] ?? 0) + Number(planned?.totals['changed'] ?? 0);
  return broken > 0 ? 'Its rows were not what they should be.' : undefined;
}

async function keepOffRestored({ path, header, index }: Holed, directory: string): Promise<void> {
  const { rows } = header.manifest;
  const names = await namesIn(directory);
  // The report of a restore, finished or half made, under any of its names.
  const isRestored = names.some(
    (name) => name.startsWith('restore.') || name.startsWith(`.${RESTORE_FILE}.`),
  );
  if (!isRestored) return;
  for await (const lines of readJournal(path)) {
    for (const { value } of lines) {
      if (value === undefined || !isBodyLine(value, rows)) continue;
      const inArchive = 'archived' in value && value.archived !== undefined;
      const isKept = inArchive || ('file' in value && value.file?.backup !== undefined);
      if (isKept) index.setRestoring(value.row);
    }
  }
  // A backup's own line may be lost as well; its name says which row it belongs to.
  for (const name of await namesIn(join(directory, BACKUP_FOLDER))) {
    const row = Number(/^(\d+)[.-]/.exec(name)?.[1] ?? 0);
    if (row >= 1 && row <= rows) index.setRestoring(row);
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}
