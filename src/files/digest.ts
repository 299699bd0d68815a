import { createHash } from 'node:crypto';
import { readBytes } from './read-bytes.ts';

/** SHA-256 of a file, streamed, as 64 hexadecimal digits. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of readBytes(path)) hash.update(piece);
  return hash.digest('hex');
}
