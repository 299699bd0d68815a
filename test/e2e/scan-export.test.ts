import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { makeDefaultProject } from '../../src/sandbox/default-project.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { buildProject, type SandboxFile, type SandboxProject } from '../../src/sandbox/project.ts';
import { makeRegistry, makeStudy, type Params } from '../sandbox/ask.ts';
import { exportCsv, listParams, type Written } from '../support/data-export.ts';
import { namesIn, startSweep } from '../support/cli.ts';
import { readCsv } from '../support/run-files.ts';
import { FAST, openFixture, type Fixture } from '../support/fixture.ts';

/** Longitudinal, with everything that a data export can have: two arms, groups, a survey, both kinds of repeats. */
function makeTrial(): SandboxProject {
  return buildProject({
    kind: 'longitudinal',
    recordIdField: 'subject_id',
    missingDataCodes: '-999, Not done',
    groups: ['site_a', 'site_b'],
    forms: [
      { name: 'papers', survey: true, fields: [{ name: 'consent', type: 'file' }, { name: 'n' }] },
      {
        name: 'imaging',
        repeats: ['start_arm_1', 'start_arm_2'],
        fields: [{ name: 'scan', type: 'file' }],
      },
      { name: 'visit', fields: [{ name: 'letter', type: 'file' }] },
    ],
    events: [
      { name: 'start_arm_1', forms: ['papers', 'imaging'] },
      { name: 'visits_arm_1', forms: ['visit'], repeats: true },
      { name: 'start_arm_2', forms: ['papers', 'imaging'] },
    ],
    records: [
      {
        id: 'A, 1',
        group: 'site_a',
        rows: [
          { event: 'start_arm_1', values: { n: 'a;b\tc "d"\r\ne' }, files: { consent: 'c;1.pdf' } },
          { event: 'start_arm_1', instance: 2, files: { scan: '2.dcm' } },
          { event: 'start_arm_1', instance: 10, files: { scan: '10.dcm' } },
          { event: 'visits_arm_1', instance: 1, files: { letter: '1.docx' } },
          { event: 'visits_arm_1', instance: 3, files: { letter: '3.docx' } },
        ],
      },
      {
        id: '007',
        group: 'site_b',
        rows: [{ event: 'start_arm_2', values: { consent: '-999' }, files: {} }],
      },
      {
        id: '008',
        group: 'site_b',
        rows: [
          { event: 'start_arm_2', files: { consent: 'c 8.pdf' } },
          { event: 'start_arm_2', instance: 1, files: { scan: 'x.dcm' } },
        ],
      },
    ],
  });
}

const PROJECTS: Readonly<Record<string, () => SandboxProject>> = {
  'classic, nothing repeats': makeRegistry,
  'classic, a repeating form': () => makeDefaultProject({ kind: 'classic', records: 130, seed: 1 }),
  'longitudinal, repeating forms and events': () =>
    makeDefaultProject({ kind: 'longitudinal', records: 60, seed: 1 }),
  'two arms, groups and surveys': makeTrial,
  'a repeating event and a form that repeats in one': makeStudy,
};

interface Export {
  readonly params: Params;
  readonly written: Written;
  /** Of the files of the project, those that it shows. */
  readonly shows: (file: SandboxFile) => boolean;
}

/** Three exports of a project: all of it, all that REDCap can add to it, and a part. */
function exportsOf(project: SandboxProject): readonly Export[] {
  const [field = ''] = [...project.files()].map(({ target }) => target.field);
  const records = [...project.records.all()].map(({ id }) => id).filter((_, at) => at % 2 === 0);
  return [
    { params: {}, written: {}, shows: () => true },
    {
      params: { exportDataAccessGroups: 'true', exportSurveyFields: 'true' },
      written: { delimiter: ';', lineEnd: '\r\n', bom: true },
      shows: () => true,
    },
    {
      params: {
        ...listParams('fields', [project.design.recordIdField, field]),
        ...listParams('records', records),
      },
      written: { delimiter: '\t', gzip: true },
      shows: ({ target }) => target.field === field && records.includes(target.record),
    },
  ];
}

const place = ({ target, fileName }: SandboxFile): string =>
  [target.record, target.field, target.event, target.instance, fileName].join(' | ');

function expected(project: SandboxProject, shows: (file: SandboxFile) => boolean): string[] {
  return [...project.files()].filter(shows).map(place).toSorted();
}

