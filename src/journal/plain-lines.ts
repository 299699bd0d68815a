import type { OutcomeLine, SendingLine } from './lines.ts';

/** Gives the line between two places, without its line end, or `undefined` where it is another one. */
export type ReadPlainLine = (
  bytes: Uint8Array,
  start: number,
  end: number,
) => SendingLine | OutcomeLine | undefined;

/**
 * Reads the two lines that nearly all of a journal consists of from their
 * bytes, as outcome-lines.ts writes them: several times as fast as JSON.parse.
 * What is not of this shape to the letter is left to that.
 */
export function createPlainReader(): ReadPlainLine {
  // The place of one call, which never waits: an object for it would be one more a line.
  let from: Uint8Array = ROW;
  let at = 0;
  let until = 0;
  let sound = true;

  const skip = (text: Uint8Array): boolean => {
    // Copies, here and below: a loop over what a closure shares is several times as slow.
    const bytes = from;
    const start = at;
    const { length } = text;
    if (start + length > until) return false;
    for (let one = 0; one < length; one += 1) {
      if (bytes[start + one] !== text[one]) return false;
    }
    at = start + length;
    return true;
  };

  const pass = (text: Uint8Array): void => {
    sound &&= skip(text);
  };

  const number = (): number => {
    const bytes = from;
    const start = at;
    const stop = Math.min(until, start + MOST_DIGITS + 1);
    let value = 0;
    let next = start;
    for (; next < stop; next += 1) {
      const digit = (bytes[next] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    at = next;
    const digits = next - start;
    sound &&= digits > 0 && digits <= MOST_DIGITS && (digits === 1 || bytes[start] !== ZERO);
    return value;
  };

  return (bytes, start, end) => {
    from = bytes;
    at = start;
    until = end;
    sound = true;
    pass(ROW);
    const row = number();
    if (!sound) return undefined;
    if (skip(SENDING)) {
      const sentAt = number();
      pass(ATTEMPT);
      const attempt = number();
      pass(END);
      return sound && at === end ? { row, state: 'sending', at: sentAt, attempt } : undefined;
    }
    pass(DELETED);
    const started = number();
    pass(AT);
    const endedAt = number();
    pass(ATTEMPTS);
    const attempts = number();
    pass(HTTP);
    const http = number();
    const skipped = sound && skip(SKIPPED);
    const look = sound && skip(LOOK);
    pass(END);
    if (!sound || at !== end) return undefined;
    const state = 'deleted';
    if (look) {
      return skipped ? undefined : { row, state, started, at: endedAt, attempts, http, look };
    }
    return skipped
      ? { row, state, started, at: endedAt, attempts, http, verified: 'skipped' }
      : { row, state, started, at: endedAt, attempts, http };
  };
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

const ZERO = 48;
/** So many digits a double surely holds. */
const MOST_DIGITS = 15;
