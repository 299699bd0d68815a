import { describe, expect, it } from 'vitest';
import { exportAnswerOf } from '../../src/cli/server.ts';
import { RefusedError } from '../../src/errors.ts';
import { openTable } from '../../src/manifest/table.ts';
import { asText } from '../../src/project/cells.ts';
import { readModel } from '../../src/project/read-model.ts';
import type { ScanScope } from '../../src/project/scan.ts';
import { scanExport, type ScanExportOptions } from '../../src/project/scan-export.ts';
import type { NoticedCell } from '../../src/project/exported-cells.ts';
import type { ScannedExport } from '../../src/project/scan-notes.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/handler.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { inChunks } from '../manifest/manifest-of.ts';
import { askRows, makeStudy, type Params } from '../sandbox/ask.ts';
import { exportCsv, listParams, writeRows, type Written } from '../support/data-export.ts';
import { readSandbox } from './builders.ts';

type Query = Parameters<ScanExportOptions['exportRecords']>[0];

interface ListedExport extends ScannedExport {
  readonly files: readonly string[];
  readonly asked: readonly Query[];
}

interface Given extends Partial<Omit<ScanScope, 'records'>> {
  readonly changeAt?: ScanExportOptions['changeAt'];
}

/** Lists what an export of the sandbox shows, by what the sandbox answers. */
async function list(
  sandbox: Sandbox,
  csv: Buffer | string,
  { changeAt = () => undefined, ...scope }: Given = {},
): Promise<ListedExport> {
  const reader = readSandbox(sandbox);
  const model = await readModel(reader);
  const table = await openTable(inChunks(Buffer.from(csv), 100), {
    subject: 'The export',
    isKnown: () => false,
  });
  const files: string[] = [];
  const asked: Query[] = [];
  const scanned = await scanExport(
    model,
    {
      source: { kind: 'export', subject: 'The export' },
      header: table.header.cells,
      rows: table.batches(),
    },
    { fields: Object.keys(model.fileFields), events: undefined, filter: undefined, ...scope },
    {
      async exportRecords(query) {
        asked.push(query);
        return exportAnswerOf(await reader.exportRecords(query));
      },
      renewStructure: () => Promise.resolve(),
      changeAt,
      begin: () => Promise.resolve(),
      onRows: (rows) => {
        files.push(...rows.map((row) => row.slice(0, 5).join(' ')));
        return Promise.resolve();
      },
      onProgress: () => undefined,
    },
  );
  return { ...scanned, files, asked };
}

const study = (options: SandboxOptions = {}): Sandbox =>
  createSandbox({ project: makeStudy(), ...options });

/** The export is of one study, and what is there now of another one. */
async function listLater(
  now: Sandbox,
  { params = {}, written = {} }: { readonly params?: Params; readonly written?: Written } = {},
  given: Given = {},
): Promise<ListedExport> {
  return list(now, await exportCsv(study(), params, written), given);
}

const PHOTO = '001 photo base_arm_1  a.jpg';
const SIG = '001 sig base_arm_1  s.png';
const SCAN_1 = '001 scan base_arm_1 1 s1.txt';
const SCAN_3 = '001 scan base_arm_1 3 s3.txt';
const REPORT = '001 report visit_arm_1 2 r.docx';
const ALL = [PHOTO, SIG, SCAN_1, SCAN_3, REPORT];
const NONE = { count: 0, first: [] };

const base = { record: '001', event: 'base_arm_1', instance: '' };
const photo = { ...base, field: 'photo' };
const REPEATS = ['redcap_repeat_instrument', 'redcap_repeat_instance'];

/** What was left out: reason, number and the first cell. */
function leftOut({ leftOut: found }: ScannedExport): string[] {
  const name = (cell: NoticedCell | undefined): string =>
    [cell?.target.record, cell?.target.field, cell?.target.instance, cell?.shown].join(' ');
  return [...found].map(([why, { count, first }]) => `${count}: ${why}: ${name(first[0])}`);
}

