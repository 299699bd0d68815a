import { describe, expect, it } from 'vitest';
import { pause, until } from '../support/cli.ts';
import { rowOutcomes, findRun, readLines } from '../support/run-files.ts';
import { audit, FAST, isDeletion, openFixture, photo, photosManifest } from '../support/fixture.ts';
import { ROWS, stopped } from '../support/stopped-run.ts';

const ONE = ['--concurrency', '1'] as const;

/** What one session says must not be taken for another one's word. */
describe.skipIf(process.platform === 'win32')('sessions of one run', () => {
  it('a stop that comes before the first row does not stand for the session that was killed', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(ROWS));
    fixture.sandbox.script(photo(3), ['hang-after']);
    const run = fixture.start(['run', 'm.csv', '--yes', ...FAST, ...ONE]);
    await until(() => fixture.deletions() >= 3);
    run.kill('SIGKILL');
    await run.ended;
    const directory = await findRun(fixture.folder);
    // The signal comes while the project is read, and the answer still arrives.
    let arrived = false;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    fixture.sandbox.script(
      ({ content }) => content === 'project',
      [
        async (_call, proceed) => {
          arrived = true;
          await released;
          return proceed();
        },
      ],
    );
    const resumed = fixture.start(['resume', directory, ...FAST, ...ONE]);
    await until(() => arrived);
    resumed.kill('SIGINT');
    await pause(300);
    release();
    expect((await resumed.ended).code).toBe(130);
    expect((await fixture.sweep(['report', directory])).code).toBeGreaterThan(0);
    // At full speed, the killed session's mark says that any row may have been in the air.
    const { summary } = await fixture.run();
    expect(summary).toMatchObject({ sessions: 2, stop: { code: 'interrupted' } });
    const told = rowOutcomes(await fixture.run());
    expect(told.slice(0, 2)).toEqual(['deleted  1 ', 'deleted  1 ']);
    for (const outcome of told.slice(2)) expect(outcome).toMatch(/^unknown interrupted [01] $/);
    expect((await fixture.sweep(['resume', directory, ...FAST])).code).toBe(0);
    audit(await fixture.run(), fixture);
  });

  it('the mark of a session that came to its end says nothing of the next one', async () => {
    const fixture = await stopped();
    // At 20 a second each line is on the disk before its request leaves.
    fixture.sandbox.script(photo(7), ['hang-after']);
    const resumed = fixture.start(['resume', fixture.directory, '--rate', '20/s', ...ONE]);
    await until(() => fixture.deletions() >= 7);
    resumed.kill('SIGKILL');
    await resumed.ended;
    expect((await fixture.sweep(['report', fixture.directory])).code).toBe(3);
    const told = rowOutcomes(await fixture.run());
    expect(told.slice(0, 7)).toEqual([
      ...Array<string>(4).fill('deleted  1 yes'),
      ...Array<string>(2).fill('deleted  1 '),
      'unknown interrupted 1 ',
    ]);
    expect(new Set(told.slice(7))).toEqual(new Set(['not_attempted interrupted 0 ']));
  });

  it('a run that has nothing left is finished, also where its last row was one too many', async () => {
    const fixture = await openFixture();
    fixture.sandbox.script(
      isDeletion,
      [() => new Response('{"error":"locked"}', { status: 400 })],
      {
        lasting: true,
      },
    );
    await fixture.write('m.csv', photosManifest(3));
    const args = ['run', 'm.csv', '--yes', ...FAST, ...ONE, '--max-failures', '3'];
    expect((await fixture.sweep(args)).code).toBe(1);
    const { directory, summary } = await fixture.run();
    expect(summary).toMatchObject({ exitCode: 1, stop: null });
    const states = (await readLines(directory)).map(({ state }) => state);
    expect(states).not.toContain('stop');
    const resumed = await fixture.sweep(['resume', directory, ...FAST]);
    expect(resumed.code).toBe(1);
    expect(resumed.stderr).toContain('finished');
    expect(fixture.deletions()).toBe(3);
  });
});
