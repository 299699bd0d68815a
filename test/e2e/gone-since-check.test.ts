import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fates, pick } from '../support/run-files.ts';
import { FAST, isDeletion, openStand, photo, photosManifest } from '../support/stand.ts';

const WHY = /somebody removed it since, .* lagged behind, or something between .* twice$/;

describe('nothing there, although the check had seen a file', () => {
  it('as something on the way sent the request twice', async () => {
    const stand = await openStand();
    // What nginx and haproxy do with a slow answer: the second one is the only one that comes.
    stand.sandbox.script(
      (call) => isDeletion(call) && ['2', '4'].includes(call.target?.record ?? ''),
      [
        async (_call, proceed) => {
          await proceed();
          return proceed();
        },
      ],
      { lasting: true },
    );
    await stand.write('m.csv', `${photosManifest(4)}5,scan\n`);
    const ended = await stand.sweep(['run', 'm.csv', '--yes', ...FAST]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/3 {2}already empty .*\n +2 of these although/);
    const run = await stand.run();
    expect(fates(run)).toEqual([
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
    const stand = await openStand();
    stand.sandbox.script(isDeletion, [
      (_call, proceed) => {
        stand.project.removeFile(photo(2));
        return proceed();
      },
    ]);
    await stand.write('m.csv', photosManifest(3));
    expect(await stand.sweep(['run', 'm.csv', '--yes', ...FAST])).toMatchObject({ code: 0 });
    const run = await stand.run();
    expect(fates(run)).toEqual([
      'deleted  1 yes',
      'already_empty gone_since_check 1 yes',
      'deleted  1 yes',
    ]);
  });

  it('as a resume finds by its look', async () => {
    const stand = await openStand();
    await stand.write('m.csv', photosManifest(3));
    await stand.sweep(['run', 'm.csv', '--yes', '--limit', '1', ...FAST]);
    stand.project.removeFile(photo(3));
    const { directory } = await stand.run();
    expect(await stand.sweep(['resume', directory, ...FAST])).toMatchObject({ code: 0 });
    const run = await stand.run();
    expect(fates(run)).toEqual([
      'deleted  1 yes',
      'deleted  1 yes',
      'already_empty gone_since_check 0 ',
    ]);
    expect(pick(run.rows.get(3), 'message')[0]).toMatch(WHY);
  });
});
