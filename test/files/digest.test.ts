import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGrowingDigest, fileSha256 } from '../../src/files/digest.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the digest of a file', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sweep-digest-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('is that of its bytes, also where its first part was read before the last one was written', async () => {
    const path = join(directory, 'file');
    await writeFile(path, 'one\ntwo\n');
    const digest = createGrowingDigest(path);
    digest.update(Buffer.from('one\n'));
    digest.update(Buffer.from('two\n'));
    await appendFile(path, 'three\n');
    expect(await digest.finish()).toBe(sha256('one\ntwo\nthree\n'));
    expect(await fileSha256(path)).toBe(sha256('one\ntwo\nthree\n'));
  });
});
