import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startSweep } from '../support/cli.ts';
import { findRun } from '../support/run-files.ts';
import { FAST, openFixture, photo, photosManifest } from '../support/fixture.ts';

/** The commands that the screen gives, and those that the page gives. */
async function commandsOf(stdout: string, directory: string) {
  const screen = [...stdout.matchAll(/^ {12}(redcap-sweep .*)$/gm)].map(([, line]) => line);
  const page = await readFile(join(directory, 'report.html'), 'utf8');
  const commands = [...page.matchAll(/<code><bdi>(redcap-sweep [^<]*)<\/bdi><\/code>/g)].map(
    ([, line]) =>
      (line ?? '')
        .replaceAll('&#39;', "'")
        .replaceAll('&quot;', '"')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>'),
  );
  return { screen, page: commands };
}

describe('screen and page give the same next step, and it is one that works', () => {
  it('an approved run that is refused for a changed file: a new check, and never error.csv', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(3));
    const checked = join(fixture.folder, 'checked');
    await fixture.sweep(['check', 'm.csv', '--run-dir', checked, ...FAST]);
    fixture.project.putFile(photo(2), 'another.jpg');
    const ended = await fixture.sweep(['run', '--approved', checked, '--yes', ...FAST]);
    expect(ended.code).toBe(2);
    const { screen, page } = await commandsOf(ended.stdout, await findRun(fixture.folder));
    expect(screen).toEqual(['redcap-sweep check m.csv']);
    expect(page).toEqual(screen);
  });

  it('a check with guard mismatches alone is approved as it is', async () => {
    const fixture = await openFixture();
    await fixture.write(
      'm.csv',
      'record,field,expect_filename\n1,photo,photo-1.jpg\n2,photo,x.jpg\n',
    );
    const ended = await fixture.sweep(['check', 'm.csv', ...FAST]);
    expect(ended.code).toBe(1);
    const { screen, page } = await commandsOf(ended.stdout, await findRun(fixture.folder));
    expect(screen).toHaveLength(1);
    expect(screen[0]).toMatch(/^redcap-sweep run --approved \S+$/);
    expect(page).toEqual(screen);
  });

  it('a path with a dollar and a blank is one that a shell takes as it stands', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(2));
    const directory = join(fixture.folder, 'a $HOME b');
    const ended = await fixture.sweep(['check', 'm.csv', '--run-dir', directory, ...FAST]);
    const { screen, page } = await commandsOf(ended.stdout, directory);
    expect(screen).toEqual([`redcap-sweep run --approved '${directory}'`]);
    expect(page).toEqual(screen);
  });

  it('a run refused for its rows: those are corrected in the manifest, which is run again', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', 'Subject,field\n1,photo\n2,nothing\n');
    const args = ['run', 'm.csv', '--yes', '--column', 'record=Subject', ...FAST];
    const ended = await fixture.sweep(args);
    expect(ended.code).toBe(2);
    const { screen, page } = await commandsOf(ended.stdout, await findRun(fixture.folder));
    expect(screen).toEqual(['redcap-sweep run m.csv --column record=Subject']);
    expect(page).toEqual(screen);
  });

  it('the same from standard input: the list that was piped in', async () => {
    const fixture = await openFixture();
    const stdin = 'record,field\n2,nothing\n';
    const { ended } = startSweep(['run', '-', '--yes', ...FAST], {
      cwd: fixture.folder,
      env: fixture.env,
      stdin,
    });
    const { stdout, code } = await ended;
    expect(code).toBe(2);
    const { screen, page } = await commandsOf(stdout, await findRun(fixture.folder));
    expect(screen).toEqual(['redcap-sweep run -']);
    expect(page).toEqual(screen);
    expect(stdout).toContain('pipe the corrected list in');
  });

  it('a demo ends in a rehearsal with your own list', async () => {
    const fixture = await openFixture();
    const ended = await fixture.sweep(['demo'], { REDCAP_API_URL: 'https://redcap.test/api/' });
    const { screen, page } = await commandsOf(ended.stdout, await findRun(fixture.folder));
    expect(screen).toEqual(['redcap-sweep check <manifest>']);
    expect(page).toEqual(screen);
  });
});
