import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clearLeftovers } from '../../src/run-directory/leftovers.ts';
import { takeLock, type Lock } from '../../src/run-directory/lock.ts';
import { createTime, type Process, type SharedTime } from './time.ts';

let parent = '';
let time: SharedTime;
let held: Lock[] = [];
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'leftovers-'));
  time = createTime();
});
afterEach(async () => {
  for (const lock of held) await lock.release();
  held = [];
  await rm(parent, { recursive: true, force: true });
});

const ELSEWHERE = 'another machine';
const OLD = '.redcap-sweep-abc123';

/** The folder of a command before its run is born, with a copy of the manifest in it. */
async function stage(name = OLD, process?: Process, machine?: string): Promise<Lock | undefined> {
  await mkdir(join(parent, name));
  await writeFile(join(parent, name, 'manifest.csv'), 'record,field\n');
  if (process === undefined) return undefined;
  const { later } = process;
  const more = machine === undefined ? {} : { machine };
  const lock = await takeLock(join(parent, name), {
    purpose: 'run',
    clock: time.clock,
    later,
    ...more,
  });
  if (lock !== undefined) held.push(lock);
  return lock;
}

async function killed(machine?: string): Promise<void> {
  const process = time.process();
  const lock = await stage(OLD, process, machine);
  process.stopped = true;
  const lease = await readFile(join(parent, OLD, '.lock'));
  await lock?.release();
  await writeFile(join(parent, OLD, '.lock'), lease);
}

async function clear(): Promise<Process> {
  const process = time.process();
  const { later } = process;
  await clearLeftovers(parent, join(parent, '.redcap-sweep-own000'), { clock: time.clock, later });
  return process;
}

/** Removing takes a few turns. */
async function settle(): Promise<string[]> {
  for (let turn = 0; turn < 200; turn += 1) {
    await new Promise(setImmediate);
    if ((await readdir(parent)).length === 0) break;
  }
  return readdir(parent);
}

it('what a command of this machine left behind is taken away at once', async () => {
  await killed();
  await clear();
  expect(await readdir(parent)).toEqual([]);
});

it('never that of a living one, here or elsewhere, however long it stays', async () => {
  await stage('.redcap-sweep-living', time.process());
  await stage('.redcap-sweep-abroad', time.process(), ELSEWHERE);
  const own = '.redcap-sweep-own000';
  await stage(own);
  await clear();
  time.pass(10 * 60_000);
  expect(await settle()).toHaveLength(3);
});

it.each([
  { name: 'a command elsewhere', leave: () => killed(ELSEWHERE) },
  { name: 'a program that left no lease', leave: () => stage().then(() => undefined) },
])('that of $name goes after a minute without a sign of life', async ({ leave }) => {
  await leave();
  await clear();
  time.pass(55_000);
  expect(await settle()).toEqual([OLD]);
  time.pass(20_000);
  expect(await settle()).toEqual([]);
});

it('and stays where there was one, or where the command did not last a minute', async () => {
  await stage();
  const first = await clear();
  time.pass(30_000);
  await appendFile(join(parent, OLD, 'manifest.csv'), '1,photo\n');
  time.pass(60_000);
  expect(await settle()).toEqual([OLD]);
  first.stopped = true;
  const second = await clear();
  time.pass(30_000);
  second.stopped = true;
  time.pass(120_000);
  expect(await settle()).toEqual([OLD]);
});

it('removes nothing that is not a staging folder', async () => {
  for (const name of ['2026-11-24T03-12-07-m', '.redcap-sweep-', '.redcap-sweep-abc123x', '.git']) {
    await mkdir(join(parent, name));
  }
  // Half removed by one that was killed in the middle of it.
  await mkdir(join(parent, `${OLD}.0123456789ab`));
  await clear();
  time.pass(120_000);
  expect(await settle()).toHaveLength(4);
});
