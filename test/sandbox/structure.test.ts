import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/sandbox/handler.ts';
import { SANDBOX_TOKEN } from '../../src/sandbox/options.ts';
import { buildProject } from '../../src/sandbox/project.ts';
import { ask, askJson, askRows, askTable, askText, makeRegistry, makeStudy } from './ask.ts';

const study = (): ReturnType<typeof createSandbox> => createSandbox({ project: makeStudy() });
const registry = (): ReturnType<typeof createSandbox> => createSandbox({ project: makeRegistry() });

describe('what the API says about a project', () => {
  it('has a token of 32 hexadecimal digits', () => {
    expect(SANDBOX_TOKEN).toMatch(/^[0-9A-F]{32}$/);
  });

  it.each(['json', 'csv', 'xml'])('answers version as plain text for %s', async (format) => {
    expect(await askText(study(), { content: 'version', format })).toEqual([200, '16.1.3']);
  });

  it('describes the project as one object with numeric flags', async () => {
    expect(await askJson(study(), { content: 'project' })).toMatchObject({
      project_id: 7,
      project_title: 'Study',
      is_longitudinal: 1,
      has_repeating_instruments_or_events: 1,
      in_production: 0,
      missing_data_codes: '-999, Not done',
    });
    expect(await askJson(registry(), { content: 'project' })).toMatchObject({
      is_longitudinal: 0,
      has_repeating_instruments_or_events: 0,
    });
  });

  it('lists metadata with 18 keys, the record id first', async () => {
    const rows = await askRows(study(), { content: 'metadata' });
    expect(rows.map((row) => row['field_name'])).toEqual([
      'record_id',
      'age',
      'photo',
      'sig',
      'scan',
      'quality',
      'report',
    ]);
    expect(Object.keys(rows[0] ?? {})).toHaveLength(18);
    expect(rows[3]).toMatchObject({
      field_name: 'sig',
      form_name: 'files',
      field_type: 'file',
      text_validation_type_or_show_slider_number: 'signature',
    });
  });

  it('filters metadata by fields and forms', async () => {
    const rows = await askRows(study(), {
      content: 'metadata',
      'fields[0]': 'scan',
      'forms[0]': 'base',
    });
    expect(rows.map((row) => row['field_name'])).toEqual(['record_id', 'age', 'scan']);
  });

  it('lists events, arms, mapping and repeats of a longitudinal project', async () => {
    const sandbox = study();
    expect(await askJson(sandbox, { content: 'event' })).toMatchObject([
      { event_name: 'Base', arm_num: 1, unique_event_name: 'base_arm_1' },
      { arm_num: 1, unique_event_name: 'visit_arm_1' },
      { arm_num: 2, unique_event_name: 'late_arm_2' },
    ]);
    expect(await askJson(sandbox, { content: 'arm' })).toEqual([
      { arm_num: 1, name: 'Arm 1' },
      { arm_num: 2, name: 'Arm 2' },
    ]);
    expect(await askTable(sandbox, { content: 'formEventMapping' })).toEqual([
      'arm_num,unique_event_name,form',
      '1,base_arm_1,base',
      '1,base_arm_1,files',
      '1,base_arm_1,imaging',
      '1,visit_arm_1,visit',
      '2,late_arm_2,files',
      '',
    ]);
    expect(await askJson(sandbox, { content: 'repeatingFormsEvents' })).toEqual([
      { event_name: 'base_arm_1', form_name: 'imaging', custom_form_label: '' },
      { event_name: 'visit_arm_1', form_name: '', custom_form_label: '' },
    ]);
  });

  it('lists the repeats of a classic project without events', async () => {
    const sandbox = createSandbox({ kind: 'classic' });
    expect(await askJson(sandbox, { content: 'repeatingFormsEvents' })).toEqual([
      { form_name: 'imaging', custom_form_label: '' },
    ]);
  });

  it.each([
    ['event', 'You cannot export events for classic projects'],
    ['arm', 'You cannot export arms for classic projects'],
    ['formEventMapping', 'You cannot export form/event mappings for classic projects'],
    [
      'repeatingFormsEvents',
      'You cannot export repeating instruments and events because the project does not contain any repeating instruments and events',
    ],
    ['nonsense', 'The value of the parameter "content" is not valid'],
  ])('refuses %s in a classic project without repeats', async (content, error) => {
    const response = await ask(registry(), { content });
    expect([response.status, await response.json()]).toEqual([400, { error }]);
  });

  it('names what an export has form by form, with each status and without file fields', async () => {
    expect(await askTable(study(), { content: 'exportFieldNames' })).toEqual([
      'original_field_name,choice_value,export_field_name',
      'record_id,,record_id',
      'age,,age',
      'base_complete,,base_complete',
      'files_complete,,files_complete',
      'quality,,quality',
      'imaging_complete,,imaging_complete',
      'visit_complete,,visit_complete',
      '',
    ]);
  });

  it('names calculated fields, and no descriptive ones', async () => {
    const project = buildProject({
      kind: 'classic',
      forms: [
        {
          name: 'health',
          fields: [
            { name: 'record_id' },
            { name: 'bmi', type: 'calc' },
            { name: 'explanation', type: 'descriptive' },
          ],
        },
      ],
    });
    const rows = await askRows(createSandbox({ project }), { content: 'exportFieldNames' });
    expect(rows.map((row) => row['export_field_name'])).toEqual([
      'record_id',
      'bmi',
      'health_complete',
    ]);
  });

  it.each([
    ['age', ['age']],
    ['files_complete', ['files_complete']],
    ['photo', []],
  ])('names %s alone when it is the field asked for', async (field, names) => {
    const rows = await askRows(study(), { content: 'exportFieldNames', field });
    expect(rows.map((row) => row['export_field_name'])).toEqual(names);
  });

  it('refuses the names of a field that is not there', async () => {
    const response = await ask(study(), { content: 'exportFieldNames', field: 'nothing' });
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: `The value of the parameter "field" is not valid: 'nothing'` },
    ]);
  });

  it('describes the user by the keys that real servers send, rights as numbers', async () => {
    const rights = { import: false, hiddenFields: ['photo'] };
    const sandbox = createSandbox({ project: makeStudy(), rights });
    const [user = {}, ...others] = await askRows(sandbox, { content: 'user' });
    expect(others).toEqual([]);
    expect(Object.keys(user)).toEqual([
      'username',
      'email',
      'firstname',
      'lastname',
      'expiration',
      'data_access_group',
      'data_access_group_id',
      'data_access_group_label',
      'design',
      'alerts',
      'user_rights',
      'data_access_groups',
      'reports',
      'stats_and_charts',
      'manage_survey_participants',
      'calendar',
      'data_import_tool',
      'data_comparison_tool',
      'logging',
      'email_logging',
      'file_repository',
      'data_quality_create',
      'data_quality_execute',
      'api_export',
      'api_import',
      'api_modules',
      'mobile_app',
      'mobile_app_download_data',
      'record_create',
      'record_rename',
      'record_delete',
      'lock_records_all_forms',
      'lock_records',
      'lock_records_customization',
      'forms',
      'forms_export',
    ]);
    expect(user).toMatchObject({
      data_access_group: '',
      design: 1,
      api_export: 1,
      api_import: 0,
      forms: { base: 1, files: 1, imaging: 1, visit: 1 },
      forms_export: { base: 2, files: 2, imaging: 2, visit: 2 },
    });
  });
});

