import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BIN, pause, startProgram, until } from '../support/cli.ts';
import { findRun } from '../support/run-files.ts';
import { audit, FAST, openStand, photo, photosManifest } from '../support/stand.ts';

describe.skipIf(process.platform === 'win32')('what reads the output', () => {
  it.each([
    { name: 'standard output goes away', shell: '"$0" "$@" | head -1; exit ${PIPESTATUS[0]}' },
    { name: 'both streams go away', shell: '"$0" "$@" 2>&1 | head -1; exit ${PIPESTATUS[0]}' },
    { name: 'nobody listens from the start', shell: '"$0" "$@" | true; exit ${PIPESTATUS[0]}' },
    { name: 'the streams are closed', shell: 'exec "$0" "$@" >&- 2>&-' },
  ])('$name: the run goes on to its end', async ({ shell }) => {
    const stand = await openStand({ latencyMs: 20 });
    await stand.write('m.csv', photosManifest(20));
    const args = [
      BIN,
      'run',
      'm.csv',
      '--yes',
      ...FAST,
      '--concurrency',
      '1',
      '--log-level',
      'debug',
    ];
    const { ended } = startProgram('bash', ['-c', shell, process.execPath, ...args], {
      cwd: stand.folder,
      env: stand.env,
    });
    expect((await ended).code).toBe(0);
    const run = await stand.run();
    expect(run.success).toHaveLength(20);
    audit(run, stand);
  });

  it('a reader that stands still makes no state untrue, and does not keep the run from its end', async () => {
    const stand = await openStand();
    for (let record = 1; record <= 20; record += 1) {
      stand.sandbox.script(photo(record), ['503', '503', '503']);
    }
    await stand.write('m.csv', photosManifest(20));
    const args = ['run', 'm.csv', '--yes', ...FAST, '--log-level', 'trace', '--timeout', '2'];
    // Far more than a pipe holds, to a reader that takes nothing.
    const noisy = await stand.write(
      'noisy.mjs',
      `const timer = setInterval(() => process.stderr.write('x'.repeat(8192) + '\\n'), 5); timer.unref();`,
    );
    const started = stand.start(args, { NODE_OPTIONS: `--import ${noisy}` });
    started.child.stderr?.pause();
    started.child.stdout?.pause();
    await until(async () => {
      const directory = await findRun(stand.folder).catch(() => '');
      return readFile(join(directory, 'summary.json')).then(
        () => true,
        () => false,
      );
    }, 40_000);
    await pause(200);
    started.child.stderr?.resume();
    started.child.stdout?.resume();
    expect((await started.ended).code).toBe(0);
    const run = await stand.run();
    expect(run.success).toHaveLength(20);
    audit(run, stand);
  });
});

describe('--json', () => {
  it('is one document on standard output, of a stopped and of a refused run too', async () => {
    const stand = await openStand();
    await stand.write('m.csv', photosManifest(5));
    await stand.write('bad.csv', 'record,field\n1,photo\n1,nope\n');
    const stopped = await stand.sweep(['run', 'm.csv', '--yes', '--limit', '2', '--json', ...FAST]);
    expect(stopped.code).toBe(3);
    expect(JSON.parse(stopped.stdout)).toMatchObject({ rows: 5, exitCode: 3 });
    const refused = await stand.sweep(['run', 'bad.csv', '--yes', '--json', ...FAST]);
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stdout)).toMatchObject({ rows: 2, exitCode: 2 });
    const checked = await stand.sweep(['check', 'bad.csv', '--json', ...FAST]);
    expect(checked.code).toBe(1);
    expect(JSON.parse(checked.stdout)).toMatchObject({ rows: 2, exitCode: 1, kind: 'check' });
  });

  it('--quiet leaves standard error to what went wrong', async () => {
    const stand = await openStand();
    await stand.write('m.csv', photosManifest(5));
    const ended = await stand.sweep(['run', 'm.csv', '--yes', '--quiet', '--rate', '10/s']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('5  deleted');
  });
});
