import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDefaultProject } from '../../src/sandbox/default-project.ts';
import { buildProject } from '../../src/sandbox/project.ts';
import { rowOutcomes, pick, readRun } from '../support/run-files.ts';
import { FAST, openFixture } from '../support/fixture.ts';

describe("R's write.csv: a nameless first column, and the word NA", () => {
  const CSV = [
    '"","record","field","event","instance"',
    '"1","001","photo",NA,""',
    '"2","002","photo","",NA',
    '"3","003","photo","",""',
    '"4","004","photo","","1"',
    '',
  ].join('\n');
  const FATES = [
    'invalid event_not_allowed 0 ',
    'invalid bad_instance 0 ',
    'not_attempted would_delete 0 ',
    'not_attempted would_delete 0 ',
  ];

  it.each([
    ['run', 2],
    ['check', 1],
  ])('%s: exit %i, both kinds of problem in one pass', async (command, code) => {
    const project = buildProject({
      kind: 'classic',
      forms: [{ name: 'one', fields: [{ name: 'record_id' }, { name: 'photo', type: 'file' }] }],
      records: ['001', '002', '003', '004'].map((id) => ({
        id,
        rows: [{ files: { photo: `${id}.jpg` } }],
      })),
    });
    const fixture = await openFixture({ project });
    await fixture.write('r.csv', CSV);
    const flags = command === 'run' ? ['--yes'] : [];
    const ended = await fixture.sweep([command, 'r.csv', ...flags, ...FAST]);
    expect(ended.code).toBe(code);
    expect(`${ended.stdout}${ended.stderr}`).toMatch(/line 2 \(row 1\) +event_not_allowed/);
    expect(`${ended.stdout}${ended.stderr}`).toMatch(/line 3 \(row 2\) +bad_instance/);
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual(FATES);
    expect([1, 2, 3, 4].map((row) => pick(run.rows.get(row), 'line')[0])).toEqual([
      '2',
      '3',
      '4',
      '5',
    ]);
    const [head, first] = (await readFile(join(run.directory, 'error.csv'), 'utf8')).split('\n');
    expect(head).toMatch(/^(""|),record,field,event,instance,sweep_row,/);
    expect(first).toMatch(/^1,001,photo,NA,,1,2,invalid,/);
    expect(fixture.deletions()).toBe(0);
  });
});

describe('the repeat columns vanish from an answer', () => {
  it('an instance without a row is empty: all four are deleted and verified', async () => {
    const project = buildProject({
      kind: 'longitudinal',
      recordIdField: 'subject_id',
      forms: [
        { name: 'base', fields: [{ name: 'subject_id' }, { name: 'photo', type: 'file' }] },
        { name: 'imaging', repeats: true, fields: [{ name: 'scan', type: 'file' }] },
      ],
      events: [{ name: 'baseline_arm_1', forms: ['base', 'imaging'] }],
      records: ['1', '2'].map((id) => ({
        id,
        rows: [1, 2].map((instance) => ({ instance, files: { scan: `${instance}.dcm` } })),
      })),
    });
    const fixture = await openFixture({ project });
    // Base rows alone, without the columns.
    const bare = ['1', '2'].map((subject_id) => ({
      subject_id,
      redcap_event_name: 'baseline_arm_1',
      scan: '',
      photo: '',
    }));
    fixture.sandbox.script(
      ({ content }) => content === 'record' && fixture.sandbox.ledger.counts().delete > 0,
      [() => Response.json(bare)],
      { lasting: true },
    );
    const rows = ['1', '2'].flatMap((id) => [1, 2].map((n) => `${id},scan,baseline_arm_1,${n}\n`));
    await fixture.write('m.csv', `record,field,event,instance\n${rows.join('')}`);
    expect(await fixture.sweep(['run', 'm.csv', '--yes', ...FAST])).toMatchObject({ code: 0 });
    expect(rowOutcomes(await fixture.run())).toEqual(
      Array.from({ length: 4 }, () => 'deleted  1 yes'),
    );
    expect([...fixture.project.files()]).toEqual([]);
  });

  it('the same from a server that leaves out empty instances', async () => {
    const fixture = await openFixture({
      project: makeDefaultProject({ kind: 'longitudinal', records: 4, seed: 1 }),
      sparseRepeats: true,
    });
    const { stdout } = await fixture.sweep(['scan', '--field', 'scan', ...FAST]);
    await fixture.write('m.csv', stdout);
    expect(stdout.split('\n').length).toBeGreaterThan(3);
    expect(await fixture.sweep(['run', 'm.csv', '--yes', ...FAST])).toMatchObject({ code: 0 });
    const run = await fixture.run();
    expect(new Set(rowOutcomes(run))).toEqual(new Set(['deleted  1 yes']));
  });
});

describe('project info of an old server lacks keys', () => {
  /** REDCap 7.3: all strings, no repeating flag, no missing codes. */
  const INFO = {
    project_id: '77',
    project_title: 'Old server',
    creation_time: '2016-01-02 03:04',
    production_time: '',
    in_production: '0',
    project_language: 'English',
    purpose: '0',
    purpose_other: '',
    project_notes: '',
    custom_record_label: '',
    is_longitudinal: '1',
    surveys_enabled: '0',
    scheduling_enabled: '0',
    record_autonumbering_enabled: '1',
    randomization_enabled: '0',
    ddp_enabled: '0',
    project_irb_number: '',
    project_grant_number: '',
    project_pi_firstname: '',
    project_pi_lastname: '',
  };

  it('an absent flag says nothing; the call itself does', async () => {
    const project = buildProject({
      kind: 'longitudinal',
      forms: [
        { name: 'base', fields: [{ name: 'record_id' }, { name: 'photo', type: 'file' }] },
        { name: 'imaging', repeats: true, fields: [{ name: 'scan', type: 'file' }] },
      ],
      events: [{ name: 'baseline_arm_1', forms: ['base', 'imaging'] }],
      records: ['1', '3'].map((id) => ({
        id,
        rows: [
          { files: { photo: 'p.jpg' } },
          { instance: 1, files: { scan: '1.dcm' } },
          { instance: 2, files: { scan: '2.dcm' } },
        ],
      })),
    });
    const fixture = await openFixture({
      project,
      scripts: [
        {
          match: ({ content }) => content === 'project',
          answers: [() => Response.json(INFO)],
          lasting: true,
        },
      ],
    });
    await fixture.write(
      'm.csv',
      'record,field,event,instance\n3,scan,baseline_arm_1,\n1,scan,baseline_arm_1,2\n1,photo,baseline_arm_1,2\n',
    );
    const directory = join(fixture.folder, 'checked');
    const args = ['check', 'm.csv', '--run-dir', directory, ...FAST];
    expect(await fixture.sweep(args)).toMatchObject({ code: 1 });
    const run = await readRun(directory);
    expect(rowOutcomes(run)).toEqual([
      'invalid instance_required 0 ',
      'not_attempted would_delete 0 ',
      'invalid instance_not_allowed 0 ',
    ]);
    expect(run.summary).toMatchObject({ project: { id: '77', title: 'Old server' } });
    expect(pick(run.rows.get(2), 'file_name')).toEqual(['2.dcm']);
    // A blank instance goes out nowhere: REDCap would take it for 1.
    expect(await fixture.sweep(['run', 'm.csv', '--yes', ...FAST])).toMatchObject({ code: 2 });
    expect(fixture.deletions()).toBe(0);
  });
});
