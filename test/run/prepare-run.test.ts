import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { InterruptedError, RefusedError } from '../../src/errors.ts';
import type { LookedBatch } from '../../src/rows/look.ts';
import { createRunControl, type RunControl } from '../../src/run/control.ts';
import { prepareRun } from '../../src/run/prepare-run.ts';
import { makeClassicModel } from '../project/builders.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prepare-run-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function prepare(control: RunControl, look: () => Promise<LookedBatch>): Promise<unknown> {
  async function* chunks() {
    yield await Promise.resolve(Buffer.from('record,field\n1,photo\n'));
  }
  return prepareRun({
    kind: 'check',
    source: { name: 'list.csv', path: undefined, chunks: chunks() },
    columns: {},
    defaultInstance: undefined,
    reportDir: folder,
    runDir: undefined,
    url: 'https://redcap.test/api/',
    token: '0123456789ABCDEF0123456789ABCDEF',
    concurrency: 4,
    server: {
      readModel: () => Promise.resolve(makeClassicModel()),
      readProjectId: () => Promise.resolve('1'),
      lookForCheck: look,
    },
    control,
    clock: systemClock,
    checks: true,
    expectProject: undefined,
    recorded: {},
    onPhase: () => undefined,
    onPlanned: () => undefined,
  });
}

it('refuses with the reason of a stop that broke a look off, and leaves nothing behind', async () => {
  const control = createRunControl();
  const preparing = prepare(control, () => {
    control.stop('banned', 'The server has banned this address.');
    return Promise.resolve({ kind: 'stopped' });
  });
  await expect(preparing).rejects.toThrow(RefusedError);
  await expect(preparing).rejects.toThrow('The server has banned this address.');
  expect(await readdir(folder)).toEqual([]);
});

it('passes on what no stop explains, and leaves nothing behind', async () => {
  const preparing = prepare(createRunControl(), () => Promise.resolve({ kind: 'stopped' }));
  await expect(preparing).rejects.toThrow(InterruptedError);
  expect(await readdir(folder)).toEqual([]);
});
