import { rowStateOf, type Effect, type Outcome, type Verified } from '../rows/outcome.ts';
import type { BodyLine, OutcomeLine, SendingLine } from './lines.ts';
import type { Times } from './row-index.ts';

/** An outcome as its line in the journal. What a reader assumes anyway is left out. */
export function encodeOutcome(row: number, outcome: Outcome, lookDue: boolean): string {
  const { attempts, code, message, verified } = outcome;
  const { effect, air } = effectParts(outcome.effect);
  const line: OutcomeLine = {
    row,
    state: outcome.status,
    started: outcome.startedAt,
    at: outcome.finishedAt,
    attempts: attempts === 0 ? undefined : attempts,
    http: outcome.httpStatus,
    effect,
    air,
    verified: verified === '' ? undefined : verified,
    look: lookDue ? true : undefined,
    code: code === '' ? undefined : code,
    message: message === '' ? undefined : message,
    said: outcome.said,
    file: outcome.file,
  };
  return JSON.stringify(line);
}

/** The line that announces a request. `said`: what the server had said, where the journal does not have it yet. */
export function encodeSending(
  row: number,
  at: number,
  attempt: number,
  risk: Effect,
  said?: string,
): string {
  const { effect, air } = effectParts(risk);
  const line: SendingLine = { row, state: 'sending', at, attempt, effect, air, said };
  return JSON.stringify(line);
}

/** To a reader that knows no send watermarks such a row may have been sent. */
function effectParts(effect: Effect): Pick<OutcomeLine, 'effect' | 'air'> {
  if (effect === 'none') return {};
  return effect === 'possible' ? { effect: 'possible' } : { effect: 'possible', air: 'mark' };
}

/** What a line says of requests before it. */
export function effectOf(line: Pick<OutcomeLine, 'effect' | 'air'>): Effect {
  return line.air === 'mark' ? 'marked' : (line.effect ?? 'none');
}

/** `verified`: what later lines of the journal say, where they say more than this one. */
export function decodeOutcome(
  line: OutcomeLine,
  verified: Verified = line.verified ?? '',
): Outcome {
  const state = rowStateOf(line.state, line.code ?? '');
  if (state === undefined) throw new Error('a line of the journal is not the one that was read');
  return {
    message: line.message ?? '',
    said: line.said,
    httpStatus: line.http,
    attempts: line.attempts ?? 0,
    effect: effectOf(line),
    startedAt: line.started,
    finishedAt: line.at,
    verified,
    file: line.file,
    ...state,
  };
}

/** The times of a row that was deleted by its first request, with nothing to add: most rows of most runs. */
export function plainSuccessTimes(line: OutcomeLine): Times | undefined {
  const { state, attempts, http, started, at } = line;
  const isPlain = state === 'deleted' && attempts === 1 && http === 200;
  if (!isPlain || started === undefined || at === undefined) return undefined;
  const more = line.effect ?? line.air ?? line.code ?? line.message ?? line.said ?? line.file;
  return more === undefined ? { startedAt: started, finishedAt: at } : undefined;
}

export function plainSuccess({ startedAt, finishedAt }: Times, verified: Verified): Outcome {
  return {
    message: '',
    said: undefined,
    httpStatus: 200,
    attempts: 1,
    effect: 'none',
    startedAt,
    finishedAt,
    verified,
    file: undefined,
    status: 'deleted',
    code: '',
  };
}

/**
 * Is it a line that a journal of this many rows may hold? Valid JSON that is no
 * such line is as damaged as text that is no JSON.
 */
export function isBodyLine(line: object, rows: number): line is BodyLine {
  if ('row' in line)
    return isRow(line.row, rows) && ('plan' in line ? isPlan(line) : isRowLine(line));
  if ('rows' in line) return Array.isArray(line.rows) && line.rows.every((row) => isRow(row, rows));
  return 'state' in line && typeof line.state === 'string';
}

function isRow(row: unknown, rows: number): boolean {
  return typeof row === 'number' && Number.isInteger(row) && row >= 1 && row <= rows;
}

function isPlan(line: object): boolean {
  const { plan, code = '' }: { plan?: unknown; code?: unknown } = line;
  switch (plan) {
    case 'delete':
    case 'already_empty':
    case 'duplicate':
      return true;
    case 'invalid':
    case 'guard_mismatch':
    case 'failed':
      return isStateOf(plan, code);
    default:
      return false;
  }
}

function isRowLine(line: object): boolean {
  const { state, code = '' }: { state?: unknown; code?: unknown } = line;
  switch (state) {
    case 'sending':
    case 'restoring':
    case 'backup':
      return true;
    case 'tried':
      return code === '' || isStateOf('unknown', code);
    default:
      return isOutcomeLine(line);
  }
}

export function isOutcomeLine(line: object): line is OutcomeLine {
  const { state, code = '' }: { state?: unknown; code?: unknown } = line;
  return isStateOf(state, code);
}

function isStateOf(status: unknown, code: unknown): boolean {
  return (
    typeof status === 'string' && typeof code === 'string' && rowStateOf(status, code) !== undefined
  );
}
