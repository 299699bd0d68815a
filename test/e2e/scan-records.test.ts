import { execFileSync } from 'node:child_process';
import { lstat, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildProject, type SandboxProject } from '../../src/sandbox/project.ts';
import { utf16 } from '../manifest/manifest-of.ts';
import { namesIn, startSweep } from '../support/cli.ts';
import { FAST, openFixture, type Fixture } from '../support/fixture.ts';
import { hasTerminals, openTerminal } from '../support/terminal.ts';

/** A photo in each record; ids with zeros, a comma and a blank. */
function makeClinic(more: readonly string[] = []): SandboxProject {
  const ids = ['001', '002', 'Site A, 3', 'b 2', ...more];
  return buildProject({
    kind: 'classic',
    recordIdField: 'subject_id',
    forms: [{ name: 'papers', fields: [{ name: 'photo', type: 'file' }] }],
    records: ids.map((id) => ({ id, rows: [{ files: { photo: 'p.jpg' } }] })),
  });
}

const openClinic = (more: readonly string[] = []) => openFixture({ project: makeClinic(more) });

async function scanList(fixture: Fixture, content: string | Buffer) {
  await writeFile(join(fixture.folder, 'ids.csv'), content);
  const ended = await fixture.sweep(['scan', '--record-file', 'ids.csv', ...FAST]);
  const records = [...ended.stdout.matchAll(/^("[^"]*"|[^,]*),photo,/gm)].map(([, id]) => id);
  const notes = ended.stderr.split('\n').filter((line) => !line.startsWith('Warning: --rate'));
  return { ...ended, records, notes: notes.slice(0, -1) };
}

describe('a list of ids as Excel writes it', () => {
  it.each<[string, string | Buffer]>([
    ['a column with its header', '\ufeffSubject ID\r\n001\r\n"Site A, 3"\r\n'],
    ['further columns', 'sep=;\r\nName;Subject-ID\r\nX, Y;001\r\nZ;Site A, 3\r\n'],
    ['UTF-16 with tabs', utf16('Subject ID\tNote\r\n001\t"two\r\nlines"\r\nSite A, 3\t\r\n')],
    ['plain, with a comma in an id', '001\nSite A, 3\n'],
  ])('%s', async (_what, content) => {
    const scan = await scanList(await openClinic(), content);
    expect([scan.code, scan.records, scan.notes]).toEqual([
      0,
      ['001', '"Site A, 3"'],
      ['2 files found.'],
    ]);
  });

  it('by standard input', async () => {
    const fixture = await openClinic();
    const args = ['scan', '--record-file', '-', ...FAST];
    const stdin = Buffer.from('Subject ID\r\n002\r\n');
    const { code, stdout } = await startSweep(args, {
      cwd: fixture.folder,
      env: fixture.env,
      stdin,
    }).ended;
    expect([code, stdout.split('\n').slice(1, -1)]).toEqual([0, ['002,photo,,,p.jpg,papers,no']]);
  });

  it('with a header of its own, which is told', async () => {
    const scan = await scanList(await openClinic(), 'Patient;Since\n001;2020\n002;2021\n');
    expect([scan.code, scan.records]).toEqual([0, ['001', '002']]);
    expect(scan.notes).toEqual([
      'The first line of --record-file, "Patient", is taken for a header.',
      '2 files found.',
    ]);
  });
});

describe('a list that names no record', () => {
  it.each<[string, string, RegExp]>([
    ['nothing at all', '', /--record-file ids\.csv is empty: it names no record\./],
    ['blank lines', '\n;;\n', /is empty: it names no record/],
    ['a header alone', '\ufeff"Subject ID"\r\n', /--record-file ids\.csv names no record\./],
  ])('%s', async (_what, content, words) => {
    const scan = await scanList(await openClinic(), content);
    expect([scan.code, scan.stdout]).toEqual([2, '']);
    expect(scan.stderr).toMatch(words);
  });
});

describe('ids that the project does not have', () => {
  it('as a spreadsheet or R writes numbers are named with why', async () => {
    const scan = await scanList(await openClinic(['100000']), '1e+05\n1E5\n1.00E+05\n2E6\n001\n');
    expect([scan.code, scan.records]).toEqual([0, ['001']]);
    const wrote = 'did you mean 100000 (a spreadsheet or R wrote the number so)?';
    const lacks = 'of --record-file does not exist, or this token may not see it;';
    expect(scan.notes.slice(0, -1)).toEqual([
      ...['1e+05', '1E5', '1.00E+05'].map((id) => `Warning: record ${id} ${lacks} ${wrote}`),
      `Warning: record 2E6 ${lacks} it is a number as a spreadsheet or R writes it, perhaps shortened.`,
    ]);
  });

  it('are warned of, a near one named, and the others are listed', async () => {
    const scan = await scanList(await openClinic(), '1\n002\nB 2\nnobody\n');
    expect([scan.code, scan.records]).toEqual([0, ['002']]);
    expect(scan.notes).toEqual([
      'Warning: record 1 of --record-file does not exist, or this token may not see it; did you mean 001?',
      'Warning: record B 2 of --record-file does not exist, or this token may not see it; did you mean b 2?',
      'Warning: record nobody of --record-file does not exist, or this token may not see it.',
      '1 file found.',
    ]);
  });

  it('that lost their zeros are told once, and where they all did the exit is 1', async () => {
    const ids = Array.from({ length: 8 }, (_, at) => `000${at}`);
    const fixture = await openClinic(ids);
    const scan = await scanList(fixture, ids.map(Number).join('\n'));
    expect([scan.code, scan.records]).toEqual([1, []]);
    expect(scan.notes).toEqual([
      'Warning: 8 ids of this list have lost their leading zeros: 0 is 0000, 1 is 001, 2 is 002 and so on.',
      '0 files found.',
    ]);
  });

  it('are named up to twenty, and where none is known the exit is 1', async () => {
    const ids = Array.from({ length: 30 }, (_, at) => `X${at}`);
    const scan = await scanList(await openClinic(), ids.join('\n'));
    expect([scan.code, scan.records]).toEqual([1, []]);
    expect(scan.notes.filter((note) => note.startsWith('Warning: record X'))).toHaveLength(20);
    expect(scan.notes.slice(20)).toEqual([
      'Warning: and so for 10 more records.',
      expect.stringMatching(/^None of the records of --record-file is in the project\. /),
      '0 files found.',
    ]);
  });
});

describe('--output', () => {
  it('never goes over a file without --replace, and asks nothing before', async () => {
    const fixture = await openClinic();
    await fixture.write('list.csv', 'mine');
    const scan = await fixture.sweep(['scan', '--output', 'list.csv', ...FAST]);
    expect([scan.code, fixture.sandbox.ledger.entries]).toEqual([2, []]);
    expect(scan.stderr).toMatch(/--output list\.csv: .* there already.*--replace/);
    expect(await readFile(join(fixture.folder, 'list.csv'), 'utf8')).toBe('mine');
    const again = await fixture.sweep(['scan', '--output', 'list.csv', '--replace', ...FAST]);
    expect(again.code).toBe(0);
    expect(await readFile(join(fixture.folder, 'list.csv'), 'utf8')).toMatch(
      /^record,field,.*\n001,/,
    );
  });

  it('nor over one that somebody makes meanwhile', async () => {
    const fixture = await openClinic();
    fixture.sandbox.script(
      ({ form }) => form.text('content') === 'record',
      [
        async (_call, proceed) => {
          await fixture.write('list.csv', 'mine');
          return proceed();
        },
      ],
    );
    const scan = await fixture.sweep(['scan', '--output', 'list.csv', ...FAST]);
    expect([scan.code, await readFile(join(fixture.folder, 'list.csv'), 'utf8')]).toEqual([
      2,
      'mine',
    ]);
    expect(await namesIn(fixture.folder)).toEqual(['list.csv']);
  });

  it.skipIf(process.platform === 'win32').each<[string, readonly string[], RegExp]>([
    ['a folder', ['--output', 'folder'], /--output folder is a folder: name a file in it/],
    ['a folder, to be replaced', ['--output', 'folder', '--replace'], /folder is a folder/],
    ['named like a folder', ['--output', 'new.csv/'], /new\.csv\/ is a folder/],
    [
      'in a folder that is not there',
      ['--output', 'none/list.csv'],
      /--output none\/list\.csv cannot be written: there is no folder none\. Make it first/,
    ],
    ['below a file', ['--output', 'mine.csv/list.csv'], /there is no folder mine\.csv/],
    ['without a name', ['--output', ''], /--output names no file/],
    ['standard output, to be replaced', ['--output', '-', '--replace'], /--replace .*name it/],
    [
      'with what cannot be seen in its name',
      ['--output', 'no\u200bne/list.csv'],
      /there is no folder no<U\+200B>ne/,
    ],
    ['a pipe', ['--output', 'pipe'], /is no file that could be replaced/],
    ['a pipe, to be replaced', ['--output', 'pipe', '--replace'], /is no file that/],
    ['a link to nothing', ['--output', 'dangling.csv'], /there already/],
  ])('%s is refused before anything is asked', async (_what, flags, words) => {
    const fixture = await openClinic();
    await mkdir(join(fixture.folder, 'folder'));
    await fixture.write('mine.csv', 'mine');
    await symlink('gone.csv', join(fixture.folder, 'dangling.csv'));
    execFileSync('mkfifo', [join(fixture.folder, 'pipe')]);
    const before = await namesIn(fixture.folder);
    const scan = await fixture.sweep(['scan', ...flags, ...FAST]);
    expect([scan.code, scan.stdout, fixture.sandbox.ledger.entries]).toEqual([2, '', []]);
    expect(scan.stderr).toMatch(words);
    expect(await namesIn(fixture.folder)).toEqual(before);
  });

  it.skipIf(!hasTerminals)(
    'standard output shows a terminal no name that it would obey',
    async () => {
      const fixture = await openClinic();
      const photo = { record: '001', field: 'photo', event: '', instance: '' };
      fixture.project.putFile(photo, '\u001b]0;x\u0007.jpg');
      await fixture.write('ids.csv', '001');
      const args = ['scan', '--record-file', 'ids.csv', ...FAST];
      expect((await fixture.sweep(args)).stdout).toContain(',\u001b]0;x\u0007.jpg,');
      const { code, stdout } = await (await openTerminal(fixture, args)).ended;
      expect([code, stdout]).toEqual([0, expect.stringContaining(',<U+001B>]0;x<U+0007>.jpg,')]);
    },
  );

  it('is standard output as -', async () => {
    const fixture = await openClinic();
    const scan = await fixture.sweep(['scan', '--output', '-', ...FAST]);
    expect([scan.code, scan.stdout.split('\n')[1]]).toEqual([0, '001,photo,,,p.jpg,papers,no']);
    expect(await namesIn(fixture.folder)).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('replaces the file that a link leads to', async () => {
    const fixture = await openClinic();
    await fixture.write('mine.csv', 'mine');
    await symlink('mine.csv', join(fixture.folder, 'link.csv'));
    const scan = await fixture.sweep(['scan', '--output', 'link.csv', '--replace', ...FAST]);
    expect(scan.code).toBe(0);
    expect((await lstat(join(fixture.folder, 'link.csv'))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(fixture.folder, 'mine.csv'), 'utf8')).toMatch(/^record,field,/);
  });

  it('touches no other file in the folder', async () => {
    const fixture = await openClinic();
    await fixture.write('list.new.csv', 'mine');
    await fixture.write('lis.newt', 'mine');
    for (const name of ['list.csv', 'list']) {
      const scan = await fixture.sweep(['scan', '--output', name, ...FAST]);
      expect(scan.code).toBe(0);
    }
    const names = ['lis.newt', 'list', 'list.csv', 'list.new.csv'];
    expect((await namesIn(fixture.folder)).toSorted()).toEqual(names);
  });

  it('is needed by --replace', async () => {
    const fixture = await openClinic();
    const scan = await fixture.sweep(['scan', '--replace', ...FAST]);
    expect([scan.code, fixture.sandbox.ledger.entries]).toEqual([2, []]);
    expect(scan.stderr).toMatch(/--replace .*--output/);
  });
});
