import {
  isSettled,
  type Effect,
  type FileFacts,
  type StopCode,
  type UnknownCode,
} from '../rows/outcome.ts';
import type { EventLine, JournalHeader } from './lines.ts';
import type { JournalSource } from './read.ts';
import { PHASE, type RowIndex } from './row-index.ts';

/** Everything that a journal says, with a few bytes a row. */
export interface RunState {
  /** Where it was read from, and is read again for single lines. */
  readonly path: string | JournalSource;
  readonly header: JournalHeader;
  readonly index: RowIndex;
  /** Rows between their first `sending` line and their outcome: few at a time. */
  readonly open: ReadonlyMap<number, OpenRow>;
  /** The newest backup of rows that have no outcome yet. */
  readonly backups: ReadonlyMap<number, FileFacts>;
  /** Behind the last line of the plan. */
  readonly planEnd: number;
  readonly planned: (EventLine & { state: 'planned' }) | undefined;
  readonly refused: string | undefined;
  readonly confirmed: boolean;
  /** The stop of the last session; `undefined` where it ended otherwise, or was killed. */
  readonly stop: { readonly code: StopCode; readonly message: string } | undefined;
  /** The exit code that the last session ended with; `undefined`: it is live, or was killed. */
  readonly exitCode: number | undefined;
  /** Rows up to this one that have no outcome may have been sent by a session that was killed. */
  readonly uncertainUpTo: number;
  /** Has any deletion request been sent, over all sessions? */
  readonly sent: boolean;
  /** Lines that cannot be read: what they said is not known, and no row without an outcome is believed untouched. */
  readonly holes: Holes | undefined;
  /** Commands that put files back, in their order. */
  readonly restores: readonly Restore[];
  readonly sessions: number;
  readonly lastStamp: number;
  /** The last entry of the run itself, restores left out. */
  readonly workedUntil: number;
  /** Where the last whole line ends: a torn tail beyond is to be cut off. */
  readonly end: number;
}

/** A row between its first `sending` line and its outcome. */
export interface OpenRow {
  readonly attempts: number;
  readonly startedAt: number;
  /** An earlier try may have had an effect. */
  readonly effect: Effect;
  /** A try left whose end is not written. */
  readonly inFlight: boolean;
  /** How its last try ended. */
  readonly code: UnknownCode | '';
  readonly http: number | undefined;
  /** What the server had said. */
  readonly said: string | undefined;
}

/** Lines in the middle of a journal that cannot be read: a power cut can leave such a hole. */
export interface Holes {
  readonly lines: number;
  /** Counted from 1. */
  readonly firstLine: number;
  readonly lastOffset: number;
  /** One stands where lines of the plan may have been. */
  readonly inPlan: boolean;
}

export interface Restore {
  readonly at: number;
  readonly by: string;
  /** `undefined`: it is at work, or was killed; what it put back is not known. */
  readonly end: Omit<EventLine & { state: 'restored' }, 'state'> | undefined;
}

/** The manifest as a command names it: `-` where it came by a pipe. */
export function manifestArgument({ given, name }: JournalHeader['manifest']): string {
  // Journals of before have no more than its name.
  return given ?? (name === '' || name === 'stdin' ? '-' : name);
}

/** A check, or a run that was refused: nothing was attempted, and the rows stand as a check shows them. */
export function isPlanOnly({ header, refused }: RunState): boolean {
  return header.kind === 'check' || refused !== undefined;
}

/** A check that saves the files which would be deleted: it can be stopped, and gone on with. */
export function isArchive({ header }: Pick<RunState, 'header'>): boolean {
  return header.kind === 'check' && header.options['backup'] === true;
}

/** Has `resume` anything to do for this row? */
export function isUnfinished(run: RunState, row: number): boolean {
  const { index } = run;
  if (index.restoring(row)) return false;
  switch (index.phase(row)) {
    case PHASE.settledByPlan:
      return false;
    case PHASE.outcome: {
      // An archive writes no line of a row that is left: what has one is saved, or has its end.
      if (isArchive(run)) return false;
      const status = index.status(row);
      return status === undefined || !isSettled(status) || index.lookDue(row);
    }
    case PHASE.untouched:
    case PHASE.planned:
    case PHASE.open:
      return true;
  }
}

/** A file that an archive could not save: whoever goes on with it tries again. */
export function isUnsaved(run: RunState, row: number): boolean {
  const { index } = run;
  return isArchive(run) && index.phase(row) === PHASE.outcome && index.status(row) === 'failed';
}

/** Has `resume` anything to do at all? */
export function hasWorkLeft(run: RunState): boolean {
  return countUnfinished(run) > 0;
}

/** For how many rows has `resume` anything to do? */
export function countUnfinished(run: RunState): number {
  return countRows(run, isUnfinished);
}

/** How many files could an archive not save? */
export function countUnsaved(run: RunState): number {
  return countRows(run, isUnsaved);
}

function countRows(run: RunState, isOne: (run: RunState, row: number) => boolean): number {
  let n = 0;
  for (let row = 1; row <= run.header.manifest.rows; row += 1) if (isOne(run, row)) n += 1;
  return n;
}

/** For the screen. */
export function describeHoles({ lines, firstLine }: Holes): string {
  const which =
    lines === 1
      ? `Line ${firstLine} of the journal cannot be read`
      : `${lines} lines of the journal cannot be read (the first is line ${firstLine})`;
  return `${which}, as a power cut can leave it, and ${lines === 1 ? 'is' : 'are'} passed over. A row without an outcome may have been sent: resume looks before it sends it again.`;
}