async function listed(fixture: Fixture, name: string): Promise<string[]> {
  const rows = readCsv(await readFile(`${fixture.folder}/${name}`, 'utf8'));
  return rows
    .map((row) => ['record', 'field', 'event', 'instance', 'file_name'].map((one) => row[one]))
    .map((cells) => cells.join(' | '))
    .toSorted();
}

/** A check of the list finds a file in each row. */
async function expectCleanCheck(fixture: Fixture, list: string, files: number): Promise<void> {
  const args = ['check', list, '--column', 'expect_filename=file_name', '--json', ...FAST];
  const check = await fixture.sweep(args);
  const { plan } = JSON.parse(check.stdout) as { plan: Readonly<Record<string, number>> };
  expect([check.code, plan['delete'], plan['unconfirmed']]).toEqual([0, files, 0]);
}

/** Standard error without what is said of the test's own rate. */
function notesOf({ stderr }: { readonly stderr: string }): string {
  return stderr.replace(/^Warning: --rate .*\n/, '');
}

const openStudy = (options: SandboxOptions = {}) =>
  openFixture({ project: makeStudy(), ...options });

/** Lists from what `exportCsv` makes of the stand's project. */
async function scanFrom(
  fixture: Fixture,
  { params = {}, written = {} }: Partial<Export> = {},
  flags: readonly string[] = [],
) {
  await fixture.write('export.csv', await exportCsv(fixture.sandbox, params, written));
  return scanFile(fixture, 'export.csv', flags);
}

async function scanFile(fixture: Fixture, path: string, flags: readonly string[] = []) {
  const ended = await fixture.sweep(['scan', '--from', path, ...flags, ...FAST]);
  return { ...ended, lines: ended.stdout.split('\n').slice(1, -1) };
}

const PHOTO = '001,photo,base_arm_1,,a.jpg,files,no';
const SIG = '001,sig,base_arm_1,,s.png,files,yes';
const SCAN_1 = '001,scan,base_arm_1,1,s1.txt,imaging,no';
const SCAN_3 = '001,scan,base_arm_1,3,s3.txt,imaging,no';
const REPORT = '001,report,visit_arm_1,2,r.docx,visit,no';
const ALL = [PHOTO, SIG, SCAN_1, SCAN_3, REPORT];

describe('the files of an export, and no others', () => {
  it.each(Object.entries(PROJECTS))('%s', async (_what, make) => {
    const fixture = await openFixture({ project: make() });
    for (const [at, { params, written, shows }] of exportsOf(fixture.project).entries()) {
      await fixture.write(`${at}.csv`, await exportCsv(fixture.sandbox, params, written));
      const list = `list-${at}.csv`;
      const scan = await fixture.sweep(['scan', '--from', `${at}.csv`, '--output', list, ...FAST]);
      const files = expected(fixture.project, shows);
      expect(files.length).toBeGreaterThan(0);
      expect([scan.code, notesOf(scan)]).toEqual([
        0,
        files.length === 1 ? '1 file found.\n' : `${files.length} files found.\n`,
      ]);
      expect(await listed(fixture, list)).toEqual(files);
      if (written.bom === true) await expectCleanCheck(fixture, list, files.length);
    }
  });

  it('are none where it has no rows, which is said', async () => {
    const fixture = await openStudy();
    await fixture.write('export.csv', 'record_id,redcap_event_name,photo\n');
    const scan = await scanFile(fixture, 'export.csv');
    expect([scan.code, scan.lines, notesOf(scan)]).toEqual([
      0,
      [],
      'The export has no rows.\n0 files found.\n',
    ]);
  });

  it('by standard input', async () => {
    const fixture = await openStudy();
    const stdin = await exportCsv(fixture.sandbox, {}, { gzip: true });
    const args = ['scan', '--from', '-', ...FAST];
    const started = startSweep(args, { cwd: fixture.folder, env: fixture.env, stdin });
    const { code, stdout } = await started.ended;
    expect([code, stdout.split('\n').slice(1, -1)]).toEqual([0, ALL]);
  });
});

