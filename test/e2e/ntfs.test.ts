import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { namesIn, startProgram, type Ended } from '../support/cli.ts';
import { ntfsEnv, refusals } from '../support/ntfs.ts';
import { rowOutcomes, readRun } from '../support/run-files.ts';
import { FAST, openFixture, photo, photosManifest, type Fixture } from '../support/fixture.ts';

const NO_ANSWER = () => new Response('', { status: 503 });

/** A folder with manifests of all kinds, and the program living by NTFS' rules in it. */
async function open() {
  const fixture = await openFixture();
  await fixture.write('m.csv', photosManifest(5));
  await fixture.write('m.csv.gz', gzipSync(photosManifest(5)));
  const sweep = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    fixture.sweep(args, { ...ntfsEnv(fixture.folder), ...env });
  return { ...fixture, sweep };
}

/** Nothing that the program did was refused by the disk, and nothing hidden is left. */
async function expectSmooth({ folder }: Pick<Fixture, 'folder'>): Promise<void> {
  expect(await refusals(folder)).toEqual([]);
  const left = [...(await namesIn(folder)), ...(await namesIn(join(folder, 'reports')))];
  expect(left.filter((name) => name.startsWith('.'))).toEqual([]);
}

describe("NTFS' rules", () => {
  it('are what the tests below take them for', async () => {
    const { folder } = await openFixture();
    const script = `
      import { once } from 'node:events';
      import { closeSync, createReadStream, openSync } from 'node:fs';
      import { mkdir, open, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
      const told = [];
      const tell = async (what, act) => {
        try { await act(); told.push(what + ': done'); } catch (error) { told.push(what + ': ' + error.code); }
      };
      await mkdir('d');
      await writeFile('d/a', '');
      await writeFile('d/b', '');
      const fd = openSync('d/a');
      await tell('a folder with an open file', () => rename('d', 'e'));
      await tell('onto an open file', () => rename('d/b', 'd/a'));
      await tell('delete an open file', () => unlink('d/a'));
      await tell('open it again', () => open('d/a'));
      await tell('its folder', () => rm('d', { recursive: true }));
      closeSync(fd);
      await tell('its folder, once it is closed', () => rm('d', { recursive: true }));
      const handle = await open('f', 'w');
      await mkdir('g');
      await rename('f', 'g/f');
      await tell('a folder, by a handle', () => rename('g', 'h'));
      const closing = handle.close();
      await tell('while it is being closed', () => rename('g', 'h'));
      await closing;
      await tell('a folder, over a folder', async () => { await mkdir('h'); await rename('g', 'h'); });
      await once(createReadStream('g/f'), 'open');
      await tell('a folder, by a stream', () => rename('g', 'i'));
      await tell('a name of a device', () => writeFile('NUL.csv', ''));
      await tell('a colon', () => writeFile('12:30.csv', ''));
      await writeFile('Twin.csv', 'first');
      await tell('a twin', async () => { if (await readFile('tWIN.csv', 'utf8') !== 'first') throw new Error(); });
      await tell('sync a folder', async () => {
        const one = await open('h');
        try { await one.sync(); } finally { await one.close(); }
      });
      await tell('a spreadsheet', () => unlink('held.csv'));
      console.log(told.join('\\n'));
    `;
    await writeFile(join(folder, 'held.csv'), '');
    const env = ntfsEnv(folder, [join(folder, 'held.csv')]);
    const args = ['--input-type=module', '-e', script];
    const { stdout, stderr } = await startProgram(process.execPath, args, { cwd: folder, env })
      .ended;
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual([
      'a folder with an open file: EPERM',
      'onto an open file: EPERM',
      'delete an open file: done',
      'open it again: EPERM',
      'its folder: EPERM',
      'its folder, once it is closed: done',
      'a folder, by a handle: EPERM',
      'while it is being closed: EPERM',
      'a folder, over a folder: EPERM',
      'a folder, by a stream: EPERM',
      'a name of a device: ENOENT',
      'a colon: ENOENT',
      'a twin: done',
      'sync a folder: EPERM',
      'a spreadsheet: EBUSY',
    ]);
  });
});

