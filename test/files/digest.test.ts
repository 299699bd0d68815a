import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileSha256 } from '../../src/files/read-file.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the digest of a file', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sweep-digest-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it.each(['', 'one\ntwo\n', 'x'.repeat(200_000)])('is that of its bytes', async (text) => {
    const path = join(directory, 'file');
    await writeFile(path, text);
    expect(await fileSha256(path)).toBe(sha256(text));
  });
});
