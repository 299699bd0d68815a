import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDefaultProject } from '../../src/sandbox/default-project.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { makeStudy } from '../sandbox/ask.ts';
import { namesIn } from '../support/cli.ts';
import { rowOutcomes, pick, readRun } from '../support/run-files.ts';
import { FAST, openFixture, photosManifest } from '../support/fixture.ts';

const STUDY = `record,field,event,instance,expect_filename,who
001,photo,base_arm_1,,a.jpg,ann
001,sig,base_arm_1,,,
001,scan,base_arm_1,2,,
001,scan,base_arm_1,3,,
001,scan,base_arm_1,3,,
B 2,photo,late_arm_2,,,
`;

const openStudy = (options: SandboxOptions = {}) =>
  openFixture({ project: makeStudy(), ...options });

describe('check', () => {
  it('leaves a directory with the reports, and exits 0 where error.csv is empty', async () => {
    const fixture = await openStudy();
    await fixture.write('study.csv', STUDY);
    const ended = await fixture.sweep(['check', 'study.csv', ...FAST]);
    expect(ended.code).toBe(0);
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual([
      'not_attempted would_delete 0 ',
      'not_attempted would_delete 0 ',
      'not_attempted nothing_to_delete 0 ',
      'not_attempted would_delete 0 ',
      'duplicate duplicate_of 0 ',
      'not_attempted would_delete 0 ',
    ]);
    expect([...run.rows.keys()].map((row) => pick(run.rows.get(row), 'file_name')[0])).toEqual([
      'a.jpg',
      's.png',
      '',
      's3.txt',
      '',
      '',
    ]);
    expect([run.success, run.error, run.unprocessed.length]).toEqual([[], [], 6]);
    expect(pick(run.rows.get(6), 'message')[0]).toMatch(/unconfirmed/);
    expect(run.rows.get(1)).toMatchObject({ who: 'ann', sweep_line: '2' });
    expect(run.summary).toMatchObject({ kind: 'check', exitCode: 0, stop: null });
    expect(await namesIn(run.directory)).toEqual([
      'error.csv',
      'journal.ndjson',
      'manifest.csv',
      'report.html',
      'run.log',
      'success.csv',
      'summary.json',
      'unprocessed.csv',
    ]);
    expect(await readFile(join(run.directory, 'manifest.csv'), 'utf8')).toBe(STUDY);
    expect(fixture.deletions()).toBe(0);
  });

  it('shows the figures of the plan before anything is asked', async () => {
    const fixture = await openStudy();
    await fixture.write(
      'study.csv',
      `${STUDY}9,photo,base_arm_1,,,\n001,scan,base_arm_1,1,x.txt,\n`,
    );
    const { stdout, code } = await fixture.sweep(['check', 'study.csv', '--rate', '300/min']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Project +Study \(id 7\)$/m);
    expect(stdout).toContain(`${fixture.url} (REDCap 16.1.3)`);
    expect(stdout).toMatch(/^Status +development$/m);
    expect(stdout).toMatch(/^Manifest +study\.csv, 8 rows$/m);
    expect(stdout).toMatch(/^Files to delete +4$/m);
    expect(stdout).toMatch(/^ +2 +photo$/m);
    expect(stdout).toMatch(/^ +1 +sig +\(signature\)$/m);
    expect(stdout).toMatch(/^ +1 +scan$/m);
    expect(stdout).toMatch(/\b1 +signature\b.*never/);
    expect(stdout).toMatch(/\b1 +unconfirmed/);
    expect(stdout).toMatch(/\b1 +already empty/);
    expect(stdout).toMatch(/\b1 +duplicate/);
    expect(stdout).toMatch(/\b1 +holds? another file than expected/);
    expect(stdout).toMatch(/\b1 +invalid/);
    expect(stdout).toMatch(/about 6, about 1 s at 300\/min/);
    expect(stdout).toMatch(/line 8 \(row 7\) +unknown_record: .*data access group/);
  });

  it('points out a field with no file in any named record', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', 'record,field\n1,scan\n2,scan\n1,photo\n');
    const { stdout } = await fixture.sweep(['check', 'm.csv', ...FAST]);
    expect(stdout).toMatch(/^ +0 +scan +no file in any record named$/m);
    expect(stdout).toMatch(/^ +1 +photo$/m);
  });

  it('does not say so of a field whose only file is another than expected', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', 'record,field,expect_filename\n1,scan,\n2,photo,x.jpg\n');
    const { stdout, code } = await fixture.sweep(['check', 'm.csv', ...FAST]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ +0 +photo$/m);
  });

  it('--json gives the summary alone', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(2));
    const { stdout } = await fixture.sweep(['check', 'm.csv', '--json', ...FAST]);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'check',
      rows: 2,
      totals: { not_attempted: 2 },
      plan: { delete: 2 },
      project: { id: '4711', title: 'Archive' },
    });
  });

  it('escapes what a project title would do to a terminal', async () => {
    const fixture = await openFixture({
      scripts: [
        {
          match: ({ content }) => content === 'project',
          answers: [
            () =>
              Response.json({
                project_id: 4711,
                project_title: 'A\u001b[2J\nFiles to delete  0',
                is_longitudinal: 0,
                has_repeating_instruments_or_events: 0,
              }),
          ],
        },
      ],
    });
    await fixture.write('m.csv', photosManifest(1));
    const { stdout } = await fixture.sweep(['check', 'm.csv', ...FAST]);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toMatch(/^Files to delete +0/m);
  });
});

