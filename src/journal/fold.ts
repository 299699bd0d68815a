import { RefusedError } from '../errors.ts';
import type { FileFacts, StopCode } from '../rows/outcome.ts';
import { foldRow, type OpenRow } from './fold-row.ts';
import { foldHoles, type Holes } from './holes.ts';
import { isBodyLine } from './line-codec.ts';
import { JOURNAL_VERSION, type BodyLine, type EventLine, type JournalHeader } from './lines.ts';
import type { PlanLine } from '../rows/plan-line.ts';
import { journalSource, readJournal, type JournalSource } from './read.ts';
import { PHASE, RowIndex } from './row-index.ts';

/** Everything a journal says, with a few bytes a row. */
export interface JournalView {
  /** Where it was read from, and is read again for single lines. */
  readonly path: string | JournalSource;
  readonly header: JournalHeader;
  readonly index: RowIndex;
  /** Rows between their first `sending` line and their outcome: few at a time. */
  readonly open: ReadonlyMap<number, OpenRow>;
  /** The newest backup of rows that have no outcome yet. */
  readonly backups: ReadonlyMap<number, FileFacts>;
  /** Bytes [planStart, planEnd) hold the plan lines, in the order of the rows. */
  readonly planStart: number;
  readonly planEnd: number;
  readonly planned: (EventLine & { state: 'planned' }) | undefined;
  readonly refused: string | undefined;
  readonly confirmed: boolean;
  /** The stop of the last session; `undefined` where it ended otherwise, or was killed. */
  readonly stop: { readonly code: StopCode; readonly message: string } | undefined;
  /** The exit code that the last session ended with; `undefined`: it is live, or was killed. */
  readonly exitCode: number | undefined;
  /** Rows up to this one that have no outcome may have been sent by a session that was killed. */
  readonly airMark: number;
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

export interface Restore {
  readonly at: number;
  readonly by: string;
  /** `undefined`: it is at work, or was killed; what it put back is not known. */
  readonly end: Omit<EventLine & { state: 'restored' }, 'state'> | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Building = Mutable<JournalView> & {
  open: Map<number, OpenRow>;
  backups: Map<number, FileFacts>;
  restores: Restore[];
  /** Of the session that is read, and where it began. */
  mark: number;
  sessionStart: number;
  session: string | undefined;
  /** A line that only a confirmed run has. */
  begun: boolean;
};

/** Reads a journal into its view. Refuses another format version, and a file that is no journal. */
export async function foldJournal(path: string | JournalSource): Promise<JournalView> {
  let view: Building | undefined;
  let lineNumber = 0;
  for await (const lines of readJournal(path)) {
    for (const { offset, end, value } of lines) {
      lineNumber += 1;
      if (view === undefined) view = begin(path, value, end);
      else if (value !== undefined && isBodyLine(value, view.header.manifest.rows)) {
        foldLine(view, value, offset, end);
      } else foldHole(view, lineNumber, offset);
      view.end = end;
    }
  }
  if (view === undefined) throw noRun(path);
  endSession(view);
  if (view.holes !== undefined) await foldHoles(view, view.holes);
  // What a killed session left in flight may have been sent; a connection that was never made is not.
  view.sent ||= view.airMark > 0 || [...view.open.values()].some(({ inAir }) => inAir);
  return view;
}

function noRun(path: string | JournalSource): RefusedError {
  const { name } = journalSource(path);
  return new RefusedError(`${name} holds no run: its first line is missing.`);
}

function begin(
  path: string | JournalSource,
  line: object | undefined,
  planStart: number,
): Building {
  if (line === undefined) throw noRun(path);
  const header: Partial<JournalHeader> = line;
  if (header.version !== JOURNAL_VERSION) {
    throw new RefusedError(
      `${journalSource(path).name} has journal version ${String(header.version)}; this program reads version ${JOURNAL_VERSION}. Use the version of redcap-sweep that wrote it.`,
    );
  }
  if (typeof header.manifest?.rows !== 'number') throw noRun(path);
  return {
    path,
    header: header as JournalHeader,
    index: new RowIndex(),
    open: new Map(),
    backups: new Map(),
    planStart,
    planEnd: planStart,
    planned: undefined,
    refused: undefined,
    confirmed: false,
    stop: undefined,
    exitCode: undefined,
    airMark: 0,
    mark: 0,
    sessionStart: 0,
    session: header.session,
    sent: false,
    restores: [],
    holes: undefined,
    begun: false,
    sessions: 1,
    lastStamp: Date.parse(header.startedAt ?? '') || 0,
    workedUntil: Date.parse(header.startedAt ?? '') || 0,
    end: planStart,
  };
}

const OF_RESTORE: ReadonlySet<string> = new Set(['restore', 'restoring', 'restored']);

function foldLine(view: Building, line: BodyLine, offset: number, end: number): void {
  if ('at' in line && line.at !== undefined && line.at > view.lastStamp) {
    view.lastStamp = line.at;
    if (!('state' in line) || !OF_RESTORE.has(line.state)) view.workedUntil = line.at;
  }
  if ('plan' in line) foldPlan(view, line, end);
  else if ('row' in line) {
    view.begun = true;
    // One of an earlier version of this program, or whose first line is lost.
    if (line.state === 'restoring' && view.restores.length === 0) {
      view.restores.push({ at: line.at ?? 0, by: '', end: undefined });
    }
    foldRow(view, line, offset);
  } else if ('rows' in line) {
    for (const row of line.rows) {
      view.index.setVerified(row, line.verified);
      view.index.setLookDue(row, false);
    }
  } else foldEvent(view, line, offset);
}

/** What came after the lost line may have been written by a session whose beginning was lost with it. */
function foldHole(view: Building, lineNumber: number, offset: number): void {
  const { holes } = view;
  view.holes = {
    lines: (holes?.lines ?? 0) + 1,
    firstLine: holes?.firstLine ?? lineNumber,
    lastOffset: offset,
    inPlan: (holes?.inPlan ?? false) || view.planned === undefined,
  };
  view.stop = undefined;
  view.exitCode = undefined;
  view.session = undefined;
}

function foldPlan(view: Building, line: PlanLine, end: number): void {
  view.index.setPhase(line.row, line.plan === 'delete' ? PHASE.planned : PHASE.settledByPlan);
  view.planEnd = end;
}

/**
 * A session without a stop or an end was killed. A power cut may have taken
 * the last lines of any row up to its mark: those without an outcome may be in
 * the air, and so may one whose last word, that it was not attempted, an
 * earlier session wrote.
 */
function endSession(view: Building): void {
  if (view.stop !== undefined || view.exitCode !== undefined) return;
  const { index, mark, sessionStart } = view;
  view.airMark = Math.max(view.airMark, mark);
  const last = Math.min(mark, view.header.manifest.rows);
  for (let row = 1; row <= last; row += 1) {
    const retracted =
      index.phase(row) === PHASE.outcome &&
      index.status(row) === 'not_attempted' &&
      index.offset(row) < sessionStart;
    if (retracted) index.setInDoubt(row, true);
  }
}

function foldEvent(view: Building, line: EventLine, offset: number): void {
  switch (line.state) {
    case 'planned':
      view.planned = line;
      return;
    case 'refused':
      view.refused = line.reason;
      return;
    case 'confirmed':
      view.confirmed = true;
      return;
    case 'resumed':
      endSession(view);
      view.mark = 0;
      view.sessionStart = offset;
      view.session = line.session;
      view.stop = undefined;
      view.exitCode = undefined;
      view.sessions += 1;
      return;
    case 'mark':
      view.begun = true;
      // Never less: a late one may be that of a session that was taken over.
      view.mark = Math.max(view.mark, line.upTo);
      return;
    case 'stop':
      if (isOfAnother(view, line.session)) return;
      view.stop = { code: line.code, message: line.message };
      return;
    case 'end':
      if (isOfAnother(view, line.session)) return;
      view.exitCode = line.exitCode;
      return;
    case 'restore':
      view.restores.push({ at: line.at, by: line.by ?? '', end: undefined });
      return;
    case 'restored': {
      // The line that began it may be lost.
      const begun = view.restores.at(-1)?.end === undefined ? view.restores.pop() : undefined;
      view.restores.push({ at: begun?.at ?? line.at, by: begun?.by ?? '', end: line });
      return;
    }
  }
}

/** The end of a session that was taken over says nothing of the one that works now. */
function isOfAnother(view: Building, session: string | undefined): boolean {
  return session !== undefined && view.session !== undefined && session !== view.session;
}