describe('an export that is given to check', () => {
  const makeWide = (kind: 'classic' | 'longitudinal'): SandboxProject => {
    const event = kind === 'classic' ? {} : { event: 'baseline_arm_1' };
    return buildProject({
      kind,
      recordIdField: kind === 'classic' ? 'record_id' : 'subject_id',
      events: [{ name: 'baseline_arm_1', forms: ['papers', 'imaging'] }],
      forms: [
        {
          name: 'papers',
          fields: [
            { name: 'photo', type: 'file' },
            { name: 'consent', type: 'file' },
            { name: 'sig', type: 'file', signature: true },
          ],
        },
        { name: 'imaging', repeats: true, fields: [{ name: 'scan', type: 'file' }] },
      ],
      records: [
        {
          id: '1',
          rows: [
            { ...event, files: { photo: 'photo_1.pdf', consent: 'consent_2.pdf' } },
            { ...event, instance: 1, files: { scan: 'scan.pdf' } },
          ],
        },
      ],
    });
  };

  it.each<['classic' | 'longitudinal', string, readonly string[]]>([
    [
      'classic',
      'record_id,redcap_survey_identifier,photo,consent,sig\n1,,photo_1.pdf,consent_2.pdf,\n',
      ['1 | consent |  |  | consent_2.pdf', '1 | photo |  |  | photo_1.pdf'],
    ],
    [
      'longitudinal',
      'subject_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,redcap_data_access_group,redcap_survey_identifier,photo,consent,scan\n' +
        '1,baseline_arm_1,,,site_a,,[document],[document],\n' +
        '1,baseline_arm_1,imaging,1,site_a,,,,[document]\n',
      [
        '1 | consent | baseline_arm_1 |  | consent_2.pdf',
        '1 | photo | baseline_arm_1 |  | photo_1.pdf',
        '1 | scan | baseline_arm_1 | 1 | scan.pdf',
      ],
    ],
  ])('leads to its list, which a check finds clean: %s', async (kind, text, files) => {
    const fixture = await openFixture({ project: makeWide(kind) });
    await fixture.write('wide.csv', text);
    const refused = await fixture.sweep(['check', 'wide.csv', ...FAST]);
    expect(refused.code).toBe(2);
    const [, command = ''] = /(scan --from \S+ --output \S+)/.exec(refused.stderr) ?? [];
    expect(command).toBe('scan --from wide.csv --output list.csv');
    expect(await fixture.sweep([...command.split(' '), ...FAST])).toMatchObject({ code: 0 });
    expect(await listed(fixture, 'list.csv')).toEqual(files);
    await expectCleanCheck(fixture, 'list.csv', files.length);
  });
});

