import { open } from 'node:fs/promises';

export interface ReadBytesOptions {
  /** The place to begin at; a pipe is read from where it is. */
  readonly start?: number;
  /** Each piece costs a turn of the event loop. */
  readonly pieceBytes?: number;
}

const PIECE_BYTES = 1 << 16;

/**
 * The bytes of a file or a pipe, from front to end. It is opened when the first
 * piece is taken, and closed before the reading is over, also where whoever
 * reads ends early: Windows renames and removes no folder with an open file in
 * it. (A ReadStream opens at once, and closes some time after its end.)
 */
export async function* readBytes(
  path: string,
  { start, pieceBytes = PIECE_BYTES }: ReadBytesOptions = {},
): AsyncGenerator<Buffer, void, undefined> {
  const file = await open(path, 'r');
  try {
    for (let position = start ?? null; ;) {
      const buffer = Buffer.allocUnsafe(pieceBytes);
      const { bytesRead } = await file.read(buffer, 0, pieceBytes, position);
      if (bytesRead === 0) return;
      if (position !== null) position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
