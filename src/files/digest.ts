import { createHash } from 'node:crypto';
import { readBytes } from './read-bytes.ts';

/** Large: each piece costs a turn of the event loop. */
const PIECE_BYTES = 1 << 17;

/** SHA-256 of a file, streamed, as 64 hexadecimal digits. */
export async function fileSha256(path: string): Promise<string> {
  return createGrowingDigest(path).finish();
}

/** SHA-256 of a file whose first part is read for another purpose anyway. */
export interface GrowingDigest {
  /** The file's next bytes, from its beginning on. */
  update(bytes: Uint8Array): void;
  /** Reads what is left of the file; 64 hexadecimal digits. */
  finish(): Promise<string>;
}

export function createGrowingDigest(path: string): GrowingDigest {
  const hash = createHash('sha256');
  let start = 0;
  return {
    update(bytes) {
      hash.update(bytes);
      start += bytes.length;
    },
    async finish() {
      for await (const piece of readBytes(path, { start, pieceBytes: PIECE_BYTES })) {
        hash.update(piece);
      }
      return hash.digest('hex');
    },
  };
}
