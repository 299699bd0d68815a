import { describe, expect, it } from 'vitest';
import { exportAnswerOf } from '../../src/cli/server.ts';
import { InterruptedError, RefusedError } from '../../src/errors.ts';
import type { ExportAnswer, ExportAny } from '../../src/project/export-lists.ts';
import { readOverview, type ProjectOverview } from '../../src/project/overview.ts';
import type { Reader } from '../../src/rows/server.ts';
import { createSandbox } from '../../src/sandbox/handler.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { makeStudy } from '../sandbox/ask.ts';
import { readSandbox, readScripted } from './builders.ts';

const exportBy =
  (reader: Reader): ExportAny =>
  async (query) =>
    exportAnswerOf(await reader.exportRecords(query));

function overviewOf(reader: Reader, exportRecords = exportBy(reader)): Promise<ProjectOverview> {
  return readOverview(reader, exportRecords, () => undefined);
}

const study = (options: SandboxOptions = {}): Reader =>
  readSandbox(createSandbox({ project: makeStudy(), requestsPerMinute: 0, ...options }));

const SEEN = { kind: 'seen', leftOut: [], withheld: [] };

describe('what a token reaches', () => {
  it('with every right', async () => {
    expect(await overviewOf(study())).toMatchObject({
      model: { id: '7', title: 'Study' },
      formLabels: { base: 'Base', files: 'Files', imaging: 'Imaging', visit: 'Visit' },
      records: 2,
      exported: SEEN,
      rights: { import: true, design: true, user: 'sandbox_user' },
    });
  });

  it.each<[string, SandboxOptions, object]>([
    [
      'fields that the export leaves out',
      { rights: { hiddenFields: ['sig', 'scan'] } },
      { exported: { kind: 'seen', leftOut: ['sig', 'scan'], withheld: [] } },
    ],
    [
      'hashed record ids',
      { rights: { hashedRecords: true } },
      { records: 2, exported: { kind: 'hashed' } },
    ],
    ['no Import right', { rights: { import: false } }, { rights: { import: false } }],
    ['no Design right', { rights: { design: false } }, { rights: { design: false } }],
  ])('with %s', async (_what, options, expected) => {
    expect(await overviewOf(study(options))).toMatchObject(expected);
  });

  it('where nothing repeats the Design right is not asked for', async () => {
    const reader = readScripted(CLASSIC);
    expect((await overviewOf(reader)).rights.design).toBeUndefined();
    expect(reader.asked).not.toContain('repeatingFormsEvents');
  });
});

const CLASSIC: Readonly<Record<string, readonly [number, unknown]>> = {
  version: [200, '16.1.3'],
  project: [
    200,
    {
      project_id: 7,
      project_title: 'P',
      is_longitudinal: 0,
      has_repeating_instruments_or_events: 0,
    },
  ],
  metadata: [
    200,
    [
      { field_name: 'id', form_name: 'one', field_type: 'text' },
      { field_name: 'photo', form_name: 'one', field_type: 'file' },
    ],
  ],
  record: [200, [{ id: '1', photo: 'a.pdf' }]],
  instrument: [200, [{ instrument_name: 'one', instrument_label: 'One' }]],
  user: [200, [{ username: 'ann', api_export: 1, api_import: 1 }]],
};
const classic = (more: typeof CLASSIC): Promise<ProjectOverview> =>
  overviewOf(readScripted({ ...CLASSIC, ...more }));

