import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createFingerprint,
  ManifestChangedError,
  PIECE_BYTES,
  readUnchanged,
  takeFingerprint,
} from '../../src/manifest/fingerprint.ts';

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'held-'));
  path = join(folder, 'm.csv');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function bytesOf(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, at) => at % 251));
}

async function readAll(known: Awaited<ReturnType<typeof takeFingerprint>>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of readUnchanged(path, known, 'changed')) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('a fingerprint', () => {
  it.each([0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])(
    'of %d bytes is the same however they come, and lets the same bytes through',
    async (length) => {
      const bytes = bytesOf(length);
      await writeFile(path, bytes);
      const known = await takeFingerprint(path);
      for (const chunk of [7919, PIECE_BYTES, 2 * PIECE_BYTES + 5]) {
        const taken = createFingerprint();
        for (let at = 0; at < length; at += chunk) taken.update(bytes.subarray(at, at + chunk));
        expect(taken.finish()).toEqual(known);
      }
      expect(known.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect((await readAll(known)).equals(bytes)).toBe(true);
    },
  );

  it.each([0, 5, PIECE_BYTES, 2 * PIECE_BYTES + 10])(
    'hands on nothing of a piece in which byte %d changed',
    async (at) => {
      const bytes = bytesOf(3 * PIECE_BYTES - 100);
      await writeFile(path, bytes);
      const known = await takeFingerprint(path);
      bytes[at] = 252;
      await writeFile(path, bytes);
      let handed = 0;
      await expect(async () => {
        for await (const piece of readUnchanged(path, known, 'changed')) handed += piece.length;
      }).rejects.toThrow(ManifestChangedError);
      expect(handed).toBe(Math.floor(at / PIECE_BYTES) * PIECE_BYTES);
    },
  );

  it.each([
    { name: 'grown', edit: (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('x')]) },
    { name: 'shrunk', edit: (bytes: Buffer) => bytes.subarray(0, -1) },
    { name: 'empty', edit: () => Buffer.alloc(0) },
  ])('finds a file that has $name', async ({ edit }) => {
    const bytes = bytesOf(PIECE_BYTES);
    await writeFile(path, bytes);
    const known = await takeFingerprint(path);
    await writeFile(path, edit(bytes));
    await expect(readAll(known)).rejects.toThrow('changed');
  });
});
