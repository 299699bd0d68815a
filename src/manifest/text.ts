import { isUtf8 } from 'node:buffer';
import { gatherFirstBytes } from './first-bytes.ts';
import type { TextDecoder, TextPiece } from './text-piece.ts';
import { createUtf16Decoder } from './utf16.ts';

const NO_BYTES = Buffer.alloc(0);
const CHARACTER_CUT = 'the file ends in the middle of a character. It may be cut off.';
const SAVE_AS_UTF8 = 'Save the manifest as UTF-8 (in Excel: "CSV UTF-8").';

/**
 * The manifest's text as UTF-8: byte order mark removed, UTF-16 transcoded,
 * every byte checked. A fault is a value, because only the reader of rows
 * knows the line on which it stands.
 */
export async function* readText(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<TextPiece, void, undefined> {
  let decode: TextDecoder | null = null;
  for await (let chunk of gatherFirstBytes(source, 4)) {
    if (decode === null) {
      if (chunk.toString('latin1', 0, 4) === 'PK\u0003\u0004') {
        yield {
          bytes: NO_BYTES,
          fault: `this is a workbook or a zip file, not CSV. ${SAVE_AS_UTF8}`,
        };
        return;
      }
      const start = readByteOrderMark(chunk);
      decode = start.decode;
      chunk = chunk.subarray(start.length);
    }
    const piece = refuseNul(decode(chunk, false));
    yield piece;
    if (piece.fault !== null) return;
  }
  const rest = decode?.(NO_BYTES, true);
  if (rest !== undefined && (rest.bytes.length > 0 || rest.fault !== null)) yield rest;
}

function readByteOrderMark(first: Buffer): { decode: TextDecoder; length: number } {
  if (first[0] === 0xff && first[1] === 0xfe) {
    return { decode: createUtf16Decoder('le', CHARACTER_CUT), length: 2 };
  }
  if (first[0] === 0xfe && first[1] === 0xff) {
    return { decode: createUtf16Decoder('be', CHARACTER_CUT), length: 2 };
  }
  const hasMark = first[0] === 0xef && first[1] === 0xbb && first[2] === 0xbf;
  return { decode: createUtf8Decoder(), length: hasMark ? 3 : 0 };
}

function refuseNul(piece: TextPiece): TextPiece {
  const at = piece.bytes.indexOf(0);
  if (at === -1) return piece;
  const fault = `a NUL character, which is no text (binary data, or UTF-16 without byte order mark). ${SAVE_AS_UTF8}`;
  return { bytes: piece.bytes.subarray(0, at), fault };
}

function createUtf8Decoder(): TextDecoder {
  let carried: Buffer = NO_BYTES;
  return (chunk, last) => {
    const bytes = carried.length === 0 ? chunk : Buffer.concat([carried, chunk]);
    const whole = bytes.subarray(0, bytes.length - countOpenBytes(bytes));
    carried = bytes.subarray(whole.length);
    if (isUtf8(whole)) {
      return { bytes: whole, fault: last && carried.length > 0 ? CHARACTER_CUT : null };
    }
    const at = findInvalidByte(whole);
    const shown = whole.toString('hex', at, at + 1).toUpperCase();
    const fault = `a byte that is no UTF-8 (${shown}): the file was saved in another encoding. ${SAVE_AS_UTF8}`;
    return { bytes: whole.subarray(0, at), fault };
  };
}

/** How many bytes at the end begin a character that the next chunk may finish. */
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
