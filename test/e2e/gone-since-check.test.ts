import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rowOutcomes, pick } from '../support/run-files.ts';
import { FAST, isDeletion, openFixture, photo, photosManifest } from '../support/fixture.ts';

const WHY = /somebody removed it since, .* lagged behind, or something between .* twice$/;

describe('nothing there, although the check had seen a file', () => {
  it('as something on the way sent the request twice', async () => {
    const fixture = await openFixture();
    // What nginx and haproxy do with a slow answer: the second one is the only one that comes.
    fixture.sandbox.script(
      (call) => isDeletion(call) && ['2', '4'].includes(call.target?.record ?? ''),
      [
        async (_call, proceed) => {
          await proceed();
          return proceed();
        },
      ],
      { lasting: true },
    );
    await fixture.write('m.csv', `${photosManifest(4)}5,scan\n`);
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/3 {2}already empty .*\n +2 of these although/);
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual([
      'deleted  1 yes',
      'already_empty gone_since_check 1 yes',
      'deleted  1 yes',
      'already_empty gone_since_check 1 yes',
      // The check itself found nothing here.
      'already_empty  0 ',
    ]);
    expect(pick(run.rows.get(2), 'message')[0]).toMatch(WHY);
    expect(run.summary).toMatchObject({ goneSinceCheck: 2 });
    const page = await readFile(join(run.directory, 'report.html'), 'utf8');
    expect(page).toContain('Nothing was there, though the check had seen a file');
    expect(page).not.toMatch(/cannot have removed|can have removed/);
  });

  it('as somebody removed it before its row came', async () => {
    const fixture = await openFixture();
    fixture.sandbox.script(isDeletion, [
      (_call, proceed) => {
        fixture.project.removeFile(photo(2));
        return proceed();
      },
    ]);
    await fixture.write('m.csv', photosManifest(3));
    expect(await fixture.sweep(['run', 'm.csv', '--yes', ...FAST])).toMatchObject({ code: 0 });
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual([
      'deleted  1 yes',
      'already_empty gone_since_check 1 yes',
      'deleted  1 yes',
    ]);
  });

  it('as a resume finds by its look', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(3));
    await fixture.sweep(['run', 'm.csv', '--yes', '--limit', '1', ...FAST]);
    fixture.project.removeFile(photo(3));
    const { directory } = await fixture.run();
    expect(await fixture.sweep(['resume', directory, ...FAST])).toMatchObject({ code: 0 });
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual([
      'deleted  1 yes',
      'deleted  1 yes',
      'already_empty gone_since_check 0 ',
    ]);
    expect(pick(run.rows.get(3), 'message')[0]).toMatch(WHY);
  });
});
