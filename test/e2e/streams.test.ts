import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BIN, pause, startProgram, until } from '../support/cli.ts';
import { findRun } from '../support/run-files.ts';
import { audit, FAST, openFixture, photo, photosManifest } from '../support/fixture.ts';

describe.skipIf(process.platform === 'win32')('what reads the output', () => {
  it.each([
    { name: 'standard output goes away', shell: '"$0" "$@" | head -1; exit ${PIPESTATUS[0]}' },
    { name: 'both streams go away', shell: '"$0" "$@" 2>&1 | head -1; exit ${PIPESTATUS[0]}' },
    { name: 'nobody listens from the start', shell: '"$0" "$@" | true; exit ${PIPESTATUS[0]}' },
    { name: 'the streams are closed', shell: 'exec "$0" "$@" >&- 2>&-' },
  ])('$name: the run goes on to its end', async ({ shell }) => {
    const fixture = await openFixture({ latencyMs: 20 });
    await fixture.write('m.csv', photosManifest(20));
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
      cwd: fixture.folder,
      env: fixture.env,
    });
    expect((await ended).code).toBe(0);
    const run = await fixture.run();
    expect(run.success).toHaveLength(20);
    audit(run, fixture);
  });

  it('a reader that stands still makes no state untrue, and does not keep the run from its end', async () => {
    const fixture = await openFixture();
    for (let record = 1; record <= 20; record += 1) {
      fixture.sandbox.script(photo(record), ['503', '503', '503']);
    }
    await fixture.write('m.csv', photosManifest(20));
    const args = ['run', 'm.csv', '--yes', ...FAST, '--log-level', 'trace', '--timeout', '2'];
    // Far more than a pipe holds, to a reader that takes nothing.
    const noisy = await fixture.write(
      'noisy.mjs',
      `const timer = setInterval(() => process.stderr.write('x'.repeat(8192) + '\\n'), 5); timer.unref();`,
    );
    const started = fixture.start(args, { NODE_OPTIONS: `--import ${noisy}` });
    started.child.stderr?.pause();
    started.child.stdout?.pause();
    await until(async () => {
      const directory = await findRun(fixture.folder).catch(() => '');
      return readFile(join(directory, 'summary.json')).then(
        () => true,
        () => false,
      );
    }, 40_000);
    await pause(200);
    started.child.stderr?.resume();
    started.child.stdout?.resume();
    expect((await started.ended).code).toBe(0);
    const run = await fixture.run();
    expect(run.success).toHaveLength(20);
    audit(run, fixture);
  });
});

describe('--json', () => {
  it('is one document on standard output, of a stopped and of a refused run too', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(5));
    await fixture.write('bad.csv', 'record,field\n1,photo\n1,nope\n');
    const stopped = await fixture.sweep([
      'run',
      'm.csv',
      '--yes',
      '--limit',
      '2',
      '--json',
      ...FAST,
    ]);
    expect(stopped.code).toBe(3);
    expect(JSON.parse(stopped.stdout)).toMatchObject({ rows: 5, exitCode: 3 });
    const refused = await fixture.sweep(['run', 'bad.csv', '--yes', '--json', ...FAST]);
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stdout)).toMatchObject({ rows: 2, exitCode: 2 });
    const checked = await fixture.sweep(['check', 'bad.csv', '--json', ...FAST]);
    expect(checked.code).toBe(1);
    expect(JSON.parse(checked.stdout)).toMatchObject({ rows: 2, exitCode: 1, kind: 'check' });
  });

  it('--quiet leaves standard error to what went wrong', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(5));
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', '--quiet', '--rate', '10/s']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('5  deleted');
  });
});
