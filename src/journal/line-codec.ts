import type { Effect, Outcome, Verified } from '../rows/outcome.ts';
import type { OutcomeLine, SendingLine } from './lines.ts';

/** An outcome as its line in the journal. What a reader assumes anyway is left out. */
export function encodeOutcome(row: number, outcome: Outcome, lookDue: boolean): string {
  const { attempts, code, message, verified } = outcome;
  const line: OutcomeLine = {
    row,
    state: outcome.status,
    started: outcome.startedAt,
    at: outcome.finishedAt,
    attempts: attempts === 0 ? undefined : attempts,
    http: outcome.httpStatus,
    ...effectParts(outcome.effect),
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
  effect: Effect,
  said?: string,
): string {
  const line: SendingLine = { row, state: 'sending', at, attempt, ...effectParts(effect), said };
  return JSON.stringify(line);
}

/** A reader that does not know of send watermarks takes such a row for one that may have been sent. */
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
  // The writer above is the only source of these lines, so that status and
  // code belong together as the union says.
  return {
    status: line.state,
    code: line.code ?? '',
    message: line.message ?? '',
    said: line.said,
    httpStatus: line.http,
    attempts: line.attempts ?? 0,
    effect: effectOf(line),
    startedAt: line.started,
    finishedAt: line.at,
    verified,
    file: line.file,
  } as Outcome;
}
