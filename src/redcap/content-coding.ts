/** What a Content-Encoding header asks for. */
export interface Codings {
  /** What has to be undone, in that order. */
  readonly undo: readonly Unpacking[];
  /** A name that says nothing of packing stood among them (`UTF-8`, `none`, `binary`). */
  readonly idle: string | undefined;
  /** A name that is not known here: nobody can tell what the bytes are. */
  readonly unknown: string | undefined;
}

export type Unpacking = 'gzip' | 'deflate' | 'br';

const UNPACKINGS: ReadonlySet<string> = new Set(['gzip', 'deflate', 'br']);

/** Words that servers write there and that mean "as it is"; the names of character sets come on top. */
const NONE: ReadonlySet<string> = new Set([
  'none',
  'no',
  'off',
  'null',
  'false',
  'default',
  'plain',
  'text',
  'binary',
  '7bit',
  '8bit',
  '8-bit',
  'utf',
]);

/**
 * Reads the header. `identity` is nothing; misconfigured servers write other
 * words, and character sets above all, which belong into Content-Type
 * (encode/httpx#195, yhirose/cpp-httplib#2518).
 */
export function readCodings(header: string | undefined): Codings {
  const undo: Unpacking[] = [];
  let idle: string | undefined;
  let unknown: string | undefined;
  for (const part of header?.split(',') ?? []) {
    const name = bareName(part);
    if (name === '' || name === 'identity') continue;
    if (isUnpacking(name)) undo.unshift(name);
    else if (NONE.has(name) || isCharset(name)) idle ??= name;
    else unknown ??= name;
  }
  return { undo, idle, unknown };
}

/** `"UTF-8"`, `charset=utf-8`, `x-gzip;q=1` without what does not belong there. */
function bareName(part: string): string {
  const [first = ''] = part.toLowerCase().split(';');
  return first
    .replace(/^\s*charset\s*=/, '')
    .replace(/["'\s]/g, '')
    .replace(/^x-/, '');
}

function isUnpacking(name: string): name is Unpacking {
  return UNPACKINGS.has(name);
}

function isCharset(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== '';
  } catch {
    return false;
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Text, whatever it says: UTF-8 (or UTF-16 with its mark) without control characters. */
export function readsWell(bytes: Buffer, text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  if (/[\0-\x08\x0e-\x1f]/.test(text)) return false;
  if (bytes.length >= 2 && [0xfffe, 0xfeff].includes(bytes.readUInt16BE(0))) return true;
  try {
    UTF8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
