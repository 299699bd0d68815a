import { describe, expect, it } from 'vitest';
import { makeDefaultProject } from '../../src/sandbox/default-project.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/handler.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { buildProject } from '../../src/sandbox/project.ts';
import { ask, askRows, askTable, type Params } from './ask.ts';

/** Two arms, two groups, a survey, something that repeats, and reports of each kind. */
function makeReported(options: SandboxOptions = {}): Sandbox {
  const project = buildProject({
    kind: 'longitudinal',
    recordIdField: 'subject_id',
    groups: ['site_a', 'site_b'],
    forms: [
      { name: 'base', fields: [{ name: 'sex', type: 'radio' }] },
      { name: 'consent', survey: true, fields: [{ name: 'form_pdf', type: 'file' }] },
      { name: 'imaging', repeats: true, fields: [{ name: 'scan', type: 'file' }] },
    ],
    events: [
      { name: 'start_arm_1', forms: ['base', 'consent', 'imaging'] },
      { name: 'end_arm_2', forms: ['consent'] },
    ],
    reports: [
      { id: '7', title: 'Scans', fields: ['subject_id', 'scan', 'sex'], events: ['start_arm_1'] },
      { id: '8', title: 'Women', fields: ['subject_id', 'form_pdf'], filter: "[sex] = '2'" },
      { id: '9', title: 'Without records', fields: ['scan', 'form_pdf'] },
    ],
    records: [
      {
        id: '1',
        group: 'site_a',
        rows: [
          { values: { sex: '1' }, files: { form_pdf: 'c1.pdf' } },
          { instance: 2, files: { scan: 's.txt' } },
        ],
      },
      {
        id: '2',
        group: 'site_b',
        rows: [
          { values: { sex: '2' }, files: { form_pdf: 'c2.pdf' } },
          { event: 'end_arm_2', files: { form_pdf: 'late.pdf' } },
        ],
      },
    ],
  });
  return createSandbox({ project, ...options });
}

const report = (id: string, more: Params = {}): Params => ({
  content: 'report',
  report_id: id,
  ...more,
});

describe('a report', () => {
  it('has its own columns in its own order, and the rows of its events', async () => {
    expect(await askTable(makeReported(), report('7'))).toEqual([
      'subject_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,scan,sex',
      '1,start_arm_1,,,,1',
      '1,start_arm_1,imaging,2,s.txt,',
      '2,start_arm_1,,,,2',
      '',
    ]);
  });

  it('has the rows for which its logic holds', async () => {
    expect(await askTable(makeReported(), report('8'))).toEqual([
      'subject_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,form_pdf',
      '2,start_arm_1,,,c2.pdf',
      '',
    ]);
  });

  it('without the record id does not say which row is which', async () => {
    const [header] = await askTable(makeReported(), report('9'));
    expect(header).toBe('scan,form_pdf');
  });

  it('shows labels where they are asked for; those of headers are for CSV alone', async () => {
    const labels = { rawOrLabel: 'label', rawOrLabelHeaders: 'label' };
    expect(await askTable(makeReported(), report('7', labels))).toEqual([
      'subject_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,scan,sex',
      '1,Start (Arm 1: Arm 1),,,,One',
      '1,Start (Arm 1: Arm 1),Imaging,2,s.txt,',
      '2,Start (Arm 1: Arm 1),,,,Two',
      '',
    ]);
  });

  it('leaves out what the rights hide', async () => {
    const sandbox = makeReported({ rights: { hiddenFields: ['scan'] } });
    expect((await askTable(sandbox, report('7')))[0]).not.toMatch(/scan/);
  });

  it.each(['70', ''])('number "%s" that is none is refused', async (id) => {
    const response = await ask(makeReported(), report(id));
    expect([response.status, await response.json()]).toEqual([
      403,
      {
        error: `The API request cannot complete because report_id=${id} does not belong to this project.`,
      },
    ]);
  });

  it('needs the right to export', async () => {
    const response = await ask(makeReported({ rights: { export: false } }), report('7'));
    expect(response.status).toBe(403);
  });

  it.each(['classic', 'longitudinal'] as const)('is in the default project: %s', async (kind) => {
    const project = makeDefaultProject({ kind, records: 12, seed: 1 });
    const { reports = [], recordIdField } = { ...project.design.spec, ...project.design };
    expect(reports.length).toBeGreaterThan(0);
    for (const { id } of reports) {
      const rows = await askRows(createSandbox({ project }), report(id));
      expect(rows.length).toBeGreaterThan(2);
      expect(rows[0]).toHaveProperty(recordIdField);
    }
  });
});

describe('a record export', () => {
  const EVERYTHING = { content: 'record', exportDataAccessGroups: 'true' };

  it('shows data access group and survey columns behind the keys, each time before its form', async () => {
    const params = { ...EVERYTHING, exportSurveyFields: 'true', 'records[0]': '2' };
    expect(await askTable(makeReported(), params)).toEqual([
      'subject_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,redcap_data_access_group,redcap_survey_identifier,sex,base_complete,consent_timestamp,form_pdf,consent_complete,scan,imaging_complete',
      '2,start_arm_1,,,site_b,,2,0,2024-03-02 11:14:09,c2.pdf,0,,',
      '2,end_arm_2,,,site_b,,,,2024-03-02 11:14:09,late.pdf,0,,',
      '',
    ]);
  });

  it('shows labels of events, instruments, groups, choices and statuses', async () => {
    const params = { ...EVERYTHING, rawOrLabel: 'label', 'records[0]': '1' };
    expect((await askTable(makeReported(), params)).slice(1)).toEqual([
      '1,Start (Arm 1: Arm 1),,,Site a,One,Incomplete,c1.pdf,Incomplete,,',
      '1,Start (Arm 1: Arm 1),Imaging,2,Site a,,,,,s.txt,Incomplete',
      '',
    ]);
  });

  it('has none of these columns where the project has neither groups nor surveys', async () => {
    const project = buildProject({
      kind: 'classic',
      forms: [{ name: 'only', fields: [{ name: 'doc', type: 'file' }] }],
      records: [{ id: '1', rows: [] }],
    });
    const params = { ...EVERYTHING, exportSurveyFields: 'true' };
    expect(await askTable(createSandbox({ project }), params)).toEqual([
      'record_id,doc,only_complete',
      '1,,0',
      '',
    ]);
  });
});
