import { open } from 'node:fs/promises';

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
