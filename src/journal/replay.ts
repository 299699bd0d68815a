import { RefusedError } from '../errors.ts';
import type { FileFacts } from '../rows/outcome.ts';
import type { PlanLine } from '../rows/plan-line.ts';
import { retractNotAttempted, weighHoles } from './holes.ts';
import { isBodyLine } from './line-codec.ts';
import { JOURNAL_VERSION, type BodyLine, type EventLine, type JournalHeader } from './lines.ts';
import { journalSource, readJournal, type JournalSource } from './read.ts';
import { replayRow } from './replay-rows.ts';
import { PHASE, RowIndex } from './row-index.ts';
import type { OpenRow, Restore, RunState } from './run-state.ts';

/** A run's state while its journal is read. */
type Replay = { -readonly [K in keyof RunState]: RunState[K] } & {
  open: Map<number, OpenRow>;
  backups: Map<number, FileFacts>;
  restores: Restore[];
  session: Session;
  /** There is a line that only a confirmed run has. */
  begun: boolean;
};

/** The session whose lines are read. */
interface Session {
  /** Absent where it has none, or where its beginning is lost. */
  readonly id: string | undefined;
  /** Where it begins in the journal. */
  readonly start: number;
  /** Its send watermark. */
  readonly watermark: number;
}

/** Reads a whole journal. Refuses another format version, and a file that is no journal. */
export async function replayJournal(path: string | JournalSource): Promise<RunState> {
  let run: Replay | undefined;
  let lineNumber = 0;
  for await (const lines of readJournal(path)) {
    for (const { offset, end, value } of lines) {
      lineNumber += 1;
      if (run === undefined) run = begin(path, value, end);
      else if (value !== undefined && isBodyLine(value, run.header.manifest.rows)) {
        replayLine(run, value, offset, end);
      } else passOver(run, lineNumber, offset);
      run.end = end;
    }
  }
  if (run === undefined) throw noRun(path);
  endSession(run);
  if (run.holes !== undefined) await weighHoles(run, run.holes);
  // What a killed session left in flight may have been sent; a connection that was never made is not.
  run.sent ||= run.uncertainUpTo > 0 || [...run.open.values()].some(({ inFlight }) => inFlight);
  return run;
}

function noRun(path: string | JournalSource): RefusedError {
  const { name } = journalSource(path);
  return new RefusedError(`${name} holds no run: its first line is missing.`);
}

/** The first line of a journal. Throws RefusedError where it is none, or is of another version. */
export function readHeader(path: string | JournalSource, line: object | undefined): JournalHeader {
  if (line === undefined) throw noRun(path);
  const version = 'version' in line ? line.version : undefined;
  if (version !== JOURNAL_VERSION) {
    throw new RefusedError(
      `${journalSource(path).name} has journal version ${String(version)}; this program reads version ${JOURNAL_VERSION}. Use the version of redcap-sweep that wrote it.`,
    );
  }
  if (!isHeader(line)) throw noRun(path);
  return line;
}

function begin(path: string | JournalSource, line: object | undefined, end: number): Replay {
  const header = readHeader(path, line);
  const startedAt = Date.parse(header.startedAt) || 0;
  return {
    path,
    header,
    index: new RowIndex(startedAt),
    open: new Map(),
    backups: new Map(),
    planEnd: end,
    planned: undefined,
    refused: undefined,
    confirmed: false,
    begun: false,
    stop: undefined,
    exitCode: undefined,
    uncertainUpTo: 0,
    sent: false,
    holes: undefined,
    restores: [],
    session: { id: header.session, start: 0, watermark: 0 },
    sessions: 1,
    lastStamp: startedAt,
    workedUntil: startedAt,
    end,
  };
}

/** The first line is written and synced as a whole: where it names a manifest, everything else is there too. */
function isHeader(line: object): line is JournalHeader {
  const { manifest }: { manifest?: { rows?: unknown } } = line;
  return typeof manifest?.rows === 'number';
}

