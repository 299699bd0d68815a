import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { RefusedError } from '../errors.ts';

/** The bytes that are read, compared and passed on at a time; 32 bytes are kept of them. */
export const PIECE_BYTES = 1 << 16;

/** What a file's bytes were when they were checked. */
export interface Fingerprint {
  /** Of the whole file, as 64 hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
  /** The SHA-256 of each piece of `PIECE_BYTES`, the last one shorter. */
  readonly pieces: readonly Buffer[];
}

/** The copy of the manifest is not the one that was checked any more. */
export class ManifestChangedError extends RefusedError {
  override name = 'ManifestChangedError';
}

/** Takes a fingerprint of bytes that are read for another purpose anyway. */
export function createFingerprint(): {
  update(chunk: Uint8Array): void;
  finish(): Fingerprint;
} {
  const whole = createHash('sha256');
  const pieces: Buffer[] = [];
  let piece: Hash = createHash('sha256');
  let bytes = 0;
  const update = (chunk: Uint8Array): void => {
    whole.update(chunk);
    for (let at = 0; at < chunk.length;) {
      const some = chunk.subarray(at, at + PIECE_BYTES - (bytes % PIECE_BYTES));
      piece.update(some);
      bytes += some.length;
      at += some.length;
      if (bytes % PIECE_BYTES > 0) continue;
      pieces.push(piece.digest());
      piece = createHash('sha256');
    }
  };
  return {
    update,
    finish() {
      if (bytes % PIECE_BYTES > 0 || bytes === 0) pieces.push(piece.digest());
      return { sha256: whole.digest('hex'), bytes, pieces };
    },
  };
}

/** Reads a file once for its fingerprint. Throws what the system says of a file that cannot be read. */
export async function takeFingerprint(path: string): Promise<Fingerprint> {
  const taken = createFingerprint();
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES);
      if (bytesRead === 0) return taken.finish();
      taken.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/**
 * The bytes of a file that was read before, each piece compared with what it
 * was then, before any of it is passed on. The file is opened anew for each
 * piece: one that was replaced by a rename is found out too, and none is left
 * open while a run waits. Throws ManifestChangedError at the first piece that
 * is not the same, and where the file has grown, shrunk or gone.
 */
export async function* readUnchanged(
  path: string,
  known: Fingerprint,
  changedMessage: string,
): AsyncGenerator<Buffer, void, undefined> {
  for (const [at, digest] of known.pieces.entries()) {
    const piece = await readPiece(path, at * PIECE_BYTES, known.bytes);
    if (piece === undefined || !createHash('sha256').update(piece).digest().equals(digest)) {
      throw new ManifestChangedError(changedMessage);
    }
    yield piece;
  }
}

/** One whole piece; `undefined` where the file has another length by now, or is none any more. */
async function readPiece(
  path: string,
  start: number,
  fileBytes: number,
): Promise<Buffer | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      if ((await file.stat()).size !== fileBytes) return undefined;
      const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, fileBytes - start));
      for (let filled = 0; filled < piece.length;) {
        const left = piece.length - filled;
        const { bytesRead } = await file.read(piece, filled, left, start + filled);
        if (bytesRead === 0) return undefined;
        filled += bytesRead;
      }
      return piece;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isNoFile(error)) return undefined;
    throw error;
  }
}

/** Nothing stands there, or something that is no file. */
export function isNoFile(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR';
}