describe('what an export shows', () => {
  it('is nothing where rows come without a record ID', async () => {
    await expect(classic({ record: [200, [{ photo: 'a.pdf' }]] })).rejects.toThrow(
      /rows without the record ID \(id\)/,
    );
  });

  it.each<[string, readonly unknown[], object, number]>([
    ['names', [{ id: '1', photo: 'a.pdf' }], SEEN, 1],
    ['nothing in a blank field', [{ id: '1', photo: '' }], SEEN, 1],
    ['no field', [{ id: '1' }], { kind: 'seen', leftOut: ['photo'], withheld: [] }, 1],
    [
      'a text in place of the value',
      [
        { id: '1', photo: '' },
        { id: '2', photo: '[*DATA REMOVED*]' },
      ],
      { kind: 'seen', leftOut: [], withheld: ['photo'] },
      2,
    ],
    ['no record', [], { kind: 'unseen' }, 0],
    // A record has a row for each event and instance.
    [
      'one record in three rows',
      [
        { id: '1', photo: '' },
        { id: '1', photo: '' },
        { id: '1', photo: 'a' },
      ],
      SEEN,
      1,
    ],
  ])('%s', async (_what, rows, exported, records) => {
    expect(await classic({ record: [200, rows] })).toMatchObject({ exported, records });
  });

  it('nothing where the project has no file field', async () => {
    const metadata = [{ field_name: 'id', form_name: 'one', field_type: 'text' }];
    expect(await classic({ metadata: [200, metadata] })).toMatchObject({
      exported: { kind: 'unseen' },
      records: 1,
    });
  });

  it('of twenty records, asked for by name', async () => {
    const ids = Array.from({ length: 50 }, (_, at) => ({ id: String(at) }));
    const asked: (readonly string[] | undefined)[] = [];
    await overviewOf(readScripted(CLASSIC), (query) => {
      asked.push(query.records);
      const rows = query.records?.map((id) => ({ id, photo: '' })) ?? ids;
      return Promise.resolve({ kind: 'rows', rows });
    });
    expect(asked.map((records) => records?.length)).toEqual([undefined, 20]);
  });

  it('hashed ids only where none of the records comes a second time', async () => {
    let lists = 0;
    const overview = await overviewOf(readScripted(CLASSIC), () => {
      lists += 1;
      return Promise.resolve({ kind: 'rows', rows: lists === 2 ? [] : [{ id: '1', photo: '' }] });
    });
    expect([overview.exported, lists]).toEqual([SEEN, 3]);
  });

  it.each<[string, ExportAnswer, RegExp]>([
    [
      'no body',
      { kind: 'bodyless' },
      /list of records cannot be used: the server answered without/,
    ],
    [
      'a page',
      { kind: 'unreadable', message: 'a page' },
      /list of records cannot be used: a page\. /,
    ],
  ])('is refused where the list of records is %s', async (_what, answer, words) => {
    const reading = overviewOf(readScripted(CLASSIC), () => Promise.resolve(answer));
    await expect(reading).rejects.toThrow(RefusedError);
    await expect(reading).rejects.toThrow(words);
  });

  it('is interrupted by a stop', async () => {
    const reading = overviewOf(readScripted(CLASSIC), () => Promise.resolve({ kind: 'stopped' }));
    await expect(reading).rejects.toThrow(InterruptedError);
  });
});

describe('whose token it is, as far as the list of users tells', () => {
  const ANN = { username: 'ann', api_export: 1, api_import: 1, design: 1 };
  const BOB = { username: 'bob', api_export: '1', api_import: '0', design: '0' };
  const EVE = { username: 'eve', api_export: 0, api_import: 1, design: 1 };
  const KIM = { username: 'kim', api_export: 1, api_import: 1, design: 0 };

  it.each<[string, readonly [number, unknown], object]>([
    ['one user', [200, [ANN]], { import: true, user: 'ann' }],
    ['one user who may export', [200, [BOB, EVE]], { import: false, user: 'bob' }],
    ['two who agree', [200, [ANN, KIM]], { import: true, user: undefined }],
    ['two who do not', [200, [ANN, BOB]], { import: undefined, user: undefined }],
    ['nobody who may export', [200, [EVE]], { import: undefined, user: undefined }],
    ['an old server', [200, [{ username: 'ann', forms: {} }]], { import: undefined, user: 'ann' }],
    ['nobody', [200, []], { import: undefined, user: undefined }],
    ['a refusal', [403, { error: 'no User Rights' }], { import: undefined, user: undefined }],
    ['a page', [200, '<html>'], { import: undefined, user: undefined }],
  ])('%s', async (_what, user, rights) => {
    expect((await classic({ user })).rights).toEqual({ design: undefined, ...rights });
  });

  it.each<[string, readonly [number, unknown], string]>([
    ['one who may design, where the token may', [200, [{ form_name: 'one' }]], 'ann'],
    ['one who may not, where it may not', [403, { error: 'no Design' }], 'kim'],
  ])('%s', async (_what, repeatingFormsEvents, user) => {
    const info = { project_id: 7, is_longitudinal: 0, has_repeating_instruments_or_events: 1 };
    const overview = await classic({
      project: [200, info],
      repeatingFormsEvents,
      user: [200, [ANN, KIM]],
    });
    expect(overview.rights.user).toBe(user);
  });
});

it('labels that cannot be read are missing', async () => {
  const labels = [
    { instrument_name: 'one' },
    { instrument_name: 'two', instrument_label: '<b>Two</b>' },
  ];
  expect((await classic({ instrument: [200, labels] })).formLabels).toEqual({ two: 'Two' });
  expect((await classic({ instrument: [403, { error: 'no' }] })).formLabels).toEqual({});
});

it('a ban ends it wherever it is met', async () => {
  const ban = 'Your IP address has been banned due to suspected abuse.';
  await expect(classic({ user: [200, ban] })).rejects.toThrow(/has banned this machine/);
});
