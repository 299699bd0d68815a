import { graver, type FileFacts } from '../rows/outcome.ts';
import type { OutcomeLine, RowLine, SendingLine, TriedLine } from './lines.ts';
import { effectOf, plainSuccessTimes } from './line-codec.ts';
import { PHASE, type RowIndex } from './row-index.ts';
import type { OpenRow } from './run-state.ts';

/** What the lines of single rows make up. */
interface Rows {
  readonly index: RowIndex;
  readonly open: Map<number, OpenRow>;
  readonly backups: Map<number, FileFacts>;
  /** A connection was made for a deletion. */
  sent: boolean;
}

export function replayRow(rows: Rows, line: RowLine, offset: number): void {
  const { index, open, backups } = rows;
  const { row } = line;
  switch (line.state) {
    case 'sending': {
      const before = open.get(row);
      if (before?.inFlight === true) rows.sent = true;
      open.set(row, openedBy(line, before));
      index.setPhase(row, PHASE.open);
      return;
    }
    case 'tried': {
      if (line.sent) rows.sent = true;
      const before = open.get(row);
      // An outcome stands until the row is sent again.
      if (before === undefined && index.phase(row) === PHASE.outcome) return;
      open.set(row, before === undefined ? openedByTry(line) : endTry(before, line));
      index.setPhase(row, PHASE.open);
      return;
    }
    case 'backup':
      backups.set(row, line.file);
      return;
    case 'restoring':
      index.setRestoring(row);
      return;
    default:
      if ((line.attempts ?? 0) > 0) rows.sent = true;
      replayOutcome(rows, line, offset);
  }
}

/** A try whose end is not written may have had its effect, also when another try follows it. */
function openedBy(line: SendingLine, before: OpenRow | undefined): OpenRow {
  const effect = graver(effectOf(line), before?.effect ?? 'none');
  return {
    attempts: line.attempt,
    startedAt: before?.startedAt ?? line.at,
    effect: before?.inFlight === true ? 'possible' : effect,
    inFlight: true,
    code: before?.code ?? '',
    http: before?.http,
    said: line.said ?? before?.said,
  };
}

/** Its `sending` line is lost in a hole. */
function openedByTry({ at, code, http, effect, sent, said }: TriedLine): OpenRow {
  return { attempts: sent ? 1 : 0, startedAt: at, effect, inFlight: false, code, http, said };
}

function endTry(before: OpenRow, { code, http, effect, sent, said }: TriedLine): OpenRow {
  return {
    attempts: sent ? before.attempts : before.attempts - 1,
    startedAt: before.startedAt,
    effect: graver(effect, before.effect),
    inFlight: false,
    code,
    http,
    said: said ?? before.said,
  };
}

function replayOutcome({ index, open, backups }: Rows, line: OutcomeLine, offset: number): void {
  const { row, state, verified, look } = line;
  // One session alone never says so of a row that it has sent: this was written by one that was
  // taken over, too late, and the request that is in flight is not its own.
  if (WITHOUT_EFFECT.has(state) && open.get(row)?.effect === 'possible') return;
  index.setOutcome(row, state, offset, verified ?? '', look === true);
  const plain = plainSuccessTimes(line);
  if (plain !== undefined) index.setPlainSuccess(row, plain);
  open.delete(row);
  backups.delete(row);
}

/** No end of a row of which a request may have had its effect. */
const WITHOUT_EFFECT: ReadonlySet<OutcomeLine['state']> = new Set([
  'already_empty',
  'failed',
  'guard_mismatch',
  'invalid',
  'not_attempted',
]);
