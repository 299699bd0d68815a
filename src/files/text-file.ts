import { RefusedError } from '../errors.ts';
import { describeFileError } from './file-errors.ts';
import { readBytes } from './read-bytes.ts';

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
