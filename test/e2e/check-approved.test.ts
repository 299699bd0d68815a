import { createHash } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDefaultProject } from '../../src/sandbox/default-project.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { namesIn } from '../support/cli.ts';
import { rowOutcomes, pick, readRun } from '../support/run-files.ts';
import {
  FAST,
  makeArchive,
  openFixture,
  photo,
  photosManifest,
  type Fixture,
} from '../support/fixture.ts';

const CHANGED = 'guard_mismatch changed_since_check 0 ';

/** Checks photos 1 to 5 and scan 1 (empty), and lets the server be changed afterwards. */
async function checked(options: SandboxOptions = {}, manifest?: string) {
  const fixture = await openFixture(options);
  await fixture.write('m.csv', manifest ?? `${photosManifest(5)}1,scan\n`);
  const directory = join(fixture.folder, 'checked');
  const { code } = await fixture.sweep(['check', 'm.csv', '--run-dir', directory, ...FAST]);
  expect(code).toBeLessThan(2);
  return { fixture, directory };
}

function approve(fixture: Fixture, directory: string, ...flags: readonly string[]) {
  return fixture.sweep(['run', '--approved', directory, '--yes', ...flags, ...FAST]);
}

describe('an approved check', () => {
  it('is carried out, and named with the digest of its journal in summary and report', async () => {
    const { fixture, directory } = await checked();
    // The check's own copy counts.
    await fixture.write('m.csv', photosManifest(9));
    const sha256 = createHash('sha256')
      .update(await readFile(join(directory, 'journal.ndjson')))
      .digest('hex');
    const ended = await approve(fixture, directory);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/replaced under the same name cannot be told/);
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual([
      ...Array.from({ length: 5 }, () => 'deleted  1 yes'),
      'already_empty  0 ',
    ]);
    expect(fixture.deletions()).toBe(5);
    expect(run.summary['approved']).toEqual({ directory, sha256 });
    expect(run.summary.sha256['manifest']).toBe(
      (await readRun(directory)).summary.sha256['manifest'],
    );
    const page = await readFile(join(run.directory, 'report.html'), 'utf8');
    for (const text of [ended.stdout, page]) {
      expect(text).toContain(directory);
      expect(text).toContain(sha256);
    }
  });

  it('keeps the columns and the default instance of the check', async () => {
    const { fixture, directory } = await checkedStudy();
    expect(await approve(fixture, directory)).toMatchObject({ code: 0 });
    const [gone] = fixture.sandbox.ledger.deletions();
    expect(gone?.target).toEqual({ record: '001', field: 'scan', event: '', instance: '1' });
  });

  it('refuses the run where rows changed, and lists each one', async () => {
    const { fixture, directory } = await checked();
    fixture.project.putFile(photo(2), 'another.jpg');
    fixture.project.removeFile(photo(3));
    fixture.project.putFile({ ...photo(1), field: 'scan' }, 'new.dcm');
    fixture.project.removeRecord('4');
    const ended = await approve(fixture, directory);
    expect(ended.code).toBe(2);
    expect(fixture.deletions()).toBe(0);
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual([
      'not_attempted would_delete 0 ',
      CHANGED,
      CHANGED,
      CHANGED,
      'not_attempted would_delete 0 ',
      CHANGED,
    ]);
    expect([2, 3, 4, 6].map((row) => pick(run.rows.get(row), 'message')[0])).toEqual([
      expect.stringContaining('it saw file photo-2.jpg, now there is file another.jpg'),
      expect.stringContaining('it saw file photo-3.jpg, now the field is empty'),
      expect.stringContaining('it saw file photo-4.jpg, now the row is invalid'),
      expect.stringContaining('it saw an empty field, now there is file new.dcm'),
    ]);
    for (const line of [3, 4, 5, 7]) {
      expect(ended.stderr).toMatch(new RegExp(`line ${line} \\(row ${line - 1}\\) +changed_since`));
    }
    expect(run.summary).toMatchObject({ exitCode: 2, refused: expect.any(String) as string });
    expect(run.summary['approved']).toMatchObject({ directory });
  });

  it('leaves them out with --skip-invalid', async () => {
    const { fixture, directory } = await checked();
    fixture.project.putFile(photo(2), 'another.jpg');
    const ended = await approve(fixture, directory, '--skip-invalid');
    expect(ended.code).toBe(1);
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual([
      'deleted  1 yes',
      CHANGED,
      'deleted  1 yes',
      'deleted  1 yes',
      'deleted  1 yes',
      'already_empty  0 ',
    ]);
    expect(pick(run.rows.get(2), 'file_name')).toEqual(['another.jpg']);
    expect(fixture.project.fileName(photo(2))).toBe('another.jpg');
  });

  it('takes a row that was unconfirmed and is seen now for a changed one', async () => {
    const rights: { hiddenFields: string[] } = { hiddenFields: ['photo'] };
    const { fixture, directory } = await checked({ rights });
    rights.hiddenFields.length = 0;
    expect(await approve(fixture, directory)).toMatchObject({ code: 2 });
    expect(rowOutcomes(await fixture.run()).slice(0, 5)).toEqual(
      Array.from({ length: 5 }, () => CHANGED),
    );
    expect(fixture.deletions()).toBe(0);
  });

  it('leaves out what the check left out for its guard, and deletes the rest', async () => {
    const manifest = 'record,field,expect_filename\n1,photo,photo-1.jpg\n2,photo,x.jpg\n';
    const { fixture, directory } = await checked({}, manifest);
    expect(await approve(fixture, directory)).toMatchObject({ code: 1 });
    expect(rowOutcomes(await fixture.run())).toEqual([
      'deleted  1 yes',
      'guard_mismatch guard_filename 0 ',
    ]);
  });

  it('says in plan and reports that a file without a name cannot be told from another', async () => {
    const { fixture, directory } = await checked({ fileNames: 'document' });
    const pageOf = (path: string) => readFile(join(path, 'report.html'), 'utf8');
    expect(await pageOf(directory)).toMatch(/5 files cannot be told apart/);
    fixture.project.putFile(photo(2), 'another.jpg');
    const ended = await approve(fixture, directory);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/5 +shown without a name: .*cannot be told/);
    expect(await pageOf((await fixture.run()).directory)).toMatch(/could not be told/);
  });
});

