import { describe, expect, it } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { rowOutcomes, pick } from '../support/run-files.ts';
import {
  FAST,
  FAST_CLOCK,
  isDeletion,
  makeArchive,
  openFixture,
  photo,
  photosManifest,
} from '../support/fixture.ts';

const YES = 'deleted  1 yes';
const repeat = (outcome: string, times: number) => Array.from({ length: times }, () => outcome);
const isLook = ({ content }: { readonly content: string }) => content === 'record';

describe('a server that says yes and does nothing', () => {
  const scripts: SandboxOptions['scripts'] = [
    { match: isDeletion, answers: ['empty'], lasting: true },
  ];

  it('is stopped after ten rows', async () => {
    const fixture = await openFixture({ scripts, project: makeArchive(200) });
    await fixture.write('m.csv', photosManifest(200));
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST], FAST_CLOCK);
    expect(ended.code).toBe(3);
    const run = await fixture.run();
    expect(run.summary.stop).toMatchObject({ code: 'not_deleting' });
    const { failed = 0, not_attempted = 0, ...others } = run.summary.totals;
    expect(failed).toBeGreaterThanOrEqual(10);
    expect(failed).toBe(fixture.deletions());
    // The first look comes early: nothing like two hundred requests is in vain.
    expect(failed).toBeLessThan(100);
    expect(failed + not_attempted).toBe(200);
    expect(Object.values(others).every((n) => n === 0)).toBe(true);
    expect(run.error.map((row) => pick(row, 'status', 'code', 'verified').join(' '))).toEqual(
      repeat('failed still_present no', failed),
    );
    expect(run.unprocessed.map((row) => pick(row, 'status', 'code').join(' '))).toEqual(
      repeat('not_attempted not_deleting', not_attempted),
    );
    expect(pick(run.error[0], 'message')[0]).toMatch(/photo-1\.jpg.*uploaded since/);
  });

  it('with fewer rows than ten it is a matter of these rows', async () => {
    const fixture = await openFixture({ scripts });
    await fixture.write('m.csv', photosManifest(9));
    expect(await fixture.sweep(['run', 'm.csv', '--yes', ...FAST], FAST_CLOCK)).toMatchObject({
      code: 1,
    });
    expect(rowOutcomes(await fixture.run())).toEqual(repeat('failed still_present 1 no', 9));
  });

  it('--no-verify believes it, and says so', async () => {
    const fixture = await openFixture({ scripts });
    await fixture.write('m.csv', photosManifest(12));
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', '--no-verify', ...FAST]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/NOT VERIFIED +12 rows/);
    expect(rowOutcomes(await fixture.run())).toEqual(repeat('deleted  1 skipped', 12));
  });
});