describe('no path of check deletes', () => {
  const ODD: SandboxOptions['scripts'] = [
    { match: ({ content }) => content === 'project', answers: ['empty', '503', 'html'] },
    {
      match: ({ content }) => content === 'record',
      answers: ['empty', '429', 'reset-after', 'html'],
    },
  ];
  it.each<[string, SandboxOptions, readonly string[], number]>([
    ['all is well', {}, [], 0],
    ['as JSON', {}, ['--json'], 0],
    ['an expected project', {}, ['--expect-project', '7'], 0],
    ['another project', {}, ['--expect-project', '8'], 2],
    ['a default instance', {}, ['--default-instance', '1'], 0],
    ['no Design right', { rights: { design: false } }, [], 0],
    ['a field left out', { rights: { hiddenFields: ['photo', 'sig', 'scan'] } }, [], 0],
    ['hashed names', { rights: { hashedRecords: true } }, [], 0],
    ['no Export right', { rights: { export: false } }, ['--retries', '0'], 2],
    ['a wrong token', { token: 'A'.repeat(32) }, [], 2],
    ['odd answers', { scripts: ODD }, [], 0],
    [
      'records left out',
      {
        scripts: [
          { match: ({ content }) => content === 'record', answers: [() => Response.json([])] },
        ],
      },
      [],
      0,
    ],
  ])('%s', async (_what, options, flags, code) => {
    const fixture = await openStudy(options);
    const env = { REDCAP_API_TOKEN: '5A4DB0C50000000000000000C0FFEE00' };
    await fixture.write('study.csv', STUDY);
    const ended = await fixture.sweep(['check', 'study.csv', ...flags, ...FAST], env);
    expect(ended).toMatchObject({ code });
    const {
      delete: deletions,
      import: imports,
      export_file: exports,
    } = fixture.sandbox.ledger.counts();
    expect([deletions, imports, exports]).toEqual([0, 0, 0]);
    expect(await namesIn(join(fixture.folder, 'reports'))).toHaveLength(code === 2 ? 0 : 1);
  });
});

describe('a run that is refused because of its rows', () => {
  const MANIFEST = `record,field,event,instance
001,photo,base_arm_1,
001,scan,base_arm_1,
1,sig,base_arm_1,
001,scan,base_arm_1,2
`;

  it('leaves the reports of a check, and deletes nothing', async () => {
    const fixture = await openStudy();
    await fixture.write('m.csv', MANIFEST);
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST]);
    expect(ended.code).toBe(2);
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual([
      'not_attempted would_delete 0 ',
      'invalid instance_required 0 ',
      'invalid unknown_record 0 ',
      'not_attempted nothing_to_delete 0 ',
    ]);
    expect(pick(run.rows.get(1), 'file_name')).toEqual(['a.jpg']);
    expect(pick(run.rows.get(3), 'message')[0]).toMatch(/may not see it.*the project has 001/);
    expect(ended.stderr).toMatch(/--skip-invalid/);
    expect(fixture.deletions()).toBe(0);
  });

  it('--skip-invalid and --default-instance carry out the rest', async () => {
    const fixture = await openStudy();
    await fixture.write('m.csv', MANIFEST);
    const args = ['run', 'm.csv', '--yes', '--skip-invalid', '--default-instance', '3', ...FAST];
    expect(await fixture.sweep(args)).toMatchObject({ code: 1 });
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual([
      'deleted  1 yes',
      'deleted  1 yes',
      'invalid unknown_record 0 ',
      'already_empty  0 ',
    ]);
    const target = { record: '001', field: 'scan', event: 'base_arm_1', instance: '3' };
    expect(fixture.sandbox.ledger.deletions().map((one) => one.target)).toContainEqual(target);
    expect(fixture.project.hasFile({ ...target, instance: '1' })).toBe(true);
  });

  it('lists a hundred problems on the screen, all of them in error.csv', async () => {
    const fixture = await openFixture();
    const faulty = Array.from({ length: 130 }, (_, at) => `${at + 1},nofield\n`).join('');
    await fixture.write('m.csv', `record,field\n1,photo\n${faulty}`);
    const ended = await fixture.sweep(['check', 'm.csv', ...FAST]);
    expect(ended.code).toBe(1);
    expect(ended.stdout.match(/line \d+ \(row \d+\) +unknown_field/g)).toHaveLength(100);
    expect(ended.stdout).toMatch(/130 rows need attention/);
    expect(ended.stdout).toMatch(/and 30 more; error\.csv holds all/);
    expect((await fixture.run()).error).toHaveLength(130);
  });

  it('names a record that lost its leading zeros, wherever it stands', async () => {
    const fixture = await openFixture({
      project: makeDefaultProject({ kind: 'classic', records: 30, seed: 1 }),
    });
    await fixture.write('m.csv', 'record,field\n7,photo\np-013,photo\nSite B 18,photo\n');
    await fixture.sweep(['check', 'm.csv', ...FAST]);
    const run = await fixture.run();
    expect(run.error.map((row) => pick(row, 'message')[0])).toEqual([
      expect.stringMatching(/the project has 007$/),
      expect.stringMatching(/the project has P-013$/),
      expect.not.stringMatching(/the project has/),
    ]);
  });
});

it('--column names what each header stands for', async () => {
  const fixture = await openStudy();
  await fixture.write('m.csv', 'Patient;Upload;When;record;Name\n001;photo;base_arm_1;x;b.jpg\n');
  const columns = ['record=Patient', 'field=upload', 'event=When', 'expect_filename=Name'];
  const flags = columns.flatMap((column) => ['--column', column]);
  const dir = join(fixture.folder, 'c');
  expect(
    await fixture.sweep(['check', 'm.csv', '--run-dir', dir, ...flags, ...FAST]),
  ).toMatchObject({
    code: 1,
  });
  expect(rowOutcomes(await readRun(dir))).toEqual(['guard_mismatch guard_filename 0 ']);
});
