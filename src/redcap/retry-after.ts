import type { AnswerHeaders } from './answer-headers.ts';

const SECONDS = /^\d+$/;
const IMF_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const RFC_850_DATE = /^[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * How long a server asks to wait, in milliseconds: seconds, or a date held
 * against the answer's own Date (this machine's clock may be wrong). Anything
 * else in the header says nothing.
 */
export function readRetryAfter(headers: AnswerHeaders): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined) return undefined;
  if (SECONDS.test(value)) return Number(value) * 1000;
  const until = readHttpDate(value);
  const sentAt = readHttpDate(headers.get('date')?.trim() ?? '');
  if (until === undefined || sentAt === undefined) return undefined;
  return Math.max(0, until - sentAt);
}

/** Date.parse alone takes far too much for a date. */
function readHttpDate(text: string): number | undefined {
  const dated = ASCTIME_DATE.test(text) ? `${text} GMT` : text;
  if (dated === text && !IMF_DATE.test(text) && !RFC_850_DATE.test(text)) return undefined;
  const at = Date.parse(dated);
  return Number.isNaN(at) ? undefined : at;
}