describe("under NTFS' rules", () => {
  it('a rehearsal', async () => {
    const fixture = await open();
    const ended = await fixture.sweep(['demo']);
    expect(ended.stderr).not.toMatch(/EPERM|ENOTEMPTY|cannot/);
    expect(ended.code).toBe(1);
    await expectSmooth(fixture);
  });

  it('a check, an approved run with backups, a restore, and the reports again', async () => {
    const fixture = await open();
    const check = join(fixture.folder, 'checked');
    const run = join(fixture.folder, 'run');
    const steps: readonly (readonly string[])[] = [
      ['check', 'm.csv', '--run-dir', check, ...FAST],
      ['run', '--approved', check, '--yes', '--backup', '--run-dir', run, ...FAST],
      ['report', run],
      ['resume', run, ...FAST],
      ['restore', run, '--yes', ...FAST],
      ['report', run],
    ];
    for (const args of steps) {
      const ended = await fixture.sweep(args);
      expect({ step: args[0], ...ended }).toMatchObject({ step: args[0], code: 0 });
    }
    expect(rowOutcomes(await readRun(run))).toEqual(
      Array.from({ length: 5 }, () => 'deleted  1 yes'),
    );
    expect([...fixture.project.files()]).toHaveLength(20);
    await expectSmooth(fixture);
  });

  it('an archive that stops and is resumed, a run of it, and a restore from it', async () => {
    const fixture = await open();
    const check = join(fixture.folder, 'checked');
    const run = join(fixture.folder, 'run');
    const steps: readonly (readonly [code: number, ...args: readonly string[]])[] = [
      [3, 'check', 'm.csv', '--backup', '--limit', '2', '--run-dir', check, ...FAST],
      [0, 'resume', check, ...FAST],
      [0, 'report', check],
      [0, 'run', '--approved', check, '--yes', '--run-dir', run, ...FAST],
      [0, 'restore', run, '--yes', ...FAST],
    ];
    for (const [code, ...args] of steps) {
      const ended = await fixture.sweep(args);
      expect({ step: args[0], ...ended }).toMatchObject({ step: args[0], code });
    }
    expect([...fixture.project.files()]).toHaveLength(20);
    await expectSmooth(fixture);
  });

  it('a run of a packed list that stops at its limit, and is resumed', async () => {
    const fixture = await open();
    const first = ['run', 'm.csv.gz', '--yes', '--limit', '2', '--concurrency', '1', ...FAST];
    expect((await fixture.sweep(first)).code).toBe(3);
    const { directory } = await fixture.run();
    expect((await fixture.sweep(['resume', directory, ...FAST])).code).toBe(0);
    expect(fixture.deletions()).toBe(5);
    await expectSmooth(fixture);
  });

  it('a run that its rows refuse, and a check of the same', async () => {
    const fixture = await open();
    await fixture.write('m.csv', 'record,field\n1,photo\n2,nope\n99,photo\n');
    expect((await fixture.sweep(['run', 'm.csv', '--yes', ...FAST])).code).toBe(2);
    await fixture.run();
    const check = ['check', 'm.csv', '--run-dir', join(fixture.folder, 'checked'), ...FAST];
    expect((await fixture.sweep(check)).code).toBe(1);
    await expectSmooth(fixture);
  });

  it('a list of the files, over an older one too', async () => {
    const fixture = await open();
    const args = ['scan', '--output', 'all.csv', ...FAST];
    expect((await fixture.sweep(args)).code).toBe(0);
    expect((await readFile(join(fixture.folder, 'all.csv'), 'utf8')).split('\n')).toHaveLength(22);
    await expectSmooth(fixture);
    // Half a list is taken away, and the error is the server's.
    fixture.sandbox.script(({ content }) => content === 'record', [NO_ANSWER], { lasting: true });
    const broken = await fixture.sweep(['scan', '--output', 'b.csv', '--retries', '0', ...FAST]);
    expect(broken).toMatchObject({ code: 2 });
    expect(broken.stderr).toMatch(/503/);
    expect(await namesIn(fixture.folder)).not.toContain('b.csv');
    await expectSmooth(fixture);
  });

  it('a report that a spreadsheet has open: the new one stands beside it', async () => {
    const fixture = await open();
    fixture.sandbox.script(photo(2), [() => new Response('{"error":"no"}', { status: 400 })]);
    expect((await fixture.sweep(['run', 'm.csv', '--yes', ...FAST])).code).toBe(1);
    const { directory } = await fixture.run();
    const held = ntfsEnv(fixture.folder, [join(directory, 'error.csv')]);
    const ended = await fixture.sweep(['report', directory], held);
    expect(ended.code).toBe(1);
    expect(ended.stdout + ended.stderr).toContain('error.new.csv');
    expect(await namesIn(directory)).toContain('error.new.csv');
    const tried = await refusals(fixture.folder);
    expect(tried.filter((line) => !/EPERM.*rename .*error\.csv'$/.test(line))).toEqual([]);
    // Once it is closed the newest takes its place again.
    expect((await fixture.sweep(['report', directory])).code).toBe(1);
    expect(await namesIn(directory)).not.toContain('error.new.csv');
  });
});

interface Refusal {
  readonly name: string;
  readonly args?: readonly string[];
  readonly says: RegExp;
  readonly env?: Readonly<Record<string, string>>;
  prepare?(fixture: Fixture): Promise<unknown> | void;
}

const OTHER_TOKEN = 'ABCDEF0123456789ABCDEF0123456789';
const M = ['m.csv', '--yes'];

const REFUSALS: readonly Refusal[] = [
  { name: 'no confirmation', args: ['m.csv'], says: /--yes/ },
  { name: 'a limit', args: [...M, '--max-deletions', '2'], says: /more than/ },
  { name: 'another project', args: [...M, '--expect-project', '9'], says: /4711/ },
  {
    name: 'another project, unchecked',
    args: [...M, '--no-check', '--expect-project', '9'],
    says: /4711/,
  },
  {
    name: 'a token that is not known',
    says: /token/,
    env: { REDCAP_API_TOKEN: OTHER_TOKEN },
  },
  { name: 'no token', says: /token/i, env: { REDCAP_API_TOKEN: '' } },
  { name: 'a list that is not there', args: ['gone.csv', '--yes'], says: /gone\.csv/ },
  {
    name: 'a folder in place of a list',
    args: ['folder', '--yes'],
    says: /folder/,
    prepare: ({ folder }) => mkdir(join(folder, 'folder')),
  },
  ...[
    { name: 'no rows', text: 'record,field\n\n', says: /row/ },
    { name: 'nothing at all', text: '', says: /header|empty/ },
    { name: 'other headers', text: 'subject,file\n1,photo\n', says: /subject/ },
    {
      name: 'a quote that never closes',
      text: 'record,field\n1,photo\n"2,photo\n',
      says: /line 3/,
    },
    { name: 'bytes that are no text', text: 'record,field\n\xff,photo\n', says: /line 2/ },
    {
      name: 'bytes that are no text, far down',
      text: `${photosManifest(20_000)}\xff,photo\n`,
      says: /line 20002/,
    },
    { name: 'a workbook', text: 'PK\u0003\u0004', says: /workbook/ },
    { name: 'half a packed list', text: gzipSync(photosManifest(5)).subarray(0, 40), says: /gzip/ },
    {
      name: 'a damaged packed list',
      text: Buffer.concat([gzipSync(photosManifest(9)).subarray(0, 30), Buffer.alloc(90, 7)]),
      says: /gzip/,
    },
  ].map(({ name, text, says }) => ({
    name,
    says,
    prepare: (fixture: Fixture) =>
      fixture.write('m.csv', typeof text === 'string' ? Buffer.from(text, 'latin1') : text),
  })),
  {
    name: 'a directory that is taken',
    args: [...M, '--run-dir', 'taken'],
    says: /not empty/,
    prepare: async ({ folder }) => {
      await mkdir(join(folder, 'taken'));
      await writeFile(join(folder, 'taken', 'mine.txt'), 'mine');
    },
  },
  { name: 'a directory that is a file', args: [...M, '--run-dir', 'm.csv'], says: /m\.csv/ },
  {
    name: 'looks that fail',
    args: [...M, '--retries', '0'],
    says: /503/,
    prepare: ({ sandbox }) => {
      sandbox.script(({ content }) => content === 'record', [NO_ANSWER], { lasting: true });
    },
  },
  {
    name: 'a check that was never made',
    args: ['--approved', 'nowhere', '--yes'],
    says: /nowhere/,
  },
];

describe("a refusal under NTFS' rules is told as it is, and leaves nothing", () => {
  it.each(REFUSALS)('$name', async ({ args = M, says, env, prepare }) => {
    const fixture = await open();
    await prepare?.(fixture);
    const ended: Ended = await fixture.sweep(['run', ...args, ...FAST], env);
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).not.toMatch(/EPERM|EBUSY|ENOTEMPTY|\bat .*\.js:\d+/);
    expect(ended.code).toBe(2);
    await expectSmooth(fixture);
    expect(await namesIn(join(fixture.folder, 'reports'))).toEqual([]);
    expect(fixture.deletions()).toBe(0);
  });
});