describe('a look afterwards', () => {
  it('somebody uploaded another file since: the row stays deleted, the file stays', async () => {
    const fixture = await openFixture();
    fixture.sandbox.script(photo(2), [
      async (_call, proceed) => {
        const answer = await proceed();
        fixture.project.putFile(photo(2), 'new.jpg');
        return answer;
      },
    ]);
    await fixture.write('m.csv', photosManifest(3));
    expect(await fixture.sweep(['run', 'm.csv', '--yes', ...FAST], FAST_CLOCK)).toMatchObject({
      code: 0,
    });
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual([YES, 'deleted new_file 1 no', YES]);
    expect([run.error, fixture.project.fileName(photo(2))]).toEqual([[], 'new.jpg']);
    expect(pick(run.rows.get(2), 'message')[0]).toMatch(/new\.jpg/);
  });

  it('one under the same name cannot be told, and the message says so', async () => {
    const fixture = await openFixture();
    fixture.sandbox.script(photo(2), [
      async (_call, proceed) => {
        const answer = await proceed();
        fixture.project.putFile(photo(2), 'photo-2.jpg');
        return answer;
      },
    ]);
    await fixture.write('m.csv', photosManifest(2));
    expect(await fixture.sweep(['run', 'm.csv', '--yes', ...FAST], FAST_CLOCK)).toMatchObject({
      code: 1,
    });
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual([YES, 'failed still_present 1 no']);
    expect(pick(run.rows.get(2), 'message')[0]).toMatch(/would look the same/);
  });

  it('settles what no answer could', async () => {
    const fixture = await openFixture({
      scripts: [
        { match: photo(1), answers: ['reset-after'], lasting: true },
        { match: photo(2), answers: ['reset-before'], lasting: true },
        { match: photo(3), answers: ['html-after'], lasting: true },
        { match: photo(4), answers: ['503'], lasting: true },
      ],
    });
    await fixture.write('m.csv', photosManifest(5));
    const args = ['run', 'm.csv', '--yes', '--retries', '1', ...FAST];
    expect(await fixture.sweep(args)).toMatchObject({ code: 1 });
    expect(rowOutcomes(await fixture.run())).toEqual([
      'deleted  2 yes',
      'failed still_present 2 no',
      'deleted  2 yes',
      'failed still_present 2 no',
      YES,
    ]);
  });

  it('--no-verify leaves it unknown', async () => {
    const fixture = await openFixture({
      scripts: [{ match: photo(1), answers: ['reset-after'], lasting: true }],
    });
    await fixture.write('m.csv', photosManifest(2));
    const args = ['run', 'm.csv', '--yes', '--retries', '1', '--no-verify', ...FAST];
    expect(await fixture.sweep(args)).toMatchObject({ code: 1 });
    expect(rowOutcomes(await fixture.run())).toEqual([
      'unknown connection 2 skipped',
      'deleted  1 skipped',
    ]);
  });

  it('looks at "no file" where the check had seen one', async () => {
    const fixture = await openFixture();
    fixture.sandbox.script(photo(1), [
      (_call, proceed) => {
        fixture.project.removeFile(photo(1));
        return proceed();
      },
    ]);
    await fixture.write('m.csv', photosManifest(1));
    expect(await fixture.sweep(['run', 'm.csv', '--yes', ...FAST], FAST_CLOCK)).toMatchObject({
      code: 0,
    });
    expect(rowOutcomes(await fixture.run())).toEqual(['already_empty gone_since_check 1 yes']);
  });

  it.each<[string, 'empty' | 'html']>([
    ['comes without a body', 'empty'],
    ['cannot be read', 'html'],
  ])('says nothing where it %s: the exit code is unchanged', async (_what, answer) => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(2));
    let looks = 0;
    fixture.sandbox.script((call) => isLook(call) && ++looks > 1, [answer], { lasting: true });
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', '--retries', '1', ...FAST]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/NOT VERIFIED +2 rows/);
    expect(rowOutcomes(await fixture.run())).toEqual(repeat('deleted  1 skipped', 2));
  });

  it('says nothing of a record that is gone by then', async () => {
    const fixture = await openFixture();
    fixture.sandbox.script(photo(1), [
      async (_call, proceed) => {
        const answer = await proceed();
        fixture.project.removeRecord('1');
        return answer;
      },
    ]);
    await fixture.write('m.csv', photosManifest(2));
    expect(await fixture.sweep(['run', 'm.csv', '--yes', ...FAST], FAST_CLOCK)).toMatchObject({
      code: 0,
    });
    expect(rowOutcomes(await fixture.run())).toEqual(['deleted  1 skipped', YES]);
  });
});

it('takes about one request for a hundred rows', async () => {
  const fixture = await openFixture({ project: makeArchive(1000) });
  await fixture.write('m.csv', photosManifest(1000));
  const ended = await fixture.sweep(['run', 'm.csv', '--yes', '--concurrency', '16', ...FAST]);
  expect(ended.code).toBe(0);
  const looks = fixture.sandbox.ledger.entries.length - 1000;
  // Version, project, dictionary; ten looks before, and ten or eleven after.
  expect(looks).toBeLessThanOrEqual(25);
  expect(looks).toBeGreaterThanOrEqual(23);
});
