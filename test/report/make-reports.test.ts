import { createHash } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { replayJournal } from '../../src/journal/replay.ts';
import { makeCsvReports } from '../../src/report/make-reports.ts';
import { headerLine, journalOf } from '../journal/journal-of.ts';
import { createVirtualClock } from '../redcap/virtual-clock.ts';

const MANIFEST = 'record,field\n1,scan\n2,scan\n3,scan\n';
const SHA256 = createHash('sha256').update(MANIFEST).digest('hex');
const NAMES = ['success.csv', 'error.csv', 'unprocessed.csv'];

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'make-reports-'));
  await writeFile(join(folder, 'manifest.csv'), MANIFEST);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const make = async (): Promise<unknown> => {
  const trail = { started: 1, at: 2, attempts: 1 };
  const run = await replayJournal(
    journalOf(
      headerLine(3, { manifest: { name: 'm.csv', sha256: SHA256, bytes: 34, rows: 3 } }),
      { row: 1, state: 'deleted', ...trail, http: 200 },
      { row: 2, state: 'failed', ...trail, http: 400, code: 'http_400' },
    ),
  );
  return makeCsvReports(folder, run, createVirtualClock(), () => undefined);
};
const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');

describe('makeCsvReports', () => {
  it('puts each row in one report', async () => {
    expect(await make()).toMatchObject({
      rows: 3,
      reportRows: { success: 1, error: 1, unprocessed: 1 },
      files: { success: { name: 'success.csv' }, error: { name: 'error.csv' } },
    });
    const rows = await Promise.all(NAMES.map(async (name) => (await read(name)).split('\n')[1]));
    expect(rows.map((row) => row?.slice(0, 6))).toEqual(['1,scan', '2,scan', '3,scan']);
  });

  it.each([0, 1, 2])(
    'leaves the earlier set as it stands where the disk fails for one of them (%d)',
    async (which) => {
      for (const name of NAMES) await writeFile(join(folder, name), 'old');
      const handle = await open(join(folder, 'manifest.csv'));
      const prototype = Object.getPrototypeOf(handle) as typeof handle;
      await handle.close();
      const sync = vi.spyOn(prototype, 'sync');
      for (let at = 0; at < which; at += 1) sync.mockResolvedValueOnce();
      sync.mockRejectedValueOnce(Object.assign(new Error('EIO'), { code: 'EIO' }));
      await expect(make()).rejects.toThrow('EIO');
      expect(await Promise.all(NAMES.map(read))).toEqual(['old', 'old', 'old']);
      expect((await readdir(folder)).toSorted()).toEqual(['manifest.csv', ...NAMES].toSorted());
    },
  );
});
