import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../../src/clock.ts';
import { BIN, namesIn, pause, startProgram, sweep, until, type Started } from '../support/cli.ts';
import { findRun, readLines } from '../support/run-files.ts';
import { runProgram } from '../support/run-program.ts';
import {
  audit,
  FAST,
  makeArchive,
  openFixture,
  photo,
  photosManifest,
  type Fixture,
} from '../support/fixture.ts';

const ROWS = 20;

/** Each of its seconds takes a fiftieth of one. */
const HASTY = 50;
const hastyClock: Clock = {
  now: systemClock.now,
  monotonic: () => systemClock.monotonic() * HASTY,
  sleep: (ms, signal) => systemClock.sleep(ms / HASTY, signal),
};

async function open(): Promise<Fixture> {
  const fixture = await openFixture({ project: makeArchive(ROWS) });
  await fixture.write('m.csv', photosManifest(ROWS));
  return fixture;
}

/** A run that waits for its fourth answer, and is between two lines meanwhile. */
async function startRun(fixture: Fixture): Promise<{ run: Started; directory: string }> {
  fixture.sandbox.script(photo(4), ['hang-after']);
  const run = fixture.start(['run', 'm.csv', '--yes', '--rate', '20/s', '--concurrency', '1']);
  await until(() => fixture.deletions() >= 4);
  await pause(300);
  return { run, directory: await findRun(fixture.folder) };
}

/** May this user have a network of his own? */
function canUnshare(): boolean {
  return process.platform === 'linux' && spawnSync('unshare', ['-n', 'true']).status === 0;
}

describe.skipIf(process.platform === 'win32')('a run directory', () => {
  it('serves one command at a time; report is never refused for that', async () => {
    const fixture = await open();
    const { run, directory } = await startRun(fixture);
    const second = await fixture.sweep(['resume', directory, ...FAST]);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain('at work');
    expect((await fixture.sweep(['report', directory])).code).toBe(3);
    run.kill('SIGKILL');
    await run.ended;
    const third = await fixture.sweep(['resume', directory, ...FAST]);
    expect(third.code).toBe(0);
    expect(third.stderr).not.toContain('waiting');
    audit(await fixture.run(), fixture);
    // Nobody has to take anything away.
    expect((await namesIn(directory)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it.skipIf(!canUnshare())(
    'also where only the directory is shared (skipped where no network namespace may be made)',
    async () => {
      const fixture = await open();
      const { run, directory } = await startRun(fixture);
      const elsewhere = startProgram(
        'unshare',
        ['-n', process.execPath, BIN, 'resume', directory],
        {
          cwd: fixture.folder,
          env: fixture.env,
        },
      );
      const { code, stderr } = await elsewhere.ended;
      expect(code).toBe(2);
      expect(stderr).toContain('another machine or in another container');
      expect(stderr).toContain('at work');
      run.kill('SIGKILL');
      await run.ended;
    },
  );

  it('is taken over from one that stands still elsewhere, which then does nothing more', async () => {
    const fixture = await open();
    const { run, directory } = await startRun(fixture);
    run.kill('SIGSTOP');
    // From here on it is somewhere else.
    const lease = join(directory, '.lock');
    const text = await readFile(lease, 'utf8');
    await writeFile(lease, text.replace(/"machine":"[^"]*"/, '"machine":"elsewhere"'));
    const resumed = await runProgram(['resume', directory, ...FAST, '--timeout', '3600'], {
      cwd: fixture.folder,
      env: fixture.env,
      clock: hastyClock,
    });
    expect(resumed.stderr).toContain('taken over: waiting');
    expect(resumed.exitCode).toBe(0);
    const requests = fixture.sandbox.ledger.entries.length;
    const before = await contentOf(directory);
    run.kill('SIGCONT');
    const { code, stderr } = await run.ended;
    expect(code).toBe(3);
    expect(stderr).toContain('took this run over');
    expect(await contentOf(directory)).toEqual(before);
    expect(fixture.sandbox.ledger.entries).toHaveLength(requests);
    const made = await fixture.run();
    expect(made.success).toHaveLength(ROWS);
    audit(made, fixture);
    const sessions = new Set((await readLines(directory)).flatMap(({ session }) => session ?? []));
    expect(sessions.size).toBe(2);
  });
});

async function contentOf(directory: string): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const name of await namesIn(directory)) {
    all[name] = await readFile(join(directory, name), 'latin1');
  }
  return all;
}

describe.skipIf(process.platform === 'win32')('a check that was killed before its end', () => {
  it('leaves a copy of the manifest, and the next one in that folder takes it away', async () => {
    const fixture = await open();
    fixture.sandbox.script(({ kind }) => kind === 'export', ['hang-after']);
    const check = fixture.start(['check', 'm.csv', ...FAST]);
    const reports = join(fixture.folder, 'reports');
    await until(async () => (await namesIn(reports)).some((name) => name.startsWith('.')));
    await until(() => fixture.sandbox.ledger.counts().export > 0);
    check.kill('SIGKILL');
    await check.ended;
    const [left = ''] = await namesIn(reports);
    expect(left).toMatch(/^\.redcap-sweep-/);
    // A living one beside it stays.
    fixture.sandbox.script(({ kind }) => kind === 'export', ['hang-after']);
    const living = fixture.start(['check', 'm.csv', ...FAST, '--timeout', '600']);
    await until(async () => !(await namesIn(reports)).includes(left));
    await until(() => fixture.sandbox.ledger.counts().export > 1);
    const { folder, env } = fixture;
    expect((await sweep(['check', 'm.csv', ...FAST], { cwd: folder, env })).code).toBe(0);
    const names = await namesIn(reports);
    expect(names.filter((name) => name.startsWith('.'))).toHaveLength(1);
    living.kill('SIGKILL');
  });
});
