import type { OutcomeLine, SendingLine } from './lines.ts';

/**
 * Reads the two lines that nearly all of a journal consists of from their
 * bytes [start, end), without the line end, as outcome-lines.ts writes them:
 * several times as fast as JSON.parse. `undefined` for what is not of this
 * shape to the letter; that is left to JSON.parse.
 */
export function readPlainLine(
  bytes: Uint8Array,
  start: number,
  end: number,
): SendingLine | OutcomeLine | undefined {
  const rowAt = behind(bytes, start, end, ROW);
  const rowEnd = behindNumber(bytes, rowAt, end);
  if (rowEnd === NOT) return undefined;
  const row = numberIn(bytes, rowAt, rowEnd);
  const sentAt = behind(bytes, rowEnd, end, SENDING);
  return sentAt === NOT
    ? readDeleted(bytes, behind(bytes, rowEnd, end, DELETED), end, row)
    : readSending(bytes, sentAt, end, row);
}

function readSending(
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): SendingLine | undefined {
  const atEnd = behindNumber(bytes, at, end);
  const attemptAt = behind(bytes, atEnd, end, ATTEMPT);
  const attemptEnd = behindNumber(bytes, attemptAt, end);
  if (behind(bytes, attemptEnd, end, END) !== end) return undefined;
  return {
    row,
    state: 'sending',
    at: numberIn(bytes, at, atEnd),
    attempt: numberIn(bytes, attemptAt, attemptEnd),
  };
}

function readDeleted(
  bytes: Uint8Array,
  startedAt: number,
  end: number,
  row: number,
): OutcomeLine | undefined {
  const startedEnd = behindNumber(bytes, startedAt, end);
  const endedAt = behind(bytes, startedEnd, end, AT);
  const endedEnd = behindNumber(bytes, endedAt, end);
  const attemptsAt = behind(bytes, endedEnd, end, ATTEMPTS);
  const attemptsEnd = behindNumber(bytes, attemptsAt, end);
  const httpAt = behind(bytes, attemptsEnd, end, HTTP);
  const httpEnd = behindNumber(bytes, httpAt, end);
  if (httpEnd === NOT) return undefined;
  const skippedEnd = behind(bytes, httpEnd, end, SKIPPED);
  const lookEnd = skippedEnd === NOT ? behind(bytes, httpEnd, end, LOOK) : NOT;
  const last = skippedEnd !== NOT ? skippedEnd : lookEnd !== NOT ? lookEnd : httpEnd;
  if (behind(bytes, last, end, END) !== end) return undefined;
  const state = 'deleted';
  const started = numberIn(bytes, startedAt, startedEnd);
  const at = numberIn(bytes, endedAt, endedEnd);
  const attempts = numberIn(bytes, attemptsAt, attemptsEnd);
  const http = numberIn(bytes, httpAt, httpEnd);
  if (skippedEnd !== NOT) return { row, state, started, at, attempts, http, verified: 'skipped' };
  if (lookEnd !== NOT) return { row, state, started, at, attempts, http, look: true };
  return { row, state, started, at, attempts, http };
}

const ROW = Buffer.from('{"row":');
const SENDING = Buffer.from(',"state":"sending","at":');
const ATTEMPT = Buffer.from(',"attempt":');
const DELETED = Buffer.from(',"state":"deleted","started":');
const AT = Buffer.from(',"at":');
const ATTEMPTS = Buffer.from(',"attempts":');
const HTTP = Buffer.from(',"http":');
const SKIPPED = Buffer.from(',"verified":"skipped"');
const LOOK = Buffer.from(',"look":true');
const END = Buffer.from('}');

/** No such place; from there on nothing is found any more. */
const NOT = -1;
const ZERO = 48;
/** So many digits a double surely holds. */
const MOST_DIGITS = 15;

/** The place behind `text`, where it stands at `at`. */
function behind(bytes: Uint8Array, at: number, end: number, text: Uint8Array): number {
  const { length } = text;
  if (at === NOT || at + length > end) return NOT;
  for (let one = 0; one < length; one += 1) {
    if (bytes[at + one] !== text[one]) return NOT;
  }
  return at + length;
}

/** The place behind the digits at `at`, where they are a whole number as JSON writes it. */
function behindNumber(bytes: Uint8Array, at: number, end: number): number {
  if (at === NOT) return NOT;
  let next = at;
  while (next < end && isDigit(bytes[next] as number)) next += 1;
  const digits = next - at;
  const sound = digits > 0 && digits <= MOST_DIGITS && (digits === 1 || bytes[at] !== ZERO);
  return sound ? next : NOT;
}

function numberIn(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) value = value * 10 + ((bytes[at] as number) - ZERO);
  return value;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}