describe('the files of an export', () => {
  it('are those of its cells, in its order, and nothing else is said', async () => {
    const { files, asked, ...said } = await listLater(study());
    expect(files).toEqual(ALL);
    expect(said).toEqual({
      strange: [],
      unknownFields: [],
      lacking: [],
      rows: 5,
      gone: NONE,
      renamed: NONE,
      leftOut: new Map(),
      unknownRecords: NONE,
      knownRecords: 1,
    });
    // A record whose cells are blank, or hold a missing-data code, is not asked for.
    expect(asked.map(({ records }) => records)).toEqual([['001']]);
  });

  it('are listed once where an export has a row twice', async () => {
    const csv = String(await exportCsv(study()));
    const rows = csv.slice(csv.indexOf('\n') + 1);
    expect((await list(study(), csv + rows)).files).toEqual(ALL);
    const { files, renamed: other } = await list(study(), csv + rows.replace('a.jpg', 'old.jpg'));
    expect([files, other.count]).toEqual([ALL, 1]);
  });

  it('are asked for with the fields that show some', async () => {
    const params = listParams('fields', ['record_id', 'age', 'scan', 'report']);
    const { asked } = await listLater(study(), { params });
    expect(asked).toEqual([
      { records: ['001'], fields: ['record_id', 'scan', 'report'], filterLogic: undefined },
    ]);
  });

  it.each<[string, Given, readonly string[]]>([
    ['fields', { fields: ['scan'] }, [SCAN_1, SCAN_3]],
    ['events', { events: ['visit_arm_1'] }, [REPORT]],
    ['logic', { filter: "[age] = '41'" }, []],
    ['logic that holds', { filter: "[age] = '40'" }, ALL],
  ])('narrowed by %s', async (_what, given, files) => {
    expect((await listLater(study(), {}, given)).files).toEqual(files);
  });

  it('whatever the cells of R and of data frames look like', async () => {
    const cell = (column: string, text: string): string =>
      column === 'redcap_repeat_instance' && text !== '' ? `${text}.0` : text || 'NA';
    expect(await listLater(study(), { written: { cell } })).toMatchObject({ files: ALL });
  });

  it('in batches of a hundred records, wherever their rows stand', async () => {
    const sandbox = createSandbox({ kind: 'classic', records: 230 });
    const rows = await askRows(sandbox, { content: 'record' });
    const mixed = rows.toSorted((a, b) => (String(a['scan']) < String(b['scan']) ? 1 : -1));
    const { files, asked } = await list(sandbox, writeRows(mixed));
    expect(files.toSorted()).toEqual(
      [...sandbox.project.files()]
        .map(({ target, fileName }) => [...Object.values(target), fileName].join(' '))
        .toSorted(),
    );
    expect(Math.max(...asked.map(({ records = [] }) => records.length))).toBe(100);
  });
});

it('rows are taken no faster than their files are listed', async () => {
  const sandbox = createSandbox({ kind: 'classic', records: 3_000 });
  const reader = readSandbox(sandbox);
  const model = await readModel(reader);
  let taken = 0;
  const ahead: number[] = [];
  let listed = 0;
  const rows = async function* () {
    for (const { id } of sandbox.project.records.all()) {
      taken += 1;
      yield await Promise.resolve([{ cells: [id, 'a.pdf'] }]);
    }
  };
  await scanExport(
    model,
    {
      source: { kind: 'export', subject: 'The export' },
      header: ['record_id', 'consent_file'],
      rows: rows(),
    },
    { fields: ['consent_file'], events: undefined, filter: undefined },
    {
      exportRecords: async (query) => {
        ahead.push(taken - listed);
        listed += query.records?.length ?? 0;
        return exportAnswerOf(await reader.exportRecords(query));
      },
      renewStructure: () => Promise.resolve(),
      changeAt: () => undefined,
      begin: () => Promise.resolve(),
      onRows: () => Promise.resolve(),
      onProgress: () => undefined,
    },
  );
  // The row of the next record ends a batch.
  expect(ahead).toEqual([...Array.from({ length: 29 }, () => 101), 100]);
});

