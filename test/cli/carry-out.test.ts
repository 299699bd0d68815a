import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { carryOut } from '../../src/cli/carry-out.ts';
import { RefusedError } from '../../src/errors.ts';
import { takeLock } from '../../src/run-directory/lock.ts';
import { createRunControl } from '../../src/run/control.ts';
import { headerLine } from '../journal/journal-of.ts';
import { createVirtualClock } from '../redcap/virtual-clock.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'carry-out-'));
  const planned = { state: 'planned', at: 1, totals: { guarded: 0 } };
  const lines = [headerLine(3, { project: null }), planned].map((line) => JSON.stringify(line));
  await writeFile(join(folder, 'journal.ndjson'), lines.map((line) => `${line}\n`).join(''));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('takes the progress off the screen and gives up the lock, whatever ends it', async () => {
  const told: string[] = [];
  const tell = (what: string) => (): void => void told.push(what);
  const lock = await takeLock(folder, { purpose: 'run', clock: systemClock });
  if (lock === undefined) throw new Error('somebody else is here');
  const release = async (): Promise<void> => {
    await lock.release();
    tell('released')();
  };
  const ended = carryOut({ clock: createVirtualClock() } as never, {
    placed: { path: folder, lock: { ...lock, release } },
    connected: {
      control: createRunControl(),
      connection: { rate: { intervalMs: 100 } },
      log: { attach: () => undefined },
      reach: { client: {}, control: {} },
    } as never,
    progress: { phase: tell('begun'), end: tell('ended') } as never,
    confirmed: undefined,
    resumedBy: undefined,
    limit: undefined,
    stopAtMs: undefined,
    json: false,
    total: undefined,
    rows: () => Promise.reject(new RefusedError('the rows cannot be read')),
  });
  await expect(ended).rejects.toThrow('the rows cannot be read');
  expect(told).toEqual(['begun', 'ended', 'released']);
});
