import { graver, type Effect, type FileFacts, type UnknownCode } from '../rows/outcome.ts';
import type { OutcomeLine, RowLine, SendingLine, TriedLine } from './lines.ts';
import { effectOf } from './line-codec.ts';
import { PHASE, type RowIndex } from './row-index.ts';

/** A row between its first `sending` line and its outcome. */
export interface OpenRow {
  attempts: number;
  startedAt: number;
  /** An earlier try may have had an effect. */
  effect: Effect;
  /** A try left whose end is not written. */
  inAir: boolean;
  /** How its last try ended. */
  code: UnknownCode | '';
  http: number | undefined;
  /** What the server had said. */
  said: string | undefined;
}

/** What the lines of single rows make up. */
export interface FoldedRows {
  readonly index: RowIndex;
  readonly open: Map<number, OpenRow>;
  readonly backups: Map<number, FileFacts>;
  /** A connection was made for a deletion. */
  sent: boolean;
}

export function foldRow(view: FoldedRows, line: RowLine, offset: number): void {
  const { row } = line;
  switch (line.state) {
    case 'sending': {
      const before = view.open.get(row);
      if (before?.inAir === true) view.sent = true;
      view.open.set(row, openedBy(line, before));
      view.index.setPhase(row, PHASE.open);
      return;
    }
    case 'tried': {
      const open = view.open.get(row);
      if (open !== undefined) endTry(open, line);
      else if (view.index.phase(row) !== PHASE.outcome) {
        // Its `sending` line is lost in a hole.
        view.open.set(row, openedByTry(line));
        view.index.setPhase(row, PHASE.open);
      }
      if (line.sent) view.sent = true;
      return;
    }
    case 'backup':
      view.backups.set(row, line.file);
      return;
    case 'restoring':
      view.index.setRestoring(row);
      return;
    default:
      if ((line.attempts ?? 0) > 0) view.sent = true;
      foldOutcome(view, line, offset);
  }
}

/** A try whose end is not written may have had its effect, also when another try follows it. */
function openedBy(line: SendingLine, before: OpenRow | undefined): OpenRow {
  const effect = graver(effectOf(line), before?.effect ?? 'none');
  return {
    attempts: line.attempt,
    startedAt: before?.startedAt ?? line.at,
    effect: before?.inAir === true ? 'possible' : effect,
    inAir: true,
    code: before?.code ?? '',
    http: before?.http,
    said: line.said ?? before?.said,
  };
}

function openedByTry({ at, code, http, effect, sent, said }: TriedLine): OpenRow {
  return { attempts: sent ? 1 : 0, startedAt: at, effect, inAir: false, code, http, said };
}

function endTry(open: OpenRow, { code, http, effect, sent, said }: TriedLine): void {
  open.inAir = false;
  open.code = code;
  open.http = http;
  open.said = said ?? open.said;
  if (effect === 'possible') open.effect = 'possible';
  if (!sent) open.attempts -= 1;
}

function foldOutcome(
  { index, open, backups }: FoldedRows,
  line: OutcomeLine,
  offset: number,
): void {
  const { row, state, verified, look } = line;
  // One session alone never says so of a row that it has sent: this was written by one that was
  // taken over, too late, and the request that is in the air is not its own.
  if (WITHOUT_EFFECT.has(state) && open.get(row)?.effect === 'possible') return;
  index.setOutcome(row, state, offset, verified ?? '', look === true);
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
