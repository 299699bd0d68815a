import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { namesIn, sweep } from '../support/cli.ts';
import {
  FAST,
  makeArchive,
  openFixture,
  photo,
  photosManifest,
  type Fixture,
} from '../support/fixture.ts';

const TOKEN = 'DEADBEEF0123456789ABCDEF01234567';

/** Every byte that the program left on the disk and on both streams. */
async function everything(folder: string): Promise<string> {
  let all = '';
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) all += await everything(path);
    else all += `${name}\n${bytes[0] === 0x1f ? gunzipSync(bytes).toString() : bytes.toString()}\n`;
  }
  return all;
}

async function openEchoFixture(echo: string): Promise<Fixture> {
  const project = makeArchive(12);
  // In a file's name, whole and in capitals.
  project.putFile(photo(1), `${echo}.pdf`);
  const fixture = await openFixture({ project, token: TOKEN });
  const page = `<html>token=${echo} seen ${'x'.repeat(480)}${echo}</html>`;
  fixture.sandbox.script(photo(2), [
    () => new Response(JSON.stringify({ error: `bad token ${echo}` }), { status: 400 }),
  ]);
  fixture.sandbox.script(photo(3), [() => new Response(page)], { lasting: true });
  fixture.sandbox.script(photo(4), [
    () => new Response('', { status: 503, headers: { 'x-note': echo } }),
  ]);
  fixture.sandbox.script(photo(5), [
    // Cut in the middle of the token: half of it is no less secret.
    () => new Response(JSON.stringify({ error: `${'y'.repeat(490)}${echo}` }), { status: 400 }),
  ]);
  await fixture.write('m.csv', photosManifest(10));
  return fixture;
}

describe('the token', () => {
  it.each([
    { name: 'as it is', echo: TOKEN },
    { name: 'in small letters', echo: TOKEN.toLowerCase() },
  ])('stands nowhere, even when the server echoes it $name', async ({ echo }) => {
    const fixture = await openEchoFixture(echo);
    const args = ['run', 'm.csv', '--yes', ...FAST, '--retries', '1', '--log-level', 'trace'];
    const ended = await fixture.sweep(args);
    expect(ended.code).toBe(1);
    const directory = join(fixture.folder, 'reports');
    const all = `${await everything(directory)}${ended.stdout}${ended.stderr}`;
    expect(all).not.toMatch(/deadbeef/i);
    expect(all).toContain('bad token ***');
    // The guard and the backup handle names that hold it, too.
    const again = await fixture.sweep([
      'run',
      'm.csv',
      '--yes',
      ...FAST,
      '--backup',
      '--retries',
      '0',
    ]);
    expect([0, 1]).toContain(again.code);
    expect(`${await everything(directory)}${again.stdout}${again.stderr}`).not.toMatch(/deadbeef/i);
  });

  it('stands in no redirect that is told, and in no refusal', async () => {
    const fixture = await openFixture({ token: TOKEN });
    fixture.sandbox.script(
      () => true,
      [
        () =>
          new Response('', {
            status: 302,
            headers: { location: `https://evil.example.org/?token=${TOKEN}` },
          }),
      ],
      { lasting: true },
    );
    await fixture.write('m.csv', photosManifest(3));
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('evil.example.org');
    expect(ended.stdout + ended.stderr).not.toMatch(/deadbeef/i);
    // One request: a redirect is never followed.
    expect(fixture.sandbox.ledger.entries).toHaveLength(1);
  });

  it.each([
    { name: 'as its own option', args: ['--token', TOKEN] },
    { name: 'glued to it', args: [`--token=${TOKEN}`] },
    { name: 'as an option that does not exist', args: [`--tokn=${TOKEN}`] },
    { name: 'in place of the address', args: ['--url', TOKEN] },
    { name: 'in place of a file', args: ['--token-file', TOKEN] },
    { name: 'in place of a directory', args: ['--run-dir', TOKEN.toLowerCase()] },
    { name: 'in place of a number', args: ['--rate', TOKEN] },
    { name: 'as an option itself', args: [`--${TOKEN}`] },
    { name: 'as one argument more', args: [TOKEN] },
  ])('given $name: refused, and not repeated', async ({ args }) => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(3));
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...args]);
    expect(ended.code).toBe(2);
    expect(ended.stdout + ended.stderr).not.toMatch(/deadbeef/i);
    expect(fixture.sandbox.ledger.entries).toEqual([]);
    expect(await namesIn(fixture.folder)).toEqual(['m.csv']);
  });

  it.each([
    [TOKEN],
    [TOKEN, '--help'],
    ['help', TOKEN],
    ['check', TOKEN],
    ['run', TOKEN.toLowerCase(), '--yes', '--json'],
    ['resume', TOKEN],
    ['report', TOKEN],
    ['restore', TOKEN, '--yes'],
    ['scan', '--output', TOKEN],
    ['completion', TOKEN],
    ['demo', '--report-dir', TOKEN],
  ])('given where something else belongs, to %s %s: refused, and not repeated', async (...args) => {
    const fixture = await openFixture();
    // What is there makes no difference: it may be the token all the same.
    await fixture.write(TOKEN, photosManifest(3));
    const ended = await fixture.sweep(args);
    expect(ended.code).toBe(2);
    expect(ended.stdout + ended.stderr).not.toMatch(/deadbeef/i);
    expect(ended.stderr).toContain('./<name>');
    expect(fixture.sandbox.ledger.entries).toEqual([]);
    expect(await namesIn(fixture.folder)).toEqual([TOKEN]);
  });

  it('is a name as any other behind ./', async () => {
    const fixture = await openFixture();
    await fixture.write(TOKEN, photosManifest(3));
    const ended = await fixture.sweep(['run', `./${TOKEN}`, '--yes', ...FAST]);
    expect(ended.code).toBe(0);
    expect(fixture.deletions()).toBe(3);
  });
});

