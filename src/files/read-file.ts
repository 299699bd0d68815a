import { open } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { RefusedError } from '../errors.ts';
import { describeFileError } from './file-errors.ts';

/** Each piece costs a turn of the event loop. */
const PIECE_BYTES = 1 << 16;

/**
 * The bytes of a file or a pipe, from front to end. It is opened when the first
 * piece is taken, and closed before the reading is over, also where whoever
 * reads ends early: Windows renames and removes no folder with an open file in
 * it. (A ReadStream opens at once, and closes some time after its end.)
 */
export async function* readBytes(path: string): AsyncGenerator<Buffer, void, undefined> {
  const file = await open(path, 'r');
  try {
    for (;;) {
      const buffer = Buffer.allocUnsafe(PIECE_BYTES);
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** SHA-256 of a file, streamed, as 64 hexadecimal digits. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of readBytes(path)) hash.update(piece);
  return hash.digest('hex');
}

/**
 * The bytes of a small file, read once from front to end so that a pipe serves
 * too (`<(pass show redcap)`). `what` begins the message: "The token file x".
 * Throws RefusedError where it cannot be read or is longer than `maxBytes`.
 */
export async function readSmallFile(path: string, what: string, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of readBytes(path)) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxBytes) break;
    }
  } catch (error) {
    throw new RefusedError(`${what} cannot be read: ${describeFileError(error)}.`, {
      cause: error,
    });
  }
  if (bytes > maxBytes) {
    throw new RefusedError(
      `${what} is larger than ${Math.floor(maxBytes / 1024)} KiB, so it is not what is expected there.`,
    );
  }
  return Buffer.concat(chunks);
}

/**
 * Text as Windows and everyone else writes it: UTF-8 with or without byte order
 * mark, UTF-16 with one (PowerShell 5's `>`). The mark is taken off. Throws
 * RefusedError that names the encoding and shows nothing of the content.
 */
export function decodeText(bytes: Uint8Array, what: string): string {
  const encoding = findEncoding(bytes);
  let text: string;
  try {
    text = new TextDecoder(encoding.label, { fatal: true }).decode(bytes);
  } catch {
    throw new RefusedError(`${what} is no valid ${encoding.name} text. Save it as UTF-8.`);
  }
  if (text.includes('\0')) {
    throw new RefusedError(
      `${what} is no plain ${encoding.name} text: it holds NUL characters, as UTF-16 or UTF-32 without its byte order mark does. Save it as UTF-8.`,
    );
  }
  return text;
}

function findEncoding(bytes: Uint8Array): { label: string; name: string } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { label: 'utf-16le', name: 'UTF-16 (LE)' };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { label: 'utf-16be', name: 'UTF-16 (BE)' };
  return { label: 'utf-8', name: 'UTF-8' };
}
