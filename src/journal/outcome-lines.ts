import { isSame, type Effect, type Outcome, type Verified } from '../rows/outcome.ts';
import { inOnePiece } from '../words/one-piece.ts';
import type { OutcomeLine } from './lines.ts';

/** Rows of the same millisecond mostly share all but their number. */
const told = { outcome: undefined as Outcome | undefined, lookDue: false, rest: '' };
const sending = { at: Number.NaN, attempt: 0, effect: 'none' as Effect, rest: '' };

/**
 * An outcome as its journal line. Values that a reader assumes anyway are left
 * out: this line is written once for every row.
 */
export function encodeOutcome(row: number, outcome: Outcome, lookDue: boolean): string {
  // A file is a row's own.
  if (outcome.file !== undefined) return `{"row":${row}${restOfOutcome(outcome, lookDue)}`;
  if (told.outcome === undefined || !isSame(outcome, told.outcome) || lookDue !== told.lookDue) {
    told.rest = inOnePiece(restOfOutcome(outcome, lookDue));
    told.outcome = outcome;
    told.lookDue = lookDue;
  }
  return `{"row":${row}${told.rest}`;
}

function restOfOutcome(outcome: Outcome, lookDue: boolean): string {
  const { file } = outcome;
  let text = `,"state":"${outcome.status}"`;
  if (outcome.startedAt !== undefined) text += `,"started":${outcome.startedAt}`;
  if (outcome.finishedAt !== undefined) text += `,"at":${outcome.finishedAt}`;
  if (outcome.attempts > 0) text += `,"attempts":${outcome.attempts}`;
  if (outcome.httpStatus !== undefined) text += `,"http":${outcome.httpStatus}`;
  text += effectText(outcome.effect);
  if (outcome.verified !== '') text += `,"verified":"${outcome.verified}"`;
  if (lookDue) text += ',"look":true';
  if (outcome.code !== '') text += `,"code":${JSON.stringify(outcome.code)}`;
  if (outcome.message !== '') text += `,"message":${JSON.stringify(outcome.message)}`;
  if (outcome.said !== undefined) text += `,"said":${JSON.stringify(outcome.said)}`;
  if (file !== undefined) text += `,"file":${JSON.stringify(file)}`;
  return text + '}';
}

/** A reader that does not know of marks takes such a row for one that may have been sent. */
function effectText(effect: Effect): string {
  if (effect === 'none') return '';
  return effect === 'possible' ? ',"effect":"possible"' : ',"effect":"possible","air":"mark"';
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

/** A `sending` line, built by hand: it stands on the path of every request. */
export function encodeSending(
  row: number,
  at: number,
  attempt: number,
  effect: Effect,
  said?: string,
): string {
  if (at !== sending.at || attempt !== sending.attempt || effect !== sending.effect) {
    const rest = `,"state":"sending","at":${at},"attempt":${attempt}${effectText(effect)}`;
    sending.rest = inOnePiece(rest);
    sending.at = at;
    sending.attempt = attempt;
    sending.effect = effect;
  }
  const words = said === undefined ? '' : `,"said":${JSON.stringify(said)}`;
  return `{"row":${row}${sending.rest}${words}}`;
}
