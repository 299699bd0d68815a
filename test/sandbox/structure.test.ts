import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/sandbox/handler.ts';
import { SANDBOX_TOKEN } from '../../src/sandbox/options.ts';
import { ask, askJson, askRows, askText, makeRegistry, makeStudy } from './ask.ts';

const study = (): ReturnType<typeof createSandbox> => createSandbox({ project: makeStudy() });
const registry = (): ReturnType<typeof createSandbox> => createSandbox({ project: makeRegistry() });

const send = async (path: string, method: string): Promise<Response> =>
  study().handle(new Request(`http://127.0.0.1${path}`, { method }));

describe('what the API tells about a project', () => {
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
    expect(await askText(sandbox, { content: 'formEventMapping', format: 'csv' })).toEqual([
      200,
      'arm_num,unique_event_name,form\n1,base_arm_1,base\n1,base_arm_1,files\n1,base_arm_1,imaging\n1,visit_arm_1,visit\n2,late_arm_2,files\n',
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

  it('leaves file fields out of the export field names', async () => {
    const rows = await askRows(registry(), { content: 'exportFieldNames' });
    expect(JSON.stringify(rows)).not.toContain('doc');
    expect(rows).toHaveLength(2);
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
      '',
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

describe('addresses and methods', () => {
  it('answers GET with 501 as REDCap does', async () => {
    const response = await send('/api/', 'GET');
    expect([response.status, await response.text()]).toEqual([
      501,
      '<?xml version="1.0" encoding="UTF-8" ?><hash><error>The requested method is not implemented.</error></hash>',
    ]);
  });

  it('moves an address without its final slash', async () => {
    const response = await send('/redcap/api', 'POST');
    expect([response.status, response.headers.get('location')]).toEqual([
      301,
      'http://127.0.0.1/redcap/api/',
    ]);
  });

  it('answers any other path as Apache does', async () => {
    const response = await send('/redcap/', 'POST');
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('The requested URL was not found on this server.');
  });

  it('serves the other usual path too', async () => {
    const sandbox = study();
    const body = new URLSearchParams({ token: sandbox.token, content: 'version' });
    const request = new Request('http://127.0.0.1/redcap/api/', { method: 'POST', body });
    expect(await (await sandbox.handle(request)).text()).toBe('16.1.3');
  });
});
