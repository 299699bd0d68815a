import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { execute } from '../../src/cli/execute.ts';
import { takeLock } from '../../src/run-directory/lock.ts';
import { createRunControl } from '../../src/run/control.ts';
import { headerLine } from '../journal/journal-of.ts';
import { createVirtualClock } from '../redcap/virtual-clock.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'execute-'));
  const header = JSON.stringify(headerLine(3, { project: null }));
  const planned = JSON.stringify({ state: 'planned', at: 1, totals: { guarded: 0 } });
  // A line of the plan is lost, and the copy of the manifest with it.
  await writeFile(join(folder, 'journal.ndjson'), `${header}\n{"row":1,\n${planned}\n`);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('takes the progress off the screen and gives up the lock, whatever ends it', async () => {
  const told = new Set<string>();
  const tell = (what: string) => (): void => void told.add(what);
  const lock = await takeLock(folder, { purpose: 'run', clock: systemClock });
  if (lock === undefined) throw new Error('somebody else is here');
  const release = async (): Promise<void> => {
    await lock.release();
    tell('released')();
  };
  const ended = execute({ clock: createVirtualClock() } as never, {
    directory: { path: folder, lock: { ...lock, release } },
    resumes: true,
    connected: {
      control: createRunControl(),
      connection: { rate: { intervalMs: 100 } },
      log: { attach: () => undefined },
      reach: { client: {}, control: {} },
      progress: { phase: tell('begun'), end: tell('ended') },
    } as never,
    confirmed: undefined,
    limit: undefined,
    stopAtMs: undefined,
    secondLook: undefined,
    json: false,
    total: 3,
  });
  await expect(ended).rejects.toThrow('is not the manifest of this run any more');
  expect(told).toEqual(new Set(['begun', 'released', 'ended']));
});