describe('who may ask', () => {
  it.each([
    [
      'json',
      'application/json; charset=utf-8',
      '{"error":"You do not have permissions to use the API"}',
    ],
    ['csv', 'text/csv; charset=utf-8', 'ERROR: You do not have permissions to use the API'],
    [
      'xml',
      'text/xml; charset=utf-8',
      '<?xml version="1.0" encoding="UTF-8" ?><hash><error>You do not have permissions to use the API</error></hash>',
    ],
  ])('refuses a wrong token in returnFormat %s', async (returnFormat, type, body) => {
    const response = await ask(study(), { content: 'version', token: 'wrong', returnFormat });
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      403,
      type,
      body,
    ]);
  });

  it('gives an import-only token a page with status 200', async () => {
    const sandbox = createSandbox({ project: makeStudy(), rights: { export: false } });
    const [status, body] = await askText(sandbox, { content: 'metadata' });
    expect(status).toBe(200);
    expect(body).toContain("access wasn't granted");
    expect(await askText(sandbox, { content: 'record' })).toEqual([
      403,
      '{"error":"You do not have API Export privileges"}',
    ]);
  });

  it('refuses the repeating setup alone to a token without the Design right', async () => {
    const sandbox = createSandbox({ project: makeStudy(), rights: { design: false } });
    expect((await ask(sandbox, { content: 'repeatingFormsEvents' })).status).toBe(403);
    expect((await ask(sandbox, { content: 'metadata' })).status).toBe(200);
  });
});