describe('a file of variables', () => {
  it('does no more than name REDCap and a proxy', async () => {
    const fixture = await openFixture({ token: TOKEN });
    await fixture.write('m.csv', photosManifest(3));
    await fixture.write('ran.cjs', "require('node:fs').writeFileSync('ran', '');");
    const script = join(fixture.folder, 'ran.cjs');
    const text = `NODE_OPTIONS=--require=${script}
NODE_TLS_REJECT_UNAUTHORIZED=0
NODE_EXTRA_CA_CERTS=${script}
LD_PRELOAD=${script}
PATH=${fixture.folder}
TZ=Asia/Tokyo
REDCAP_API_URL=${fixture.url}
REDCAP_API_TOKEN=0123456789ABCDEF0123456789ABCDEF
`;
    // The command shows which of them it was given; of the tool's own token nothing.
    const command = 'env > seen; cat token';
    await fixture.write('token', TOKEN);
    for (const [name, args] of [
      ['.env', []],
      ['my.env', ['--dotenv', 'my.env']],
    ] as const) {
      await writeFile(join(fixture.folder, name), text, { mode: 0o600 });
      const all = ['check', 'm.csv', '--token-command', command, ...FAST, ...args];
      const ended = await sweep(all, {
        cwd: fixture.folder,
        env: { REDCAP_API_TOKEN: 'FEDCBA9876543210FEDCBA9876543210' },
      });
      expect(ended.stderr).not.toMatch(/NODE_|ran\.cjs|preload/i);
      expect(ended.code).toBe(0);
      const seen = await readFile(join(fixture.folder, 'seen'), 'utf8');
      expect(seen).toMatch(/^TZ=UTC$/m);
      expect(seen).not.toMatch(/NODE_|LD_PRELOAD|Tokyo|TOKEN/);
      await rm(join(fixture.folder, name));
    }
    expect(await namesIn(fixture.folder)).not.toContain('ran');
  });

  it('is named by --dotenv: Node.js obeys what stands in an --env-file', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(3));
    await fixture.write('my.env', 'REDCAP_X=1\n');
    for (const args of [['--env-file', 'my.env'], ['--env-file=my.env']]) {
      const ended = await fixture.sweep(['check', 'm.csv', ...args]);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toMatch(/NODE_OPTIONS.*--dotenv/);
    }
    expect(fixture.sandbox.ledger.entries).toEqual([]);
  });
});
