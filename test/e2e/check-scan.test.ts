import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { makeDefaultProject } from '../../src/sandbox/default-project.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { makeStudy } from '../sandbox/ask.ts';
import { rowOutcomes, readCsv } from '../support/run-files.ts';
import { FAST, openFixture, photo, type Fixture } from '../support/fixture.ts';

const COLUMNS = 'record,field,event,instance,file_name,form,signature';

/** The default project: records with letters and blanks, two arms, instances, odd file names. */
const openSandbox = (kind: 'longitudinal' | 'classic', records = 60) =>
  openFixture({ project: makeDefaultProject({ kind, records, seed: 1 }) });

const openStudy = (options: SandboxOptions = {}) =>
  openFixture({ project: makeStudy(), ...options });

async function scanned(fixture: Fixture, ...flags: readonly string[]) {
  const ended = await fixture.sweep(['scan', ...flags, ...FAST]);
  return { ...ended, lines: ended.stdout.split('\n').slice(1, -1) };
}

const PHOTO = '001,photo,base_arm_1,,a.jpg,files,no';
const SIG = '001,sig,base_arm_1,,s.png,files,yes';
const SCAN_1 = '001,scan,base_arm_1,1,s1.txt,imaging,no';
const SCAN_3 = '001,scan,base_arm_1,3,s3.txt,imaging,no';
const REPORT = '001,report,visit_arm_1,2,r.docx,visit,no';

describe('scan, then run', () => {
  it.each(['longitudinal', 'classic'] as const)(
    'deletes every file of the %s sandbox, and a second scan finds none',
    async (kind) => {
      const fixture = await openSandbox(kind);
      const files = [...fixture.project.files()].length;
      expect(files).toBeGreaterThan(100);
      const scan = await fixture.sweep(['scan', '--output', 'all.csv', ...FAST]);
      expect(scan).toMatchObject({ code: 0, stdout: '' });
      expect(readCsv(await readFile(`${fixture.folder}/all.csv`, 'utf8'))).toHaveLength(files);
      const args = ['run', 'all.csv', '--yes', '--column', 'expect_filename=file_name'];
      expect(await fixture.sweep([...args, '--concurrency', '16', ...FAST])).toMatchObject({
        code: 0,
      });
      const run = await fixture.run();
      expect(run.summary.totals['deleted']).toBe(files);
      expect([...fixture.project.files()]).toEqual([]);
      const again = await scanned(fixture);
      expect([again.code, again.stdout]).toEqual([0, `${COLUMNS}\n`]);
    },
  );

  it('deletes only what still has the name that the scan saw', async () => {
    const fixture = await openFixture();
    await fixture.write('all.csv', (await scanned(fixture)).stdout);
    fixture.project.putFile(photo(3), 'another.jpg');
    const args = ['run', 'all.csv', '--yes', '--column', 'expect_filename=file_name', ...FAST];
    expect(await fixture.sweep(args)).toMatchObject({ code: 1 });
    const run = await fixture.run();
    expect(rowOutcomes(run).filter((outcome) => outcome !== 'deleted  1 yes')).toEqual([
      'guard_mismatch guard_filename 0 ',
    ]);
    expect([...fixture.project.files()].map(({ fileName }) => fileName)).toEqual(['another.jpg']);
  });
});

