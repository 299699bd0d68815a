import type { ResponseHead, ResponseHeaders } from './transport.ts';

/** Headers as undici has them. */
export function headersOf(
  received: Readonly<Record<string, string | string[] | undefined>>,
): ResponseHeaders {
  return {
    get(name) {
      const value = Object.hasOwn(received, name) ? received[name] : undefined;
      return Array.isArray(value) ? value.join(', ') : value;
    },
  };
}

/** A response with a length or in chunks is known to be whole; undici fails on one that is cut short. */
export function tellsLength(headers: ResponseHeaders): boolean {
  return (
    headers.get('content-length') !== undefined ||
    /\bchunked\s*$/i.test(headers.get('transfer-encoding') ?? '')
  );
}

/**
 * Does the connection outlive this response for sure? Where it ends with the
 * response, reading must not be paused: undici 7 fails an assertion, out of
 * anybody's reach, when that end comes during a pause (nodejs/undici#5360).
 */
export function keepsConnection(headers: ResponseHeaders): boolean {
  return tellsLength(headers) && /\bkeep-alive\b/i.test(headers.get('connection') ?? '');
}

const NAME_PARAMETER = /(?:^|;)\s*name\s*=\s*/i;
const TRAILING_CHARSET = /\s*;\s*charset\s*=\s*[^;]*$/i;
const FURTHER_PARAMETERS = String.raw`\s*(?:;\s*[\w*-]+\s*=\s*[^"';]*)*;?\s*$`;
const DOUBLE_QUOTED = new RegExp(`^"(.*)"${FURTHER_PARAMETERS}`, 's');
const SINGLE_QUOTED = new RegExp(`^'(.*)'${FURTHER_PARAMETERS}`, 's');

/**
 * Is this response a file? REDCap's exports say so by a `name` in Content-Type;
 * an error or a page has none.
 */
export function namesFile({ headers }: ResponseHead): boolean {
  return NAME_PARAMETER.test(headers.get('content-type') ?? '');
}

/**
 * The stored name of an exported file, as recorded servers send it: in
 * Content-Type, in double, single or no quotes, with the charset before, behind
 * or absent, and with quotes, `;` and `=` inside left as they are. Falls back
 * on Content-Disposition; '' where neither has one. Never to be used as a path.
 */
export function readFileName({ headers }: Pick<ResponseHead, 'headers'>): string {
  return (
    fromContentType(headers.get('content-type') ?? '') ||
    fromDisposition(headers.get('content-disposition') ?? '')
  );
}

function fromContentType(value: string): string {
  const found = NAME_PARAMETER.exec(value);
  if (found === null) return '';
  return unquote(value.slice(found.index + found[0].length));
}

function unquote(text: string): string {
  const trimmed = text.trim();
  const quoted = DOUBLE_QUOTED.exec(trimmed) ?? SINGLE_QUOTED.exec(trimmed);
  if (quoted !== null) return decode((quoted[1] ?? '').replace(/\\"/g, '"'));
  return decode(trimmed.replace(TRAILING_CHARSET, '').replace(/;$/, '').trim());
}

function fromDisposition(value: string): string {
  const extended = /(?:^|;)\s*filename\*\s*=\s*UTF-8'[^']*'([^;]*)/i.exec(value)?.[1]?.trim();
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended);
    } catch {
      // Not what it says to be; the plain form may still be there.
    }
  }
  const plain = /(?:^|;)\s*filename\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^;]*))/i.exec(value);
  return decode((plain?.[1]?.replace(/\\(.)/g, '$1') ?? plain?.[2] ?? '').trim());
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Header values arrive with one character for each byte; the bytes are mostly UTF-8. */
function decode(latin1: string): string {
  // oxlint-disable-next-line no-control-regex
  if (!/^[\0-\xff]*$/.test(latin1)) return latin1;
  try {
    return UTF8.decode(Buffer.from(latin1, 'latin1'));
  } catch {
    return latin1;
  }
}

const SECONDS = /^\d+$/;
const IMF_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const RFC_850_DATE = /^[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * How long a server asks to wait, in milliseconds: seconds, or a date held
 * against the response's own Date (this machine's clock may be wrong). Anything
 * else in the header says nothing.
 */
export function readRetryAfter(headers: ResponseHeaders): number | undefined {
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