describe('what has changed since', () => {
  it('is listed as it stands now: a file that is gone is named, and so is one with another name', async () => {
    const fixture = await openStudy();
    await fixture.write('export.csv', await exportCsv(fixture.sandbox));
    const at = { record: '001', field: 'photo', event: 'base_arm_1', instance: '' };
    fixture.project.putFile(at, 'b.jpg');
    fixture.project.removeFile({ ...at, field: 'scan', instance: '3' });
    fixture.project.putFile({ ...at, field: 'scan', instance: '2' }, 'new.txt');
    const scan = await scanFile(fixture, 'export.csv');
    expect([scan.code, scan.lines]).toEqual([
      0,
      [PHOTO.replace('a.jpg', 'b.jpg'), SIG, SCAN_1, REPORT],
    ]);
    expect(notesOf(scan).split('\n')).toEqual([
      '1 file of the export is not there any more:',
      '  record 001, field scan, event base_arm_1, instance 3: "s3.txt"',
      '1 file of the export has another name now, and is listed under it:',
      '  record 001, field photo, event base_arm_1: "b.jpg", where the export has "a.jpg"',
      '4 files found.',
      '',
    ]);
  });

  it('records that are gone are named; where none is left, or a near one is there, the exit is 1', async () => {
    const fixture = await openStudy();
    const target = { record: 'B 2', field: 'photo', event: 'late_arm_2', instance: '' };
    fixture.project.putFile(target, 'p.jpg');
    await fixture.write('export.csv', await exportCsv(fixture.sandbox));
    fixture.project.removeRecord('B 2');
    const one = await scanFile(fixture, 'export.csv');
    expect([one.code, one.lines]).toEqual([0, ALL]);
    expect(one.stderr).toMatch(/1 record of the export is not in the project.*:\n {2}B 2\n/);
    fixture.project.removeRecord('001');
    const none = await scanFile(fixture, 'export.csv');
    expect([none.code, none.lines]).toEqual([1, []]);
    expect(none.stderr).toMatch(/None of the records of the export is in the project/);
  });

  it('ids without the zeros that a spreadsheet took off are named', async () => {
    const fixture = await openFixture({ project: makeTrial() });
    const cell = (column: string, text: string): string =>
      column === 'subject_id' ? text.replace(/^0+/, '') : text;
    const scan = await scanFrom(fixture, { written: { cell } });
    expect([scan.code, scan.lines.length]).toEqual([1, 5]);
    expect(scan.stderr).toMatch(/ {2}8; did you mean 008\?/);
  });

  it('a file field that was renamed is not passed over: what is likely meant is said, exit 1', async () => {
    const fixture = await openStudy();
    const csv = String(await exportCsv(fixture.sandbox));
    await fixture.write('export.csv', csv.replace('photo', 'foto').replace('sig', 'paper'));
    const scan = await scanFile(fixture, 'export.csv');
    expect([scan.code, scan.lines]).toEqual([1, [SCAN_1, SCAN_3, REPORT]]);
    const rename =
      'If the field was renamed since, write its name of now into the first line of the export, or export again.';
    expect(notesOf(scan).split('\n')).toEqual([
      `1 cell of the column foto shows a file, and the project has no field foto; nothing of it is listed. Did you mean photo? ${rename}`,
      `1 cell of the column paper shows a file, and the project has no field paper; nothing of it is listed. File fields of the project that the export does not have: photo, sig. ${rename}`,
      '3 files found.',
      '',
    ]);
    // Done as it says.
    await fixture.write('export.csv', csv.replace('photo', 'foto').replace('foto', 'photo'));
    expect(await scanFile(fixture, 'export.csv')).toMatchObject({ code: 0, lines: ALL });
  });

  it('a column without files that the project does not have is passed over and said', async () => {
    const fixture = await openStudy();
    const csv = String(await exportCsv(fixture.sandbox));
    await fixture.write('export.csv', csv.replace(',age', ',old age'));
    const scan = await scanFile(fixture, 'export.csv');
    expect([scan.code, scan.lines]).toEqual([0, ALL]);
    expect(notesOf(scan)).toBe(
      'Passed over: the column "old age", which is no field of the project and shows no files.\n5 files found.\n',
    );
  });

  it('what has no place in the project as it is, or is not seen any more, is counted, exit 1', async () => {
    const fixture = await openStudy();
    const without = ['redcap_repeat_instrument', 'redcap_repeat_instance', 'photo'];
    await fixture.write('export.csv', await exportCsv(fixture.sandbox, {}, { without }));
    fixture.between.answer = (_form, body) => body.replaceAll(/,"sig":"[^"]*"/g, '');
    const scan = await scanFile(fixture, 'export.csv');
    expect([scan.code, scan.lines]).toEqual([1, []]);
    expect(notesOf(scan).split('\n').slice(0, 4)).toEqual([
      '4 cells of the export are not listed, and may be of files:',
      '  form imaging repeats in event base_arm_1, and the row names no instance: 2 cells, the first of record 001, field scan, event base_arm_1',
      '  event visit_arm_1 repeats, and the row names no instance: 1 cell, of record 001, field report, event visit_arm_1',
      '  the export leaves sig out (export rights): 1 cell, of record 001, field sig, event base_arm_1',
    ]);
  });
});

