import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { busiestSecond } from '../support/busiest-second.ts';
import { namesIn, pause, until } from '../support/cli.ts';
import {
  FAST,
  makeArchive,
  openFixture,
  photosManifest,
  type Fixture,
} from '../support/fixture.ts';
import { hasTerminals, openTerminal as open } from '../support/terminal.ts';

async function prepare(): Promise<Fixture> {
  const fixture = await openFixture();
  await fixture.write('m.csv', photosManifest(12));
  return fixture;
}

describe.skipIf(!hasTerminals)('the question, on a real terminal (skipped without Python)', () => {
  it('the right number deletes', async () => {
    const fixture = await prepare();
    const terminal = await open(fixture, ['run', 'm.csv', ...FAST]);
    await until(() => terminal.stdout().includes('Type 12'));
    expect(terminal.stdout()).toContain('Archive (id 4711)');
    expect(fixture.deletions()).toBe(0);
    terminal.type('12\r');
    expect((await terminal.ended).code).toBe(0);
    const run = await fixture.run();
    expect(run.success).toHaveLength(12);
    expect(run.journal.find(({ state }) => state === 'confirmed')).toMatchObject({
      files: 12,
      by: 'typed',
    });
  });

  it.each([
    { name: 'another number', typed: '11\r' },
    { name: 'a yes', typed: 'yes\r' },
    { name: 'nothing', typed: '\r' },
    { name: 'Ctrl-C', typed: '\u0003' },
    { name: 'Ctrl-D', typed: '\u0004' },
  ])('$name is a no: exit 2, and no directory', async ({ typed }) => {
    const fixture = await prepare();
    const terminal = await open(fixture, ['run', 'm.csv', ...FAST]);
    await until(() => terminal.stdout().includes('Type 12'));
    terminal.type(typed);
    const { code, stdout } = await terminal.ended;
    expect(code).toBe(2);
    expect(stdout).toContain('Nothing was deleted');
    expect(fixture.deletions()).toBe(0);
    expect(await namesIn(join(fixture.folder, 'reports'))).toEqual([]);
  });

  it('left at its question, it owes no burst for the time that went by', async () => {
    const fixture = await openFixture({ project: makeArchive(60) });
    await fixture.write('m.csv', photosManifest(60));
    const pace = ['--rate', '20/s', '--concurrency', '16'];
    const terminal = await open(fixture, ['run', 'm.csv', ...pace]);
    await until(() => terminal.stdout().includes('Type 60'));
    await pause(4000);
    terminal.type('60\r');
    expect((await terminal.ended).code).toBe(0);
    const times = fixture.sandbox.ledger.entries.map(({ at }) => at);
    expect(fixture.deletions()).toBe(60);
    expect(busiestSecond(times)).toBeLessThanOrEqual(23);
  });

  it('standard output elsewhere: the plan is shown to the person too', async () => {
    const fixture = await prepare();
    const terminal = await open(fixture, ['run', 'm.csv', '--json', ...FAST], '> out.json');
    await until(() => terminal.stdout().includes('Type 12'));
    expect(terminal.stdout()).toContain('Files to delete  12');
    terminal.type('12\r');
    expect((await terminal.ended).code).toBe(0);
    const out = JSON.parse(await readFile(join(fixture.folder, 'out.json'), 'utf8')) as object;
    expect(out).toEqual((await fixture.run()).summary);
  });

  it('a SIGTERM from outside is a signal there too: 143, and resume asks again', async () => {
    const fixture = await prepare();
    const started = await open(fixture, ['run', 'm.csv'], '', { before: 'echo $$ > pid;' });
    await until(() => started.stdout().includes('Type 12'));
    process.kill(Number(await readFile(join(fixture.folder, 'pid'), 'utf8')), 'SIGTERM');
    expect((await started.ended).code).toBe(143);
    expect(fixture.deletions()).toBe(0);
  });

  it('no token: asked for without showing it', async () => {
    const fixture = await prepare();
    const unknown = { folder: fixture.folder, env: { REDCAP_API_URL: fixture.url } };
    const started = await open(unknown, ['run', 'm.csv', '--yes', ...FAST]);
    await until(() => /token/i.test(started.stdout()));
    await pause(200);
    started.type(`${fixture.sandbox.token}\r`);
    const { code, stdout } = await started.ended;
    expect(code).toBe(0);
    expect(stdout.toLowerCase()).not.toContain(fixture.sandbox.token.toLowerCase());
    expect(fixture.deletions()).toBe(12);
  });
});