const OF_RESTORE: ReadonlySet<string> = new Set(['restore', 'restoring', 'restored']);

function replayLine(run: Replay, line: BodyLine, offset: number, end: number): void {
  if ('at' in line && line.at !== undefined && line.at > run.lastStamp) {
    run.lastStamp = line.at;
    if (!('state' in line) || !OF_RESTORE.has(line.state)) run.workedUntil = line.at;
  }
  if ('plan' in line) replayPlan(run, line, end);
  else if ('row' in line) {
    run.begun = true;
    // One of an earlier version of this program, or whose first line is lost.
    if (line.state === 'restoring' && run.restores.length === 0) {
      run.restores.push({ at: line.at ?? 0, by: '', end: undefined });
    }
    replayRow(run, line, offset);
  } else if ('rows' in line) {
    for (const row of line.rows) {
      run.index.setVerified(row, line.verified);
      run.index.setLookDue(row, false);
    }
  } else replayEvent(run, line, offset);
}

function replayPlan(run: Replay, line: PlanLine, end: number): void {
  run.index.setPhase(line.row, line.plan === 'delete' ? PHASE.planned : PHASE.settledByPlan);
  run.planEnd = end;
}

function replayEvent(run: Replay, line: EventLine, offset: number): void {
  switch (line.state) {
    case 'planned':
      run.planned = line;
      return;
    case 'refused':
      run.refused = line.reason;
      return;
    case 'confirmed':
      run.confirmed = true;
      return;
    case 'resumed':
      endSession(run);
      run.session = { id: line.session, start: offset, watermark: 0 };
      run.stop = undefined;
      run.exitCode = undefined;
      run.sessions += 1;
      return;
    case 'mark': {
      run.begun = true;
      // Never less: a late one may be that of a session that was taken over.
      const watermark = Math.max(run.session.watermark, line.upTo);
      run.session = { ...run.session, watermark };
      return;
    }
    case 'stop':
      if (isOfAnother(run, line.session)) return;
      run.stop = { code: line.code, message: line.message };
      return;
    case 'end':
      if (isOfAnother(run, line.session)) return;
      run.exitCode = line.exitCode;
      return;
    case 'restore':
      run.restores.push({ at: line.at, by: line.by ?? '', end: undefined });
      return;
    case 'restored': {
      // The line that began it may be lost.
      const begun = run.restores.at(-1)?.end === undefined ? run.restores.pop() : undefined;
      run.restores.push({ at: begun?.at ?? line.at, by: begun?.by ?? '', end: line });
      return;
    }
  }
}

/** The end of a session that was taken over says nothing of the one that works now. */
function isOfAnother({ session }: Replay, id: string | undefined): boolean {
  return id !== undefined && session.id !== undefined && id !== session.id;
}

/**
 * A session without a stop or an end was killed. A power cut may have taken
 * the last lines of any row up to its send watermark: those without an outcome
 * may have been sent, and so may one whose last word, that it was not
 * attempted, an earlier session wrote.
 */
function endSession(run: Replay): void {
  if (run.stop !== undefined || run.exitCode !== undefined) return;
  const { watermark, start } = run.session;
  run.uncertainUpTo = Math.max(run.uncertainUpTo, watermark);
  retractNotAttempted(run.index, Math.min(watermark, run.header.manifest.rows), start);
}

/** What comes after a line that cannot be read may be of a session whose beginning was lost with it. */
function passOver(run: Replay, lineNumber: number, offset: number): void {
  const { holes } = run;
  run.holes = {
    lines: (holes?.lines ?? 0) + 1,
    firstLine: holes?.firstLine ?? lineNumber,
    lastOffset: offset,
    inPlan: (holes?.inPlan ?? false) || run.planned === undefined,
  };
  run.stop = undefined;
  run.exitCode = undefined;
  run.session = { ...run.session, id: undefined };
}
