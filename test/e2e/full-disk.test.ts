import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BIN, namesIn, startProgram } from '../support/cli.ts';
import { findRun, readRun } from '../support/run-files.ts';
import { canMount, makeRoom, mount } from '../support/small-disk.ts';
import {
  audit,
  FAST,
  makeArchive,
  openFixture,
  photosManifest,
  type Fixture,
} from '../support/fixture.ts';

const ROWS = 600;
async function prepare(): Promise<Fixture> {
  const fixture = await openFixture({ project: makeArchive(ROWS) });
  await fixture.write('m.csv', photosManifest(ROWS));
  return fixture;
}

async function finish(fixture: Fixture, directory: string): Promise<void> {
  audit(await readRun(directory), fixture);
  const ended = await fixture.sweep(['resume', directory, ...FAST]);
  expect(ended.code).toBe(0);
  const run = await readRun(directory);
  audit(run, fixture);
  expect(run.success).toHaveLength(ROWS);
  for (const { count } of fixture.sandbox.ledger.deletions()) expect(count).toBe(1);
}

describe.skipIf(process.platform === 'win32')('a journal that cannot be written any more', () => {
  it('stops the run at once: exit 3, true reports, and resume finishes', async () => {
    const fixture = await prepare();
    // The journal alone outgrows what a file may hold.
    const limited = 'ulimit -f 120; exec "$0" "$@"';
    const args = [BIN, 'run', 'm.csv', '--yes', '--no-verify', ...FAST, '--concurrency', '4'];
    const { ended } = startProgram('bash', ['-c', limited, process.execPath, ...args], {
      cwd: fixture.folder,
      env: fixture.env,
    });
    const { code, stderr } = await ended;
    expect(code).toBe(3);
    expect(stderr).toContain('The journal could not be written');
    expect(stderr).toContain('redcap-sweep resume');
    const directory = await findRun(fixture.folder);
    const run = await readRun(directory);
    expect(run.summary.exitCode).toBe(3);
    expect(run.summary.totals['deleted']).toBeGreaterThan(10);
    // What was not begun is "interrupted": the journal holds no stop.
    for (const row of run.unprocessed) expect(row['sweep_code']).toBe('interrupted');
    expect(run.journal.some(({ state }) => state === 'stop' || state === 'end')).toBe(false);
    // Not one request without its line.
    const announced = run.journal.filter(({ state }) => state === 'sending').length;
    expect(fixture.deletions()).toBeLessThanOrEqual(announced);
    await finish(fixture, directory);
  });
});

describe.skipIf(!canMount())('a disk that is full (skipped where none can be mounted)', () => {
  it.each(['96k', '160k', '208k'])('of %s: nothing is lost, and resume finishes', async (size) => {
    const fixture = await prepare();
    const disk = join(fixture.folder, 'disk');
    await mkdir(disk);
    mount(disk, size);
    const args = ['run', 'm.csv', '--yes', ...FAST, '--report-dir', 'disk'];
    const ended = await fixture.sweep(args);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toMatch(/free the disk/i);
    expect(ended.stderr).not.toMatch(/\bat .*\.js:\d+|bug/);
    const [name = ''] = await readdir(disk);
    const directory = join(disk, name);
    // No half-written report takes up the room that is missing.
    expect((await namesIn(directory)).filter((one) => one.endsWith('.tmp'))).toEqual([]);
    makeRoom(disk, '16m');
    expect([0, 3]).toContain((await fixture.sweep(['report', directory])).code);
    await finish(fixture, directory);
  });

  it('before the first deletion: refused, nothing sent, nothing left behind', async () => {
    const fixture = await prepare();
    const disk = join(fixture.folder, 'disk');
    await mkdir(disk);
    mount(disk, '16k');
    await writeFile(join(disk, 'other'), Buffer.alloc(8000));
    const args = ['run', 'm.csv', '--yes', ...FAST, '--report-dir', 'disk'];
    const ended = await fixture.sweep(args);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/no space/i);
    expect(ended.stderr).not.toMatch(/\bat .*\.js:\d+|bug/);
    expect(fixture.deletions()).toBe(0);
    expect(await namesIn(disk)).toEqual(['other']);
    await rm(join(disk, 'other'));
  });
});