describe('what is listed', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['everything', [], [PHOTO, SIG, SCAN_1, SCAN_3, REPORT]],
    ['fields', ['--field', 'scan, sig'], [SIG, SCAN_1, SCAN_3]],
    ['an event', ['--event', 'visit_arm_1'], [REPORT]],
    [
      'events and fields',
      ['--event', 'visit_arm_1,base_arm_1', '--field', 'report,photo'],
      [PHOTO, REPORT],
    ],
    ['records by logic', ['--filter', "[age] = '40'"], [PHOTO, SIG, SCAN_1, SCAN_3, REPORT]],
    ['no record by logic', ['--filter', "[age] = '41'"], []],
  ])('%s', async (_what, flags, lines) => {
    const scan = await scanned(await openStudy(), ...flags);
    expect(scan.stdout.split('\n')[0]).toBe(COLUMNS);
    expect([scan.code, scan.lines]).toEqual([0, lines]);
  });

  it('records of a file; those that the project does not have are warned of', async () => {
    const fixture = await openStudy();
    await fixture.write('ids.txt', '\ufeff001\r\nB 2\r\n1\r\n\r\nC-9\r\n');
    const scan = await scanned(fixture, '--record-file', 'ids.txt', '--field', 'photo');
    expect([scan.code, scan.lines]).toEqual([0, [PHOTO]]);
    expect(scan.stderr).toMatch(/record 1 .*(does not exist|not see)/);
    expect(scan.stderr).toMatch(/record C-9 /);
    expect(scan.stderr).not.toMatch(/record (001|B 2) /);
  });

  it('no name where the server does not tell it, and such a manifest runs', async () => {
    const fixture = await openStudy({ fileNames: 'document' });
    const scan = await scanned(fixture);
    expect(scan.lines[0]).toBe('001,photo,base_arm_1,,,files,no');
    await fixture.write('all.csv', scan.stdout);
    const args = ['run', 'all.csv', '--yes', '--column', 'expect_filename=file_name', ...FAST];
    expect(await fixture.sweep(args)).toMatchObject({ code: 0 });
    expect([...fixture.project.files()]).toEqual([]);
  });

  it('fields that the export leaves out are named, and the exit is 1', async () => {
    const scan = await scanned(await openStudy({ rights: { hiddenFields: ['sig', 'scan'] } }));
    expect([scan.code, scan.lines]).toEqual([1, [PHOTO, REPORT]]);
    expect(scan.stderr).toMatch(/\bsig, scan\b/);
  });
});

describe('what fails exits 2', () => {
  it.each<[string, SandboxOptions, readonly string[], RegExp]>([
    ['an unknown field', {}, ['--field', 'photos'], /photos; did you mean photo/],
    ['a field without files', {}, ['--field', 'age'], /no file field age/],
    ['an unknown event', {}, ['--event', 'base_arm_2'], /base_arm_2; did you mean base_arm_1/],
    [
      'the label of an event',
      {},
      ['--event', 'Base (Arm 1: Arm 1)'],
      /no event Base \(Arm 1: Arm 1\), which is a label; write the unique event name \(base_arm_1\)/,
    ],
    [
      'an event with what cannot be seen',
      {},
      ['--event', 'base_arm_1\u200b'],
      /no event base_arm_1<U\+200B>; did you mean base_arm_1\?/,
    ],
    ['no such file of records', {}, ['--record-file', 'none.txt'], /none\.txt/],
    ['logic that the server refuses', {}, ['--filter', '[nofield] = 1'], /filterLogic/],
    ['a place that cannot be written', {}, ['--output', 'no/such/folder.csv'], /no\/such/],
    ['no Export right', { rights: { export: false } }, ['--retries', '0'], /cannot be used/],
    ['hashed names', { rights: { hashedRecords: true } }, [], /de-identified/],
  ])('%s', async (_what, options, flags, words) => {
    const scan = await scanned(await openStudy(options), ...flags);
    expect(scan.code).toBe(2);
    expect(scan.stderr).toMatch(words);
    // Nothing that could be taken for a list of files.
    expect(scan.lines).toEqual([]);
  });

  it('an event in a classic project', async () => {
    const scan = await scanned(await openFixture(), '--event', 'x');
    expect([scan.code, scan.stderr]).toEqual([2, expect.stringMatching(/not longitudinal/)]);
  });

  it('a list that breaks off', async () => {
    const fixture = await openSandbox('longitudinal', 250);
    let lists = 0;
    fixture.sandbox.script(({ content }) => content === 'record' && ++lists > 2, ['500'], {
      lasting: true,
    });
    const scan = await scanned(fixture, '--retries', '1');
    expect(scan.code).toBe(2);
    expect(scan.stderr).toMatch(/not complete/);
  });
});
