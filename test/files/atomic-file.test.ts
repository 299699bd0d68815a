import { createHash } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReportFile, removeUnfinished, standIn } from '../../src/files/atomic-file.ts';
import { createVirtualClock } from '../redcap/virtual-clock.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-file-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const errorOf = (code: string): Error => Object.assign(new Error(code), { code });
const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');

/** A rename that somebody's spreadsheet refuses until `untilMs`. */
function heldUntil(clock: { now(): number }, untilMs: number, code = 'EPERM'): typeof rename {
  return async (from, to) => {
    const name = String(to);
    if (clock.now() < untilMs && !/\.new[-.]/.test(name)) throw errorOf(code);
    await rename(from, to);
  };
}

describe('createReportFile', () => {
  it('stands there whole or not at all, with its digest', async () => {
    const clock = createVirtualClock();
    await writeFile(join(folder, 'error.csv'), 'old');
    const file = await createReportFile(folder, 'error.csv', clock);
    await file.write('new ü\n');
    expect(await read('error.csv')).toBe('old');
    const written = await file.finish();
    expect(written).toEqual({
      name: 'error.csv',
      bytes: 7,
      sha256: createHash('sha256').update('new ü\n').digest('hex'),
    });
    expect(await read('error.csv')).toBe('new ü\n');
    expect(await readdir(folder)).toEqual(['error.csv']);
  });

  it('holds short and long texts, in their order', async () => {
    const file = await createReportFile(folder, 'error.csv', createVirtualClock());
    const lengths = [1, 8191, 8192, 40, 300_000, 7, 90_000, 0, 262_144, 3, 1_000_000, 5, 8192];
    const texts = lengths.map((length, at) => 'aü€𝄞'.charAt(at % 3).repeat(length) + '\n');
    for (const text of [...texts, ...texts]) await file.write(text);
    const whole = [...texts, ...texts].join('');
    const written = await file.finish();
    expect(await read('error.csv')).toBe(whole);
    expect(written).toMatchObject({
      bytes: Buffer.byteLength(whole),
      sha256: createHash('sha256').update(whole).digest('hex'),
    });
  });

  it.skipIf(process.platform === 'win32')('is nobody else’s to read', async () => {
    const file = await createReportFile(folder, 'error.csv', createVirtualClock());
    await file.finish();
    expect((await stat(join(folder, 'error.csv'))).mode & 0o777).toBe(0o600);
  });

  it.each(['EPERM', 'EACCES', 'EBUSY'])('waits out a spreadsheet (%s) for 10 s', async (code) => {
    const clock = createVirtualClock();
    await writeFile(join(folder, 'error.csv'), 'old');
    const file = await createReportFile(folder, 'error.csv', clock, {
      renameFile: heldUntil(clock, 9900, code),
    });
    await file.write('new');
    const finished = file.finish();
    await soon(clock, finished, 600_000);
    expect(await finished).toMatchObject({ name: 'error.csv' });
    expect(await read('error.csv')).toBe('new');
  });

  it('then stands beside it as error.new.csv', async () => {
    const clock = createVirtualClock();
    await writeFile(join(folder, 'error.csv'), 'old');
    const file = await createReportFile(folder, 'error.csv', clock, {
      renameFile: heldUntil(clock, Infinity),
    });
    await file.write('new');
    const finished = file.finish();
    await soon(clock, finished, 9000);
    expect(await readdir(folder)).not.toContain('error.new.csv');
    await soon(clock, finished, 600_000);
    expect(await finished).toMatchObject({ name: 'error.new.csv' });
    expect([await read('error.csv'), await read('error.new.csv')]).toEqual(['old', 'new']);
    // The next one that finds its place free takes the stand-in away.
    const next = await createReportFile(folder, 'error.csv', clock);
    await next.write('newest');
    await next.finish();
    expect(await readdir(folder)).toEqual(['error.csv']);
  });

  it('in a user’s folder touches no other file', async () => {
    const clock = createVirtualClock();
    const placing = { inUsersFolder: true, renameFile: heldUntil(clock, Infinity) };
    for (const name of ['list.csv', 'list.new.csv']) await writeFile(join(folder, name), name);
    const held = await createReportFile(folder, 'list.csv', clock, placing);
    await held.write('new');
    const finished = held.finish();
    await soon(clock, finished, 600_000);
    expect(await finished).toMatchObject({ name: 'list.new-2.csv' });
    const free = await createReportFile(folder, 'list.csv', clock, { inUsersFolder: true });
    await free.finish();
    expect([await read('list.new.csv'), await read('list.new-2.csv')]).toEqual([
      'list.new.csv',
      'new',
    ]);
  });

  it('takes no place that is taken, where it must not', async () => {
    const clock = createVirtualClock();
    const file = await createReportFile(folder, 'list.csv', clock, { exclusive: true });
    await file.write('new');
    await writeFile(join(folder, 'list.csv'), 'old');
    await expect(file.finish()).rejects.toThrow('EEXIST');
    const next = await createReportFile(folder, 'other.csv', clock, { exclusive: true });
    await next.finish();
    expect((await readdir(folder)).toSorted()).toEqual(['list.csv', 'other.csv']);
    expect(await read('list.csv')).toBe('old');
  });

  it('passes on what is no spreadsheet, and leaves nothing half-written', async () => {
    const clock = createVirtualClock();
    const refuse: typeof rename = () => Promise.reject(errorOf('ENOSPC'));
    const file = await createReportFile(folder, 'error.csv', clock, { renameFile: refuse });
    await file.write('new');
    await expect(file.finish()).rejects.toThrow('ENOSPC');
    expect(await readdir(folder)).toEqual([]);
  });

  it('keeps the error of a sync on the way: the disk reports it only once', async () => {
    await writeFile(join(folder, 'error.csv'), 'old');
    const file = await createReportFile(folder, 'error.csv', createVirtualClock());
    const handle = await open(join(folder, 'error.csv'));
    const datasync = vi
      .spyOn(Object.getPrototypeOf(handle) as typeof handle, 'datasync')
      .mockRejectedValueOnce(errorOf('EIO'));
    await handle.close();
    try {
      const line = `${'x'.repeat(65_535)}\n`;
      for (let at = 0; at < 512; at += 1) await file.write(line);
      await expect(file.finish()).rejects.toThrow('EIO');
      expect(datasync).toHaveBeenCalledOnce();
    } finally {
      datasync.mockRestore();
    }
    expect(await readdir(folder)).toEqual(['error.csv']);
    expect(await read('error.csv')).toBe('old');
  });

  it('can be discarded', async () => {
    const file = await createReportFile(folder, 'error.csv', createVirtualClock());
    await file.write('new');
    await file.discard();
    await file.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves nothing of an earlier one that was killed, and all that is not its own', async () => {
    const file = await createReportFile(folder, 'summary.json', createVirtualClock());
    const killed = [...(await readdir(folder)), '.error.csv.0123456789ab.tmp'];
    await file.discard();
    const others = [
      '.notes.csv.0123456789ab.tmp',
      '.error.csv.tmp',
      'error.csv',
      'error.csv.0123456789ab.tmp',
    ];
    for (const name of [...others, ...killed]) await writeFile(join(folder, name), '');
    expect(killed).toHaveLength(2);
    await removeUnfinished(folder, ['error.csv', 'summary.json']);
    expect((await readdir(folder)).toSorted()).toEqual(others.toSorted());
  });

  it('names the stand-in', () => {
    expect(['list', 'a.b', '.list'].map((name) => standIn(name, 2))).toEqual([
      'list.new-2',
      'a.new-2.b',
      '.list.new-2',
    ]);
    expect(['error.csv', 'report.html'].map((name) => standIn(name))).toEqual([
      'error.new.csv',
      'report.new.html',
    ]);
  });
});

/** Lets virtual time pass in steps, with real turns for the real disk between them. */
async function soon(
  clock: ReturnType<typeof createVirtualClock>,
  ended: Promise<unknown>,
  untilMs: number,
): Promise<void> {
  let over = false;
  void ended.finally(() => {
    over = true;
  });
  while (!over && clock.now() < untilMs) {
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
    await clock.runTo(clock.now() + 125);
  }
}
