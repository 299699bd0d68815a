import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { RefusedError } from '../../src/errors.ts';
import { createStaging, type Staging } from '../../src/run-directory/staging.ts';
import { copyManifest, openSource } from '../../src/run-directory/manifest-copy.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'staging-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const AT = Date.UTC(2026, 10, 24, 3, 12, 7);
const stage = (runDir?: string): Promise<Staging> =>
  createStaging({
    runDir,
    reportDir: join(folder, 'reports'),
    manifestName: 'm.csv',
    startedAtMs: AT,
    clock: systemClock,
  });

describe('createStaging', () => {
  it('is hidden until it is published, and then whole', async () => {
    const one = await stage();
    await writeFile(join(one.path, 'journal.ndjson'), 'x');
    expect((await readdir(join(folder, 'reports'))).every((name) => name.startsWith('.'))).toBe(
      true,
    );
    const { path, lock } = await one.publish();
    expect(path).toBe(join(folder, 'reports', '2026-11-24T03-12-07-m'));
    expect(await readFile(join(path, 'journal.ndjson'), 'utf8')).toBe('x');
    expect(await readdir(join(folder, 'reports'))).toEqual(['2026-11-24T03-12-07-m']);
    await lock.release();
  });

  it.skipIf(process.platform === 'win32')('lets nobody else look in', async () => {
    const { path, lock } = await (await stage()).publish();
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    await lock.release();
  });

  it('takes the next name where one is taken, by whoever', async () => {
    await mkdir(join(folder, 'reports', '2026-11-24T03-12-07-m'), { recursive: true });
    const published = await Promise.all([1, 2, 3].map(async () => (await stage()).publish()));
    expect(new Set(published.map(({ path }) => path.split('-m').at(-1)))).toEqual(
      new Set(['-2', '-3', '-4']),
    );
    for (const { lock } of published) await lock.release();
    // Not even an empty one that somebody made is replaced.
    expect(await readdir(join(folder, 'reports', '2026-11-24T03-12-07-m'))).toEqual([]);
  });

  it('leaves nothing behind when it is discarded', async () => {
    const one = await stage();
    await one.discard();
    expect(await readdir(join(folder, 'reports'))).toEqual([]);
  });

  it('--run-dir: that directory itself, empty or not there', async () => {
    await mkdir(join(folder, 'empty'));
    for (const name of ['empty', 'fresh', 'deep/er']) {
      const one = await stage(join(folder, name) + '/');
      await writeFile(join(one.path, 'f'), '');
      const { path, lock } = await one.publish();
      expect(path).toBe(join(folder, name));
      await lock.release();
      expect(await readdir(path)).toEqual(['f']);
    }
  });

  it('--run-dir: refused where something is in it, from the first moment or by then', async () => {
    await mkdir(join(folder, 'full'));
    await writeFile(join(folder, 'full', 'f'), 'mine');
    await expect(stage(join(folder, 'full'))).rejects.toThrow(/exists and is not empty/);
    await writeFile(join(folder, 'file'), 'mine');
    await expect(stage(join(folder, 'file'))).rejects.toThrow(RefusedError);
    const late = await stage(join(folder, 'late'));
    await mkdir(join(folder, 'late'));
    await writeFile(join(folder, 'late', 'f'), 'mine');
    await expect(late.publish()).rejects.toThrow(RefusedError);
    expect(await readFile(join(folder, 'late', 'f'), 'utf8')).toBe('mine');
    await late.discard();
  });

  it('says where nothing can be made', async () => {
    await writeFile(join(folder, 'reports'), 'a file');
    await expect(stage()).rejects.toThrow(/No run directory can be made in .*reports/);
  });
});

describe('copyManifest', () => {
  it('copies byte for byte and takes the digest', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x0d, 0x0a, 0x00]);
    await writeFile(join(folder, 'm.csv'), bytes);
    const { name, chunks } = openSource(join(folder, 'm.csv'), emptyInput());
    const copy = await copyManifest(chunks, name, join(folder, 'copy'));
    expect(name).toBe('m.csv');
    expect(copy.bytes).toBe(5);
    expect(copy.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect((await readFile(join(folder, 'copy'))).equals(bytes)).toBe(true);
  });

  it.each([
    ['gone.csv', /gone\.csv cannot be read: there is no such file/],
    ['.', /cannot be read: it is a folder/],
  ])('says why %s cannot be read', async (name, says) => {
    const source = openSource(join(folder, name), emptyInput());
    await expect(copyManifest(source.chunks, source.name, join(folder, 'copy'))).rejects.toThrow(
      says,
    );
  });
});

async function* emptyInput(): AsyncIterable<Uint8Array> {
  // Nothing comes from standard input here.
}
