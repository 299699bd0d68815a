import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BACKUP_FOLDER } from '../backup/naming.ts';
import { RESTORE_FILE } from '../backup/restore-report.ts';
import type { JournalSource } from './read.ts';
import { isBodyLine } from './line-codec.ts';
import type { EventLine, JournalHeader } from './lines.ts';
import { readJournal } from './read.ts';
import { PHASE, type RowIndex } from './row-index.ts';

/** Lines in the middle of a journal that cannot be read: a power cut can leave such a hole. */
export interface Holes {
  readonly lines: number;
  /** Counted from 1. */
  readonly firstLine: number;
  readonly lastOffset: number;
  /** One stands where lines of the plan may have been. */
  readonly inPlan: boolean;
}

/** As much of what a journal says as lost lines bear on. */
interface Holed {
  readonly path: string | JournalSource;
  readonly header: JournalHeader;
  readonly index: RowIndex;
  readonly planned: (EventLine & { state: 'planned' }) | undefined;
  /** There is a line that only a confirmed run has. */
  readonly begun: boolean;
  confirmed: boolean;
  refused: string | undefined;
  airMark: number;
}

/**
 * What lost lines may have said. Any row without an outcome may have been sent,
 * and so may one whose last word, that it was not attempted, stands before the
 * hole. A confirmation is seen by what came after it; where a restore has been
 * at work, which rows it put back is not known any more, and no row with a
 * backup is touched again.
 */
export async function foldHoles(view: Holed, holes: Holes): Promise<void> {
  const { index, header } = view;
  if (view.begun) view.confirmed = true;
  view.refused ??= lostRefusal(view);
  if (header.kind === 'check' || view.refused !== undefined) return;
  const { rows } = header.manifest;
  view.airMark = rows;
  for (let row = 1; row <= rows; row += 1) {
    const retracted =
      index.phase(row) === PHASE.outcome &&
      index.status(row) === 'not_attempted' &&
      index.offset(row) < holes.lastOffset;
    if (retracted) index.setInDoubt(row, true);
  }
  if (typeof view.path === 'string') await keepOffRestored(view, dirname(view.path));
}

/** A run whose rows kept it from being confirmed, and whose line that says so is lost. */
function lostRefusal({ header, planned, confirmed }: Holed): string | undefined {
  if (header.kind !== 'run' || confirmed || header.options['skipInvalid'] === true)
    return undefined;
  const broken = Number(planned?.totals['invalid'] ?? 0) + Number(planned?.totals['changed'] ?? 0);
  return broken > 0 ? 'Its rows were not what they should be.' : undefined;
}

async function keepOffRestored(view: Holed, directory: string): Promise<void> {
  const names = await namesIn(directory);
  // The report of a restore, finished or half made, under any of its names.
  const restored = names.some(
    (name) => name.startsWith('restore.') || name.startsWith(`.${RESTORE_FILE}.`),
  );
  if (!restored) return;
  for await (const lines of readJournal(view.path)) {
    for (const { value } of lines) {
      if (value === undefined || !isBodyLine(value, view.header.manifest.rows)) continue;
      if ('file' in value && value.file?.backup !== undefined) view.index.setRestoring(value.row);
    }
  }
  // A backup's own line may be lost as well; its name says which row it belongs to.
  for (const name of await namesIn(join(directory, BACKUP_FOLDER))) {
    const row = Number(/^(\d+)[.-]/.exec(name)?.[1] ?? 0);
    if (row >= 1 && row <= view.header.manifest.rows) view.index.setRestoring(row);
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

/** For the screen. */
export function tellHoles({ lines, firstLine }: Holes): string {
  const which =
    lines === 1
      ? `Line ${firstLine} of the journal cannot be read`
      : `${lines} lines of the journal cannot be read (the first is line ${firstLine})`;
  return `${which}, as a power cut can leave it, and ${lines === 1 ? 'is' : 'are'} passed over. A row without an outcome may have been sent: resume looks before it sends it again.`;
}