describe('what has changed since', () => {
  it('a file that is gone, one with another name, and one that is new', async () => {
    const now = study();
    now.project.putFile(photo, 'b.jpg');
    now.project.putFile({ ...base, field: 'scan', instance: '2' }, 'new.txt');
    now.project.removeFile({ ...base, field: 'scan', instance: '3' });
    const scan = { ...base, field: 'scan', instance: '3' };
    expect(await listLater(now)).toMatchObject({
      files: ['001 photo base_arm_1  b.jpg', SIG, SCAN_1, REPORT],
      renamed: { count: 1, first: [{ target: photo, shown: 'a.jpg', now: 'b.jpg' }] },
      gone: { count: 1, first: [{ target: scan, shown: 's3.txt' }] },
      leftOut: new Map(),
    });
  });

  it.each(['document', 'id'] as const)(
    'a name where there was none is no other: %s',
    async (as) => {
      const csv = await exportCsv(study({ fileNames: as }));
      expect(await list(study(), csv)).toMatchObject({ files: ALL, renamed: NONE });
    },
  );

  it('a missing-data code is no file', async () => {
    const now = study();
    now.project.removeRecord('001');
    now.project.addRecord({ id: '001', rows: [{ values: { photo: '-999' } }] });
    const { files, gone, leftOut: found } = await listLater(now);
    expect([files, gone.count, found.size]).toEqual([[], 5, 0]);
  });

  it('a record that is not there any more', async () => {
    const now = study();
    now.project.removeRecord('001');
    expect(await listLater(now)).toMatchObject({
      files: [],
      gone: NONE,
      unknownRecords: { count: 1, first: ['001'] },
      knownRecords: 0,
    });
  });

  it('columns that the project does not have', async () => {
    const rows = await askRows(study(), { content: 'record', exportSurveyFields: 'true' });
    const csv = writeRows(
      rows.map(({ photo: file, ...row }) => ({ ...row, picture: file, '': '' })),
    );
    const { files, strange, unknownFields, lacking } = await list(study(), csv);
    const cell = { target: { ...base, field: 'picture' }, shown: 'a.jpg' };
    expect([files, strange, unknownFields, lacking]).toEqual([
      ALL.slice(1),
      [],
      [
        {
          column: { name: 'picture', at: expect.any(Number) },
          files: { count: 1, first: [cell] },
        },
      ],
      ['photo'],
    ]);
  });

  const renamed = async (name: string, cell: (text: string) => string) => {
    const rows = await askRows(study(), { content: 'record' });
    return writeRows(
      rows.map(({ photo: file, ...row }) => ({ ...row, [name]: cell(asText(file)) })),
    );
  };

  it.each<[string, string, (text: string) => string, Given, readonly string[]]>([
    // The column, what its cells show, and what it is taken for.
    ['a near name', 'photos', (text) => text, {}, ['photos 1 photo']],
    ['a near name, and odd extensions', 'photos', () => 'x.blob', {}, ['photos 5 photo']],
    ['no near name, and odd extensions', 'picture', () => 'x.blob', {}, []],
    ['no near name, and no file name', 'picture', () => '[document]', {}, ['picture 5 -']],
    ['a near name, and numbers', 'photos', () => '3.14', {}, []],
    ['a near name, and blank', 'photos', () => ' ', {}, []],
    ['what R writes for blank', 'photos', () => 'NA', {}, []],
    ['other fields asked for', 'photos', (text) => text, { fields: ['scan'], areNamed: true }, []],
  ])('a file field renamed since: %s', async (_what, name, cell, given, unknown) => {
    const { unknownFields, strange } = await list(study(), await renamed(name, cell), given);
    expect(
      unknownFields.map(({ column, files }) =>
        [column.name, files.count, column.near ?? '-'].join(' '),
      ),
    ).toEqual(unknown);
    expect(strange.map((column) => column.name)).toEqual(unknown.length === 0 ? [name] : []);
  });

  it.each<[string, Given, RegExp]>([
    [
      'the only file field',
      {},
      /no file field: .*Its column photos is no field of the project; did you mean photo\? If the field was renamed since, write its name of now into the first line/,
    ],
    [
      'asked for by name',
      { fields: ['photo'], areNamed: true },
      /^--field: the export has no column photo\. Its column photos is no field of the project; did you mean photo\?/,
    ],
  ])('a renamed field that is %s is refused with the near one', async (_what, given, message) => {
    const csv = 'record_id,redcap_event_name,photos\n001,base_arm_1,a.jpg\n';
    await expect(list(study(), csv, given)).rejects.toThrow(message);
  });

  const edit =
    (of: string, from: string, to: string) =>
    (column: string, text: string): string =>
      column === of ? text.replace(from, to) : text;

  it.each<[string, Written, readonly string[], readonly string[]]>([
    [
      'no repeat columns',
      { without: REPEATS },
      [PHOTO, SIG],
      [
        '2: form imaging repeats in event base_arm_1, and the row names no instance: 001 scan  s1.txt',
        '1: event visit_arm_1 repeats, and the row names no instance: 001 report  r.docx',
      ],
    ],
    [
      'no instance',
      { without: ['redcap_repeat_instance'] },
      [PHOTO, SIG],
      [
        '2: form imaging repeats in event base_arm_1, and the row names no instance: 001 scan  s1.txt',
        '1: event visit_arm_1 repeats, and the row names no instance: 001 report  r.docx',
      ],
    ],
    ['no instrument', { without: ['redcap_repeat_instrument'] }, ALL, []],
    [
      'an instance that is none',
      { cell: edit('redcap_repeat_instance', '3', 'third') },
      [PHOTO, SIG, SCAN_1, REPORT],
      ["1: the row's instance (third) is no number: 001 scan  s3.txt"],
    ],
    [
      'an instance where nothing repeats',
      { cell: (column, text) => (column === 'redcap_repeat_instance' ? text || '1' : text) },
      [SCAN_1, SCAN_3, REPORT],
      ['2: form files does not repeat any more in event base_arm_1: 001 photo 1 a.jpg'],
    ],
    [
      'an instance of the event where a form repeats',
      { cell: edit('redcap_repeat_instrument', 'imaging', '') },
      [PHOTO, SIG, REPORT],
      ['2: form imaging repeats by itself now in event base_arm_1: 001 scan 1 s1.txt'],
    ],
    [
      'an event that the project does not have',
      { cell: edit('redcap_event_name', 'visit_', 'old_') },
      [PHOTO, SIG, SCAN_1, SCAN_3],
      ['1: the project has no event old_arm_1 any more: 001 report 2 r.docx'],
    ],
    [
      'an event that does not have the form',
      { cell: edit('redcap_event_name', 'visit_arm_1', 'late_arm_2') },
      [PHOTO, SIG, SCAN_1, SCAN_3],
      ['1: form visit is not in event late_arm_2 any more: 001 report 2 r.docx'],
    ],
    [
      'no event in a row',
      { cell: edit('redcap_event_name', 'visit_arm_1', ' ') },
      [PHOTO, SIG, SCAN_1, SCAN_3],
      ['1: the row names no event: 001 report 2 r.docx'],
    ],
    [
      'a form that the project does not have',
      { cell: edit('redcap_repeat_instrument', 'imaging', 'scans') },
      [PHOTO, SIG, REPORT],
      ['2: the row is of form scans, and scan is on form imaging now: 001 scan 1 s1.txt'],
    ],
    [
      'no record in a row',
      { cell: (column, text) => (column === 'record_id' && text === '001' ? '' : text) },
      [],
      ['5: the row names no record:  photo  a.jpg'],
    ],
  ])('%s: left out and counted', async (_what, written, files, why) => {
    const scanned = await listLater(study(), { written });
    expect([scanned.files, leftOut(scanned)]).toEqual([files, why]);
  });

  it('no repeat columns, where an export alone can show what repeats', async () => {
    const now = study({ rights: { design: false } });
    const scanned = await listLater(now, { written: { without: REPEATS } });
    expect([scanned.files, leftOut(scanned)]).toEqual([
      [PHOTO, SIG],
      [
        '2: the export shows an instance of form imaging in event base_arm_1: 001 scan  s1.txt',
        '1: the export shows an instance of event visit_arm_1: 001 report  r.docx',
      ],
    ]);
    expect((await listLater(now)).files).toEqual(ALL);
  });

  it('fields that today’s export leaves out, and values that it withholds', async () => {
    const hidden = await listLater(study({ rights: { hiddenFields: ['sig'] } }));
    expect(leftOut(hidden)).toEqual([
      '1: the export leaves sig out (export rights): 001 sig  s.png',
    ]);
    const now = study();
    now.project.putFile(photo, '[*DATA REMOVED*]');
    expect(leftOut(await listLater(now))).toEqual([
      '1: the export shows [*DATA REMOVED*] in its place: 001 photo  a.jpg',
    ]);
    // What was withheld then is listed if it is seen now.
    expect((await list(study(), await exportCsv(now))).files).toEqual(ALL);
  });

  it('a place that changed while the list was made', async () => {
    const changeAt: Given['changeAt'] = ({ field }) =>
      field === 'scan' ? 'form imaging does not repeat any more' : undefined;
    const scanned = await listLater(study(), {}, { changeAt });
    expect([scanned.files, leftOut(scanned)]).toEqual([
      [PHOTO, SIG, REPORT],
      ['2: form imaging does not repeat any more: 001 scan 1 s1.txt'],
    ]);
  });
});

