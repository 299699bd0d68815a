import { isUtf8 } from 'node:buffer';
import { Readable, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { RefusedError } from '../errors.ts';
import { MANIFEST } from './lines.ts';

type Chunks = AsyncGenerator<Buffer, void, undefined>;

/** What follows is no text; the reader of records knows the line on which it stands. */
export class TextError extends Error {
  override name = 'TextError';
}

const NO_BYTES = Buffer.alloc(0);
const CUT_CHARACTER = 'the file ends in the middle of a character. It may be cut off.';
const SAVE_AS_UTF8 = 'Save it as UTF-8 (in Excel: "CSV UTF-8").';

/**
 * A table's text as UTF-8, in whole characters: unpacked where it is gzip,
 * byte order mark removed, UTF-16 transcoded, every byte checked. Throws
 * TextError after the last byte that is text, and RefusedError for a gzip file
 * that is damaged or cut off.
 */
export async function* readText(source: AsyncIterable<Uint8Array>, subject = MANIFEST): Chunks {
  let decode: Decode | undefined;
  for await (let chunk of gatherFirstBytes(unpackGzip(source, subject), RECOGNISED_BYTES)) {
    if (decode === undefined) {
      const first = chunk.toString('latin1', 0, RECOGNISED_BYTES);
      const other = OTHER_KINDS.find(([begins]) => begins.test(first));
      if (other !== undefined) throw new TextError(`this is ${other[1]}, not CSV. ${other[2]}`);
      const start = readByteOrderMark(chunk);
      decode = start.decode;
      chunk = chunk.subarray(start.length);
    }
    yield* textBefore(decode(chunk, false));
  }
  if (decode !== undefined) yield* textBefore(decode(NO_BYTES, true));
}

/** So many bytes say what a file is that people take for a CSV file. */
const RECOGNISED_BYTES = 64;
const UNPACK = 'Unpack it first; gzip is read as it is.';
const EXPORT_CSV = 'Export or save it as CSV.';
/* oxlint-disable no-control-regex -- these are the first bytes of files */
const OTHER_KINDS: readonly (readonly [begins: RegExp, what: string, advice: string])[] = [
  [/^PK\x03\x04/, 'a workbook or a zip file', SAVE_AS_UTF8],
  [/^\xd0\xcf\x11\xe0/, 'a workbook of the old kind (.xls)', SAVE_AS_UTF8],
  [/^\x1f\x8b/, 'a gzip file inside another one', UNPACK],
  [/^BZh\d/, 'a bzip2 file', UNPACK],
  [/^\xfd7zXZ/, 'an xz file', UNPACK],
  [/^\x28\xb5\x2f\xfd/, 'a zstd file', UNPACK],
  [/^(?:7z\xbc\xaf|Rar!)/, 'a packed archive', UNPACK],
  [/^%PDF-/, 'a PDF', EXPORT_CSV],
  [/^\$FL[23]/, 'an SPSS file', EXPORT_CSV],
  [/^PAR1/, 'a Parquet file', EXPORT_CSV],
  [/^SQLite format 3/, 'a database', EXPORT_CSV],
  [/^\{\\rtf/, 'a text document (RTF)', EXPORT_CSV],
  [/^(?:\xef\xbb\xbf)?\s*(?:\{\s*["}]|\[\s*[[{\]"])/, 'JSON', EXPORT_CSV],
  [
    /^(?:\xef\xbb\xbf)?\s*<(?:\?xml|!doctype|!--|html|[a-z]+[\s>])/i,
    'XML or a web page',
    EXPORT_CSV,
  ],
];
/* oxlint-enable no-control-regex */

/** Valid UTF-8, and what stands right behind it and is no text, in words. */
interface Decoded {
  readonly bytes: Buffer;
  readonly fault?: string | undefined;
}

/** Decodes one chunk; `last` says that nothing follows: a character left open is a fault. */
type Decode = (chunk: Buffer, last: boolean) => Decoded;

function* textBefore({ bytes, fault }: Decoded): Generator<Buffer, void, undefined> {
  const nul = bytes.indexOf(0);
  const text = nul === -1 ? bytes : bytes.subarray(0, nul);
  if (text.length > 0) yield text;
  if (nul !== -1) {
    throw new TextError(
      `a NUL character, which is no text (binary data, or UTF-16 without byte order mark). ${SAVE_AS_UTF8}`,
    );
  }
  if (fault !== undefined) throw new TextError(fault);
}

function readByteOrderMark(first: Buffer): { decode: Decode; length: number } {
  if (first[0] === 0xff && first[1] === 0xfe)
    return { decode: createUtf16Decoder('le'), length: 2 };
  if (first[0] === 0xfe && first[1] === 0xff)
    return { decode: createUtf16Decoder('be'), length: 2 };
  const hasMark = first[0] === 0xef && first[1] === 0xbb && first[2] === 0xbf;
  return { decode: createUtf8Decoder(), length: hasMark ? 3 : 0 };
}

function createUtf8Decoder(): Decode {
  let carried: Buffer = NO_BYTES;
  return (chunk, last) => {
    const bytes = carried.length === 0 ? chunk : Buffer.concat([carried, chunk]);
    const whole = bytes.subarray(0, bytes.length - countOpenBytes(bytes));
    carried = bytes.subarray(whole.length);
    if (isUtf8(whole)) {
      return { bytes: whole, fault: last && carried.length > 0 ? CUT_CHARACTER : undefined };
    }
    const at = findInvalidByte(whole);
    const shown = whole.toString('hex', at, at + 1).toUpperCase();
    const fault = `a byte that is no UTF-8 (${shown}): the file was saved in another encoding. ${SAVE_AS_UTF8}`;
    return { bytes: whole.subarray(0, at), fault };
  };
}

/** The number of bytes at the end that begin a character which the next chunk may finish. */
function countOpenBytes(bytes: Buffer): number {
  for (let count = 1; count <= 3 && count <= bytes.length; count++) {
    const byte = bytes[bytes.length - count] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > count ? count : 0;
  }
  return 0;
}

/** A lenient decoder puts U+FFFD at the first bad byte; the file may hold that character too. */
function findInvalidByte(bytes: Buffer): number {
  const text = bytes.toString('utf8');
  let at = 0;
  let from = 0;
  for (;;) {
    const mark = text.indexOf('\ufffd', from);
    if (mark === -1) return at;
    at += Buffer.byteLength(text.slice(from, mark));
    if (bytes.toString('hex', at, at + 3) !== 'efbfbd') return at;
    at += 3;
    from = mark + 1;
  }
}

function createUtf16Decoder(order: 'le' | 'be'): Decode {
  let carried: Buffer = NO_BYTES;
  return (chunk, last) => {
    const bytes = Buffer.concat([carried, chunk]);
    let length = bytes.length - (bytes.length % 2);
    if (!last && length > 0 && isHighSurrogate(bytes, length - 2, order)) length -= 2;
    carried = bytes.subarray(length);
    const units = bytes.subarray(0, length);
    if (order === 'be') units.swap16();
    const text = units.toString('utf16le');
    const lone = /\p{Surrogate}/u.exec(text);
    if (lone !== null) {
      const fault = `half of a character (a surrogate without its pair): the file is damaged.`;
      return { bytes: Buffer.from(text.slice(0, lone.index)), fault };
    }
    return {
      bytes: Buffer.from(text),
      fault: last && carried.length > 0 ? CUT_CHARACTER : undefined,
    };
  };
}

function isHighSurrogate(bytes: Buffer, at: number, order: 'le' | 'be'): boolean {
  const high = bytes[order === 'le' ? at + 1 : at] ?? 0;
  return high >= 0xd8 && high <= 0xdb;
}

async function* unpackGzip(source: AsyncIterable<Uint8Array>, subject: string): Chunks {
  const chunks = gatherFirstBytes(source, 2);
  const { value: first } = await chunks.next();
  if (first === undefined) return;
  const whole = prepend(first, chunks);
  yield* first[0] === 0x1f && first[1] === 0x8b ? gunzip(whole, subject) : whole;
}

async function* gunzip(packed: Chunks, subject: string): Chunks {
  const unpacked = createGunzip();
  const chunks: AsyncIterable<Buffer> = unpacked;
  // The error, of the source too, comes out of the chunks.
  pipeline(Readable.from(packed, { objectMode: false }), unpacked, () => undefined);
  try {
    yield* chunks;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!code.startsWith('Z_')) throw error;
    const what = code === 'Z_BUF_ERROR' ? 'ends too early' : 'is damaged';
    throw new RefusedError(
      `${subject} cannot be read: it is a gzip file that ${what}. Make or download it again.`,
      { cause: error },
    );
  }
}

/**
 * The same bytes, the first chunk holding at least `count` of them where the
 * source has so many: the first bytes say what a file is, and a pipe may
 * deliver them one at a time.
 */
async function* gatherFirstBytes(source: AsyncIterable<Uint8Array>, count: number): Chunks {
  let gathered: Buffer | null = NO_BYTES;
  try {
    for await (const chunk of source) {
      if (gathered === null) {
        yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
        continue;
      }
      gathered = Buffer.concat([gathered, chunk]);
      if (gathered.length < count) continue;
      yield gathered;
      gathered = null;
    }
  } catch (error) {
    // What came before the source failed is read all the same.
    if (gathered !== null && gathered.length > 0) yield gathered;
    throw error;
  }
  if (gathered !== null && gathered.length > 0) yield gathered;
}

/** Puts a chunk back in front of those that follow it. */
async function* prepend(first: Buffer, rest: Chunks): Chunks {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return();
  }
}