describe('an export that cannot be used exits 2, with what to tick in REDCap', () => {
  it('and leaves nothing that could be taken for a list', async () => {
    const fixture = await openStudy();
    const scan = await scanFrom(fixture, { params: { rawOrLabel: 'label' } });
    expect([scan.code, scan.stdout]).toEqual([2, '']);
    expect(scan.stderr).toMatch(/labels .*"Base \(Arm 1.*\(line 2\).*raw data/);
    await fixture.sweep(['scan', '--from', 'export.csv', '--output', 'list.csv', ...FAST]);
    expect(await namesIn(fixture.folder)).toEqual(['export.csv']);
  });

  it('a file that is not there, before anything is asked', async () => {
    const fixture = await openStudy();
    const scan = await scanFile(fixture, 'none.csv');
    expect([scan.code, fixture.sandbox.ledger.entries]).toEqual([2, []]);
    expect(scan.stderr).toMatch(/The export cannot be read: there is no such file/);
  });

  it('a field asked for that it does not have', async () => {
    const params = listParams('fields', ['record_id', 'photo']);
    const scan = await scanFrom(await openStudy(), { params }, ['--field', 'photo,sig']);
    expect([scan.code, scan.stdout]).toEqual([2, '']);
    expect(scan.stderr).toMatch(/--field: the export has no column sig/);
  });

  it.each([
    ['--from', 'a.csv', '--report', '1'],
    ['--record-file', 'a.txt', '--from', 'a.csv'],
    ['--record-file', 'a.txt', '--report', '1'],
  ])('two ways to name the files: %s %s %s %s', async (...flags) => {
    const fixture = await openStudy();
    const scan = await fixture.sweep(['scan', ...flags]);
    expect([scan.code, fixture.sandbox.ledger.entries]).toEqual([2, []]);
    expect(scan.stderr).toMatch(/give one of them/);
  });
});

describe('a report', () => {
  const scanReport = async (fixture: Fixture, id: string, flags: readonly string[] = []) => {
    const ended = await fixture.sweep(['scan', '--report', id, ...flags, ...FAST]);
    return { ...ended, lines: ended.stdout.split('\n').slice(1, -1) };
  };

  it.each<['classic' | 'longitudinal', string, (file: SandboxFile) => boolean]>([
    ['classic', '201', () => true],
    [
      'classic',
      '202',
      ({ target }) =>
        ['consent_file', 'scan'].includes(target.field) &&
        Number(target.record.slice(-3)) % 3 === 1,
    ],
    ['longitudinal', '301', () => true],
    [
      'longitudinal',
      '302',
      ({ target: { field, event } }) => field === 'photo' && event.startsWith('followup'),
    ],
  ])('of the %s sandbox: %s', async (kind, id, shows) => {
    const fixture = await openFixture({
      project: makeDefaultProject({ kind, records: 60, seed: 1 }),
    });
    const list = 'list.csv';
    const scan = await fixture.sweep(['scan', '--report', id, '--output', list, ...FAST]);
    const files = expected(fixture.project, shows);
    expect(files.length).toBeGreaterThan(10);
    expect([scan.code, notesOf(scan)]).toEqual([0, `${files.length} files found.\n`]);
    expect(await listed(fixture, list)).toEqual(files);
    await expectCleanCheck(fixture, list, files.length);
  });

  const makeReported = (): SandboxProject =>
    buildProject({
      kind: 'longitudinal',
      recordIdField: 'subject_id',
      forms: [{ name: 'papers', fields: [{ name: 'consent', type: 'file' }, { name: 'n' }] }],
      events: [{ name: 'start_arm_1', forms: ['papers'] }],
      reports: [
        { id: '1', title: 'Consents', fields: ['subject_id', 'consent', 'n'] },
        { id: '2', title: 'No ids', fields: ['consent', 'n'] },
        { id: '3', title: 'No files', fields: ['subject_id', 'n'] },
        { id: '4', title: 'Nobody', fields: ['subject_id', 'consent'], filter: "[n] = 'none'" },
      ],
      records: [{ id: '1', rows: [{ values: { n: '1' }, files: { consent: 'c.pdf' } }] }],
    });

  it.each([
    ['1', 0, ['1,consent,start_arm_1,,c.pdf,papers,no'], /1 file found/],
    ['2', 2, [], /Report 2 has no column subject_id, .*"Fields to include"/],
    ['3', 2, [], /Report 3 has no file field: none of its columns is consent.*"Fields to include"/],
    ['4', 0, [], /Report 4 has no rows/],
    ['5', 2, [], /Report 5 cannot be read: .*does not belong to this project.*Look its number up/],
    ['abc', 2, [], /--report takes the number of a report/],
  ] as const)('%s: exit %s', async (id, code, lines, words) => {
    const scan = await scanReport(await openFixture({ project: makeReported() }), id);
    expect([scan.code, scan.lines]).toEqual([code, lines]);
    expect(scan.stderr).toMatch(words);
  });

  it('without a field that is asked for', async () => {
    const fixture = await openFixture({ project: makeReported() });
    const scan = await scanReport(fixture, '3', ['--field', 'consent']);
    expect([scan.code, scan.lines]).toEqual([2, []]);
    expect(scan.stderr).toMatch(
      /--field: report 3 has no column consent\. Leave it out, or add it to the report\./,
    );
  });

  it('that the server fails on', async () => {
    const fixture = await openFixture({ project: makeReported() });
    fixture.sandbox.script(({ content }) => content === 'report', ['503'], { lasting: true });
    const scan = await scanReport(fixture, '1', ['--retries', '0']);
    expect([scan.code, scan.lines]).toEqual([2, []]);
    expect(scan.stderr).toMatch(/answer for report 1 cannot be used/);
  });
});
