import { describe, expect, it } from 'vitest';
import { pause, until } from '../support/cli.ts';
import { fates, findRun, readLines } from '../support/run-files.ts';
import { audit, FAST, isDeletion, openStand, photo, photosManifest } from '../support/stand.ts';
import { ROWS, stopped } from '../support/stopped-run.ts';

const ONE = ['--concurrency', '1'] as const;

/** What one session says must not be taken for another one's word. */
describe.skipIf(process.platform === 'win32')('sessions of one run', () => {
  it('a stop that comes before the first row does not stand for the session that was killed', async () => {
    const stand = await openStand();
    await stand.write('m.csv', photosManifest(ROWS));
    stand.sandbox.script(photo(3), ['hang-after']);
    const run = stand.start(['run', 'm.csv', '--yes', ...FAST, ...ONE]);
    await until(() => stand.deletions() >= 3);
    run.kill('SIGKILL');
    await run.ended;
    const directory = await findRun(stand.folder);
    // The signal comes while the project is read, and the answer still arrives.
    let arrived = false;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    stand.sandbox.script(
      ({ content }) => content === 'project',
      [
        async (_call, proceed) => {
          arrived = true;
          await released;
          return proceed();
        },
      ],
    );
    const resumed = stand.start(['resume', directory, ...FAST, ...ONE]);
    await until(() => arrived);
    resumed.kill('SIGINT');
    await pause(300);
    release();
    expect((await resumed.ended).code).toBe(130);
    expect((await stand.sweep(['report', directory])).code).toBeGreaterThan(0);
    // At full speed, the killed session's mark says that any row may have been in the air.
    const { summary } = await stand.run();
    expect(summary).toMatchObject({ sessions: 2, stop: { code: 'interrupted' } });
    const told = fates(await stand.run());
    expect(told.slice(0, 2)).toEqual(['deleted  1 ', 'deleted  1 ']);
    for (const fate of told.slice(2)) expect(fate).toMatch(/^unknown interrupted [01] $/);
    expect((await stand.sweep(['resume', directory, ...FAST])).code).toBe(0);
    audit(await stand.run(), stand);
  });

  it('the mark of a session that came to its end says nothing of the next one', async () => {
    const stand = await stopped();
    // At 20 a second each line is on the disk before its request leaves.
    stand.sandbox.script(photo(7), ['hang-after']);
    const resumed = stand.start(['resume', stand.directory, '--rate', '20/s', ...ONE]);
    await until(() => stand.deletions() >= 7);
    resumed.kill('SIGKILL');
    await resumed.ended;
    expect((await stand.sweep(['report', stand.directory])).code).toBe(3);
    const told = fates(await stand.run());
    expect(told.slice(0, 7)).toEqual([
      ...Array<string>(4).fill('deleted  1 yes'),
      ...Array<string>(2).fill('deleted  1 '),
      'unknown interrupted 1 ',
    ]);
    expect(new Set(told.slice(7))).toEqual(new Set(['not_attempted interrupted 0 ']));
  });

  it('a run that has nothing left is finished, also where its last row was one too many', async () => {
    const stand = await openStand();
    stand.sandbox.script(isDeletion, [() => new Response('{"error":"locked"}', { status: 400 })], {
      lasting: true,
    });
    await stand.write('m.csv', photosManifest(3));
    const args = ['run', 'm.csv', '--yes', ...FAST, ...ONE, '--max-failures', '3'];
    expect((await stand.sweep(args)).code).toBe(1);
    const { directory, summary } = await stand.run();
    expect(summary).toMatchObject({ exitCode: 1, stop: null });
    const states = (await readLines(directory)).map(({ state }) => state);
    expect(states).not.toContain('stop');
    const resumed = await stand.sweep(['resume', directory, ...FAST]);
    expect(resumed.code).toBe(1);
    expect(resumed.stderr).toContain('finished');
    expect(stand.deletions()).toBe(3);
  });
});
