import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/sandbox/handler.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import {
  ask,
  askJson,
  askRows,
  askTable,
  askText,
  makeRegistry,
  makeStudy,
  type Params,
} from './ask.ts';

const RECORDS: Params = { content: 'record', 'fields[0]': 'record_id' };
const study = (options: SandboxOptions = {}): ReturnType<typeof createSandbox> =>
  createSandbox({ project: makeStudy(), ...options });

describe('flat export', () => {
  it('has a row per event with data and per instance, blank where a form is not', async () => {
    const lines = await askTable(study(), {
      ...RECORDS,
      'fields[1]': 'scan',
      'fields[2]': 'photo',
      'fields[3]': 'report',
    });
    expect(lines).toEqual([
      'record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,photo,scan,report',
      '001,base_arm_1,,,a.jpg,,',
      '001,base_arm_1,imaging,1,,s1.txt,',
      '001,base_arm_1,imaging,3,,s3.txt,',
      '001,visit_arm_1,,2,,,r.docx',
      'B 2,late_arm_2,,,-999,,',
      '',
    ]);
  });

  it('writes the instance as a number, or blank text', async () => {
    const rows = await askJson(study(), { ...RECORDS, 'fields[1]': 'scan', 'records[0]': '001' });
    expect(rows).toMatchObject([
      { redcap_repeat_instrument: '', redcap_repeat_instance: '' },
      { redcap_repeat_instrument: 'imaging', redcap_repeat_instance: 1 },
      { redcap_repeat_instrument: 'imaging', redcap_repeat_instance: 3 },
      { redcap_repeat_instrument: '', redcap_repeat_instance: 2 },
    ]);
  });

  it('has neither event nor repeat columns in a classic project without repeats', async () => {
    const sandbox = createSandbox({ project: makeRegistry() });
    expect(
      await askJson(sandbox, { content: 'record', 'fields[0]': 'id', 'fields[1]': 'doc' }),
    ).toEqual([
      { id: '1', doc: 'x.pdf' },
      { id: '2', doc: '' },
    ]);
  });

  it('gives every field and form status when nothing is chosen', async () => {
    const sandbox = createSandbox({ project: makeRegistry() });
    expect(await askJson(sandbox, { content: 'record', 'records[0]': '1' })).toEqual([
      { id: '1', doc: 'x.pdf', note: '', only_complete: '0' },
    ]);
  });

  it('gives a form status on the rows of that form alone', async () => {
    const params = { content: 'record', 'forms[0]': 'imaging', 'forms[1]': 'visit' };
    expect(await askTable(study(), { ...params, 'records[0]': '001' })).toEqual([
      'redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,scan,quality,imaging_complete,report,visit_complete',
      'base_arm_1,,,,,,,',
      'base_arm_1,imaging,1,s1.txt,,0,,',
      'base_arm_1,imaging,3,s3.txt,bad,0,,',
      'visit_arm_1,,2,,,,r.docx,0',
      '',
    ]);
  });

  it.each([
    ['document', '[document]'],
    ['none', '[document]'],
    ['name', 'a.jpg'],
  ] as const)('shows a file on a server with names as %s', async (fileNames, shown) => {
    const rows = await askJson(study({ fileNames }), { ...RECORDS, 'fields[1]': 'photo' });
    expect(rows).toMatchObject([{ photo: shown }, {}, {}, {}, { photo: '-999' }]);
  });

  it('finds records as MySQL does and leaves unknown ones out', async () => {
    const rows = await askJson(study(), {
      ...RECORDS,
      'records[0]': 'b 2 ',
      'records[1]': '1',
      'records[2]': 'nobody',
    });
    expect(rows).toMatchObject([{ record_id: 'B 2' }]);
    expect(await askText(study(), { ...RECORDS, 'records[0]': 'nobody' })).toEqual([200, '[]']);
  });

  it('keeps a record whose files are gone', async () => {
    const sandbox = study();
    const target = { record: '001', field: 'scan', event: 'base_arm_1', instance: '1' };
    expect(sandbox.project.removeFile(target)).toBe(true);
    const rows = await askJson(sandbox, {
      ...RECORDS,
      'fields[1]': 'scan',
      'events[0]': 'base_arm_1',
    });
    expect(rows).toMatchObject([
      { scan: '' },
      { scan: '', redcap_repeat_instance: 1 },
      { scan: 's3.txt' },
    ]);
  });

  it('refuses fields that the project does not have', async () => {
    const response = await ask(study(), { ...RECORDS, 'fields[1]': 'redcap_event_name' });
    expect([response.status, await response.json()]).toEqual([
      400,
      {
        error: `The following values in the parameter "fields" are not valid: 'redcap_event_name'`,
      },
    ]);
  });

  it('drops blank instances and then the repeat columns where a server does', async () => {
    const sandbox = study({ sparseRepeats: true });
    const params = { ...RECORDS, 'fields[1]': 'scan', 'records[0]': '001' };
    expect(await askJson(sandbox, params)).toHaveLength(3);
    for (const instance of ['1', '3']) {
      sandbox.project.removeFile({ record: '001', field: 'scan', event: 'base_arm_1', instance });
    }
    expect(await askJson(sandbox, params)).toEqual([
      { record_id: '001', redcap_event_name: 'base_arm_1', scan: '' },
    ]);
  });

  it('leaves out or hashes what de-identified rights hide', async () => {
    const hidden = study({ rights: { hiddenFields: ['photo'], hashedRecords: true } });
    const rows = await askRows(hidden, {
      ...RECORDS,
      'fields[1]': 'photo',
      'fields[2]': 'sig',
      'records[0]': '001',
    });
    expect(Object.keys(rows[0] ?? {})).not.toContain('photo');
    expect(rows[0]?.['sig']).toBe('s.png');
    expect(rows[0]?.['record_id']).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('filterLogic', () => {
  it.each([
    [`[age] = '40'`, ['base_arm_1', 'base_arm_1', 'base_arm_1']],
    [`[age] > 40 or [quality] = "bad"`, ['base_arm_1']],
    [
      `[base_arm_1][age] <> '' and [record_id] = '001'`,
      ['base_arm_1', 'base_arm_1', 'base_arm_1', 'visit_arm_1'],
    ],
  ])('keeps the rows where %s', async (filterLogic, events) => {
    const rows = await askRows(study(), { ...RECORDS, filterLogic });
    expect(rows.map((row) => row['redcap_event_name'])).toEqual(events);
  });

  it.each(['[nothing] = 1', '[age] = ', 'datediff([age])', '[nowhere][age] = 1'])(
    'refuses %s',
    async (filterLogic) => {
      expect((await ask(study(), { ...RECORDS, filterLogic })).status).toBe(400);
    },
  );
});

describe('eav export', () => {
  it('of a classic project has record, field_name and value alone', async () => {
    const sandbox = createSandbox({ project: makeRegistry() });
    expect(await askTable(sandbox, { content: 'record', type: 'eav', 'fields[0]': 'id' })).toEqual([
      'record,field_name,value',
      '1,id,1',
      '2,id,2',
      '',
    ]);
  });

  it('has a row per value, files by their document number', async () => {
    const rows = await askRows(study(), {
      ...RECORDS,
      type: 'eav',
      'fields[1]': 'scan',
      'records[0]': '001',
      'events[0]': 'base_arm_1',
    });
    expect(rows.filter((row) => row['field_name'] === 'scan')).toEqual([
      {
        record: '001',
        redcap_event_name: 'base_arm_1',
        redcap_repeat_instrument: 'imaging',
        redcap_repeat_instance: 1,
        field_name: 'scan',
        value: expect.stringMatching(/^\d+$/),
      },
      expect.objectContaining({ redcap_repeat_instance: 3 }),
    ]);
  });
});

it('does not import or delete records', async () => {
  const sandbox = study();
  expect((await ask(sandbox, { content: 'record', data: '[]' })).status).toBe(400);
  expect(sandbox.ledger.counts().other).toBe(1);
});