async function checkedStudy() {
  const fixture = await openFixture({
    project: makeDefaultProject({ kind: 'classic', records: 30, seed: 1 }),
  });
  fixture.project.putFile({ record: '001', field: 'scan', event: '', instance: '1' }, 'a.txt');
  await fixture.write('m.csv', 'Patient,Upload\n001,scan\n');
  const directory = join(fixture.folder, 'checked');
  const flags = ['--column', 'record=Patient', '--column', 'field=Upload'];
  const args = ['check', 'm.csv', '--default-instance', '1', '--run-dir', directory];
  expect(await fixture.sweep([...args, ...flags, ...FAST])).toMatchObject({ code: 0 });
  return { fixture, directory };
}

describe('is refused', () => {
  it('against another address', async () => {
    const { fixture, directory } = await checked();
    const other = fixture.url.replace('127.0.0.1', 'localhost');
    const ended = await approve(fixture, directory, '--url', other);
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.stderr).toContain(fixture.url);
    expect(ended.stderr).toContain(other);
  });

  it('for another project', async () => {
    const { directory } = await checked();
    const fixture = await openFixture({ project: makeArchive(5, 4712) });
    const journal = join(directory, 'journal.ndjson');
    const text = await readFile(journal, 'utf8');
    const { url } = JSON.parse(text.split('\n')[0] ?? '') as { url: string };
    await writeFile(journal, text.replaceAll(url, fixture.url));
    const ended = await approve(fixture, directory);
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.stderr).toMatch(/project 4712 .*project 4711/);
  });

  it.each<[string, RegExp, (directory: string) => Promise<void>]>([
    [
      'with another manifest',
      /copy of the manifest/,
      (directory) => appendFile(join(directory, 'manifest.csv'), '6,photo\n'),
    ],
    [
      'with a journal of another format',
      /version/,
      async (directory) => {
        const path = join(directory, 'journal.ndjson');
        const text = await readFile(path, 'utf8');
        await writeFile(path, text.replace('{"version":1', '{"version":2'));
      },
    ],
    [
      'when it did not come to its end',
      /Check again/,
      async (directory) => {
        const path = join(directory, 'journal.ndjson');
        const lines = (await readFile(path, 'utf8')).split('\n');
        await writeFile(path, `${lines.slice(0, 3).join('\n')}\n`);
      },
    ],
  ])('%s', async (_what, words, tamper) => {
    const { fixture, directory } = await checked();
    await tamper(directory);
    const ended = await approve(fixture, directory);
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.stderr).toMatch(words);
    expect(fixture.deletions()).toBe(0);
    expect(await namesIn(join(fixture.folder, 'reports'))).toEqual([]);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a manifest', ['m.csv'], /takes no manifest/],
    ['--column', ['--column', 'record=a'], /--column/],
    ['--default-instance', ['--default-instance', '1'], /--default-instance/],
    ['--no-check', ['--no-check'], /--no-check/],
  ])('beside %s', async (_what, flags, words) => {
    const { fixture, directory } = await checked();
    const asked = fixture.sandbox.ledger.entries.length;
    const ended = await approve(fixture, directory, ...flags);
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.stderr).toMatch(words);
    expect(fixture.sandbox.ledger.entries).toHaveLength(asked);
  });

  it('where the directory is a run, or nothing', async () => {
    const { fixture, directory } = await checked();
    expect(await approve(fixture, directory)).toMatchObject({ code: 0 });
    const { directory: done } = await fixture.run();
    for (const [path, words] of [
      [done, /is a run, not a check/],
      [join(fixture.folder, 'nowhere'), /no check/],
    ] as const) {
      const ended = await approve(fixture, path);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toMatch(words);
    }
  });
});
