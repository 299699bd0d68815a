import { describe, expect, it } from 'vitest';
import { exportAnswerOf } from '../../src/cli/server.ts';
import { RefusedError } from '../../src/errors.ts';
import { readModel } from '../../src/project/read-model.ts';
import { scanProject, type Scanned, type ScanScope } from '../../src/project/scan.ts';
import type { ProjectModel } from '../../src/project/model.ts';
import type { ExportAnswer, ExportAny } from '../../src/project/export-lists.ts';
import type { ExportRow } from '../../src/rows/look.ts';
import type { Reader } from '../../src/rows/server.ts';
import { createSandbox } from '../../src/sandbox/handler.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { makeStudy } from '../sandbox/ask.ts';
import { makeClassicModel, readSandbox, readScripted } from './builders.ts';

const exportBy =
  (reader: Reader): ExportAny =>
  async (query) =>
    exportAnswerOf(await reader.exportRecords(query));

type Query = Parameters<ExportAny>[0];
const PAGE: ExportAnswer = { kind: 'unreadable', message: 'a page', shorterMayDo: true };
const BODYLESS: ExportAnswer = { kind: 'bodyless' };

interface Scan extends Scanned {
  readonly files: readonly (readonly string[])[];
  readonly progress: readonly number[];
}

async function scan(
  model: ProjectModel,
  exportRecords: ExportAny,
  scope: Partial<ScanScope> = {},
): Promise<Scan> {
  const files: (readonly string[])[] = [];
  const progress: number[] = [];
  const scanned = await scanProject(
    model,
    {
      fields: Object.keys(model.fileFields),
      events: undefined,
      records: undefined,
      filter: undefined,
      ...scope,
    },
    {
      exportRecords,
      begin: () => Promise.resolve(),
      onRows: (rows) => {
        files.push(...rows);
        return Promise.resolve();
      },
      onRecords: () => undefined,
      onProgress: (done) => progress.push(done),
    },
  );
  return { ...scanned, files, progress };
}

/** Scans a sandbox with records 1 and 2 of the small study. */
async function scanStudy(
  scope: Partial<ScanScope> = {},
  options: SandboxOptions = {},
): Promise<Scan> {
  const project = makeStudy();
  for (const id of ['001', 'B 2']) project.removeRecord(id);
  project.addRecord({
    id: '1',
    rows: [
      { event: 'base_arm_1', values: { age: '17', photo: '-999' }, files: { sig: 's.png' } },
      { event: 'base_arm_1', instance: 2, files: { scan: 'two, "2".dcm' } },
      { event: 'visit_arm_1', instance: 3, files: { report: '3.docx' } },
    ],
  });
  project.addRecord({
    id: '2',
    rows: [
      { event: 'base_arm_1', values: { age: '44' } },
      { event: 'late_arm_2', files: { photo: 'p.jpg' } },
    ],
  });
  const reader = readSandbox(createSandbox({ project, ...options }));
  return scan(await readModel(reader), exportBy(reader), scope);
}

const SIG = ['1', 'sig', 'base_arm_1', '', 's.png', 'files', 'yes'];
const SCAN = ['1', 'scan', 'base_arm_1', '2', 'two, "2".dcm', 'imaging', 'no'];
const REPORT = ['1', 'report', 'visit_arm_1', '3', '3.docx', 'visit', 'no'];
const PHOTO = ['2', 'photo', 'late_arm_2', '', 'p.jpg', 'files', 'no'];

describe('against the sandbox', () => {
  it('lists every file, in the order of records, and no missing-data code', async () => {
    expect(await scanStudy()).toEqual({
      files: [SIG, SCAN, REPORT, PHOTO],
      missing: [],
      leftOut: [],
      progress: [2],
    });
  });

  it.each<[string, Partial<ScanScope>, string[][]]>([
    ['fields', { fields: ['photo', 'scan'] }, [SCAN, PHOTO]],
    ['events', { events: ['visit_arm_1', 'late_arm_2'] }, [REPORT, PHOTO]],
    ['records', { records: ['2'] }, [PHOTO]],
    ['logic', { filter: "[age] < 18 and [age] <> ''" }, [SIG, SCAN, REPORT]],
    ['logic and records', { filter: "[age] < 18 and [age] <> ''", records: ['2'] }, []],
  ])('%s', async (_what, scope, files) => {
    expect((await scanStudy(scope)).files).toEqual(files);
  });

  it('names the records it was asked for that are not there', async () => {
    const { files, missing } = await scanStudy({ records: ['2', '9', '2b'] });
    expect([files, missing]).toEqual([[PHOTO], ['9', '2b']]);
  });

  it.each([
    ['document', ''],
    ['id', ''],
    ['name', 'p.jpg'],
  ] as const)(
    'leaves the name blank where the server does not tell it: %s',
    async (shown, name) => {
      const { files } = await scanStudy({ records: ['2'] }, { fileNames: shown });
      expect(files).toEqual([PHOTO.with(4, name)]);
    },
  );

  it('names the fields that the export leaves out', async () => {
    const { files, leftOut } = await scanStudy({}, { rights: { hiddenFields: ['sig', 'report'] } });
    expect([files, leftOut]).toEqual([
      [SCAN, PHOTO],
      ['sig', 'report'],
    ]);
  });

  it('cannot list by record with hashed names', async () => {
    await expect(scanStudy({}, { rights: { hashedRecords: true } })).rejects.toThrow(
      /de-identified export rights/,
    );
  });

  it('cannot list records without their names', async () => {
    const model = makeClassicModel();
    const failure = scan(model, () =>
      Promise.resolve({ kind: 'rows', rows: [{ photo: 'a.pdf' }] }),
    );
    await expect(failure).rejects.toThrow(
      /list of records has rows without the record ID \(record_id\): .* \(de-identified export rights\)/,
    );
  });

  it('reads records in batches of a hundred', async () => {
    const sandbox = createSandbox({ kind: 'classic', records: 250 });
    const reader = readSandbox(sandbox);
    const model = await readModel(reader);
    const before = sandbox.ledger.entries.length;
    const { files, progress } = await scan(model, exportBy(reader));
    expect([progress, sandbox.ledger.entries.length - before]).toEqual([[100, 200, 250], 4]);
    const stored = [...sandbox.project.files()].map(({ target, fileName }) => [
      target.record,
      target.field,
      target.event,
      target.instance,
      fileName,
    ]);
    const sorted = (lists: readonly (readonly string[])[]) =>
      lists.map((list) => list.join(' | ')).toSorted((a, b) => (a < b ? -1 : 1));
    expect(sorted(files.map((file) => file.slice(0, 5)))).toEqual(sorted(stored));
  });
});