describe('an export that cannot be used', () => {
  it.each<[string, Params, Written, RegExp]>([
    ['no record id', {}, { without: ['record_id'] }, /no column record_id, .*"All data"/],
    ['no event', {}, { without: ['redcap_event_name'] }, /no column redcap_event_name/],
    [
      'no file field',
      listParams('fields', ['record_id', 'age']),
      {},
      /no file field: none of its columns is photo, sig, scan or report\. Headers seen: "record_id", "redcap_event_name"/,
    ],
    [
      'labels of events',
      { rawOrLabel: 'label' },
      {},
      /"Base \(Arm 1: Arm 1\)" \(line 2\).*raw data/,
    ],
    [
      'labels of forms',
      {},
      { cell: (column, text) => (column === REPEATS[0] && text !== '' ? 'Imaging' : text) },
      /"Imaging" \(line 3\) is no unique name of a form/,
    ],
    ['one line a value', { type: 'eav' }, {}, /one line a value .*type=flat/],
  ])('%s', async (_what, params, written, message) => {
    const failure = listLater(study(), { params, written });
    await expect(failure).rejects.toThrow(RefusedError);
    await expect(failure).rejects.toThrow(message);
  });

  it.each<[string, string, RegExp]>([
    ['labels', '"Record ID","Event Name",Photo,Complete?\n', /labels for headers \("Event Name"\)/],
    ['labels without any of REDCap’s own', 'Record ID,Age,Photo\n', /labels for headers \("Record/],
    [
      'a label in an otherwise raw header',
      'record_id,Event Name,photo\n',
      /labels for headers \("Event Name"\), .*field names for headers/,
    ],
    [
      'a ragged row',
      'record_id,redcap_event_name,photo\n001,base_arm_1\n',
      /line 2: .*has 2 cells/,
    ],
    [
      'a column twice',
      'record_id,redcap_event_name,photo,photo\n',
      /column photo twice, as .*3 and 4/,
    ],
    ['another project', 'study_id,redcap_event_name,photo\n', /no column record_id/],
    [
      'a manifest',
      'record,field,event\n1,photo,base_arm_1\n',
      /is a list of files, one a row, and no data export: give it to redcap-sweep check/,
    ],
  ])('%s', async (_what, csv, message) => {
    await expect(list(study(), csv)).rejects.toThrow(message);
  });

  it('a token that sees hashed names', async () => {
    const failure = listLater(study({ rights: { hashedRecords: true } }));
    await expect(failure).rejects.toThrow(/de-identified export rights/);
  });
});
