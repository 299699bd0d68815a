import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openJournalFile } from '../../src/journal/write.ts';

/** Of a text, the disk takes so many bytes at first. */
const disk = vi.hoisted(() => ({ takes: Number.POSITIVE_INFINITY }));

vi.mock('node:fs', async (load) => {
  const fs = await load<typeof import('node:fs')>();
  const writeSync = (fd: number, data: string | Uint8Array, ...where: number[]): number =>
    typeof data !== 'string'
      ? fs.writeSync(fd, data, ...where)
      : disk.takes === Number.POSITIVE_INFINITY
        ? fs.writeSync(fd, data)
        : fs.writeSync(fd, Buffer.from(data).subarray(0, disk.takes));
  return { ...fs, writeSync };
});

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-file-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it.each([0, 1, 4, 5, Number.POSITIVE_INFINITY])(
  'writes all of a text of which the disk takes %d bytes at first',
  async (takes) => {
    disk.takes = takes;
    const path = join(folder, 'journal.ndjson');
    const file = openJournalFile(path);
    file.write('{"a":"ü€𝄞"}\n');
    file.write('{"b":1}\n');
    await file.sync();
    await file.close();
    expect(await readFile(path, 'utf8')).toBe('{"a":"ü€𝄞"}\n{"b":1}\n');
  },
);
