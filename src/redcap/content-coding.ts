import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { codeOf } from './connection-errors.ts';

/** What a Content-Encoding header asks for. */
export interface Codings {
  /** What has to be undone, in that order. */
  readonly undo: readonly Unpacking[];
  /** A name that says nothing of packing stood among them (`UTF-8`, `none`, `binary`). */
  readonly idle: string | undefined;
  /** A name that is not known here: what the bytes are cannot be said. */
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
function readsWell(bytes: Buffer, text: string): boolean {
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

const unpackers = {
  gzip: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  deflate: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate),
  rawDeflate: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflateRaw),
  br: promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress),
};

interface TextBody {
  readonly body: string;
  /** True where these are not the bytes that the server meant. */
  readonly truncated: boolean;
  /** Where they are not: the content coding that could not be undone. */
  readonly coding?: string | undefined;
}

/**
 * Unpacks and decodes a text body. An empty one stays empty (unpacking nothing
 * throws); one that cannot be unpacked is returned raw, so that it is never taken
 * for empty.
 */
export async function unpackText(
  packed: Buffer,
  { undo, idle, unknown }: Codings,
  maxBytes: number,
): Promise<TextBody> {
  if (packed.length === 0) return { body: '', truncated: false };
  const raw = (coding: string | undefined): TextBody => ({
    body: decodeText(packed),
    truncated: true,
    coding,
  });
  if (unknown !== undefined) return raw(unknown);
  try {
    let bytes = packed;
    for (const coding of undo) bytes = await unpackOne(bytes, coding, maxBytes);
    const body = decodeText(bytes);
    return idle === undefined || readsWell(bytes, body) ? { body, truncated: false } : raw(idle);
  } catch (error) {
    // One that is too large is cut, and nothing is wrong with its coding.
    return raw(codeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? undefined : undo.join(', '));
  }
}

function unpackOne(bytes: Buffer, coding: Unpacking, maxOutputLength: number): Promise<Buffer> {
  const options = { maxOutputLength };
  if (coding === 'gzip') return unpackers.gzip(bytes, options);
  if (coding === 'br') return unpackers.br(bytes, options);
  // Some servers leave the zlib header out, against the standard.
  const hasHeader = (bytes.readUInt8(0) & 0x0f) === 8;
  return hasHeader ? unpackers.deflate(bytes, options) : unpackers.rawDeflate(bytes, options);
}

function decodeText(bytes: Buffer): string {
  if (bytes.length % 2 === 0 && bytes.length > 0) {
    const mark = bytes.readUInt16BE(0);
    if (mark === 0xfffe) return bytes.toString('utf16le');
    if (mark === 0xfeff) return Buffer.from(bytes).swap16().toString('utf16le');
  }
  return bytes.toString('utf8');
}

/** Unpacks a file as it comes. Downloads ask for no packing; this is for those who pack all the same. */
export function createUnpacker(coding: Unpacking): Duplex {
  if (coding === 'gzip') return zlib.createGunzip();
  return coding === 'br' ? zlib.createBrotliDecompress() : zlib.createInflate();
}