describe('answers that lack something', () => {
  const MODEL = makeClassicModel({
    repeats: { kind: 'none' },
    fileFields: { photo: { form: 'files', signature: false } },
  });
  const row = (record: string): ExportRow => ({ record_id: record, photo: `${record}.jpg` });
  const rows = (...records: readonly string[]): ExportAnswer => ({
    kind: 'rows',
    rows: records.map(row),
  });
  const script = (...answers: readonly ExportAnswer[]) => {
    const queries: Query[] = [];
    return {
      queries,
      exportRecords: (query: Query) => {
        const answer = answers[queries.push(query) - 1];
        if (answer === undefined) throw new Error('asked once too often');
        return Promise.resolve(answer);
      },
    };
  };
  const recordsOf = ({ files }: Scan): (string | undefined)[] => files.map(([record]) => record);

  it('asks once more for a record that is missing from a batch', async () => {
    const { queries, exportRecords } = script(rows('1', '2'), rows('1'), rows('2'));
    expect(recordsOf(await scan(MODEL, exportRecords))).toEqual(['1', '2']);
    expect(queries.map(({ records }) => records)).toEqual([undefined, ['1', '2'], ['2']]);
  });

  it('is no list where a record that the project named does not come at all', async () => {
    const { exportRecords } = script(rows('1', '2'), rows('1'), rows());
    await expect(scan(MODEL, exportRecords)).rejects.toThrow(/2.*The scan is not complete/);
  });

  it('asks once more for records of a file that do not come', async () => {
    const { exportRecords } = script(rows('1'), rows('2'), rows('1', '2'));
    const done = await scan(MODEL, exportRecords, { records: ['1', '2'] });
    expect([recordsOf(done), done.missing]).toEqual([['1', '2'], []]);
  });

  it('asks again after an answer without a body', async () => {
    const { exportRecords } = script(rows('1'), BODYLESS, rows('1'));
    expect(recordsOf(await scan(MODEL, exportRecords))).toEqual(['1']);
  });

  it('asks for the halves of a list that the server fails on', async () => {
    const { exportRecords } = script(rows('1', '2', '3'), PAGE, rows('1', '2'), rows('3'));
    expect(recordsOf(await scan(MODEL, exportRecords))).toEqual(['1', '2', '3']);
  });

  it.each<[string, readonly ExportAnswer[], RegExp]>([
    ['twice without a body', [BODYLESS, BODYLESS], /list of records/],
    ['twice without a body, later', [rows('1'), BODYLESS, BODYLESS], /fails on this record.*: 1 /],
    ['a page for ever', [rows('1', '2'), PAGE, PAGE, PAGE], /cannot be used: a page/],
    ['a bad record', [rows('1', '2'), PAGE, rows('1'), PAGE], /fails on this record.*: 2 /],
  ])('%s: refused', async (_what, answers, message) => {
    const failure = scan(MODEL, script(...answers).exportRecords);
    await expect(failure).rejects.toThrow(RefusedError);
    await expect(failure).rejects.toThrow(message);
  });

  it.each<[string, readonly [number, unknown], RegExp]>([
    ['a refusal', [403, { error: 'no API Export' }], /no API Export/],
    ['a page', [200, '<html><title>Log in</title></html>'], /Log in/],
    ['a server fault', [500, ''], /HTTP 500/],
  ])('%s: refused', async (_what, record, message) => {
    const reader = readScripted({ record });
    await expect(scan(MODEL, exportBy(reader))).rejects.toThrow(message);
  });

  it('finds an empty project empty', async () => {
    expect(await scan(MODEL, script(rows()).exportRecords)).toEqual({
      files: [],
      missing: [],
      leftOut: [],
      progress: [],
    });
  });
});
