import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/rows/target.ts';
import type { ExportAnswer } from '../../src/project/export-lists.ts';
import { lookAt } from '../../src/project/look.ts';
import type { LookedBatch } from '../../src/rows/look.ts';
import type { ExportRow, Look } from '../../src/rows/look.ts';
import { makeClassicModel, makeTarget } from './builders.ts';

const MODEL = makeClassicModel({ repeats: { kind: 'none' } });
const BODYLESS = 'the server answered without a body, twice';
const BODYLESS_LOOK: Look = { kind: 'nothing', why: BODYLESS };
const GONE: Look = { kind: 'gone' };

const rows = (...records: readonly string[]): ExportAnswer => ({
  kind: 'rows',
  rows: records.map((record): ExportRow => ({ record_id: record, photo: '' })),
});
const photos = (...records: readonly string[]): Target[] =>
  records.map((record) => makeTarget(record, 'photo'));
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => String(from + at));

/** Looks with these answers in their order; gives the looks and what was asked for. */
async function look(
  targets: readonly Target[],
  ...answers: readonly ExportAnswer[]
): Promise<{ batch: LookedBatch; asked: readonly (readonly string[])[] }> {
  const asked: (readonly string[])[] = [];
  const batch = await lookAt(
    ({ records, fields }) => {
      expect(fields).toEqual(['record_id', 'photo']);
      const answer = answers[asked.push(records) - 1];
      if (answer === undefined) throw new Error(`asked for ${String(records)} once too often`);
      return Promise.resolve(answer);
    },
    MODEL,
    targets,
  );
  return { batch, asked };
}

function looksOf(batch: LookedBatch): readonly Look[] {
  if (batch.kind !== 'looked') throw new Error(`the batch is ${batch.kind}`);
  return batch.looks;
}

it('asks for each record and each field once', async () => {
  const targets = [...photos('1', '2'), ...photos('1')];
  const { batch, asked } = await look(targets, rows('1', '2'));
  expect(asked).toEqual([['1', '2']]);
  expect(looksOf(batch)).toEqual([GONE, GONE, GONE]);
});

it('gives the rows of each record to whoever needs more than one look', async () => {
  const { batch } = await look(photos('1', '2'), rows('2', '1', '2'));
  expect(batch.kind === 'looked' && batch.rowsOf('2')).toHaveLength(2);
  expect(batch.kind === 'looked' && batch.rowsOf('3')).toEqual([]);
});

describe('records that are missing from a list', () => {
  it('are asked for once more, in smaller batches', async () => {
    const all = numbers(1, 100);
    const { batch, asked } = await look(
      photos(...all),
      rows(...numbers(1, 30)),
      rows(...numbers(31, 55)),
      rows(...numbers(56, 80)),
      rows(...numbers(81, 99)),
    );
    expect(asked.map((records) => records.length)).toEqual([100, 25, 25, 20]);
    expect(looksOf(batch).slice(0, 99)).toEqual(numbers(1, 99).map(() => GONE));
    expect(looksOf(batch)[99]).toEqual({ kind: 'no_record' });
  });

  it.each([
    [2, [2, 1, 1]],
    [3, [3, 2, 1]],
    [1, [1, 1]],
  ])('of a batch of %i: %j', async (size, sizes) => {
    const records = numbers(1, size);
    const { batch, asked } = await look(
      photos(...records),
      rows(),
      ...sizes.slice(1).map(() => rows()),
    );
    expect(asked.map((one) => one.length)).toEqual(sizes);
    expect(looksOf(batch)).toEqual(records.map(() => ({ kind: 'no_record' })));
  });

  it('an empty list is no proof either', async () => {
    const { batch } = await look(photos('1', '2'), rows(), rows('1'), rows());
    expect(looksOf(batch)).toEqual([GONE, { kind: 'no_record' }]);
  });

  it('are not missing where they come the second time', async () => {
    const { batch } = await look(photos('1', '2'), rows('1'), rows('2'));
    expect(looksOf(batch)).toEqual([GONE, GONE]);
  });

  it.each([
    ['P-1', 'p-1'],
    ['Site B 1', 'Site  B 1'],
    ['1', '001'],
  ])('%j is named beside %j', async (stored, wanted) => {
    const { batch } = await look(photos(wanted), rows(stored), rows(stored));
    expect(looksOf(batch)).toEqual([{ kind: 'no_record', near: stored }]);
  });

  it('are compared exactly', async () => {
    const { batch } = await look(photos('P-1', 'p-1'), rows('P-1'), rows('P-1'));
    expect(looksOf(batch)).toEqual([GONE, { kind: 'no_record', near: 'P-1' }]);
  });
});

describe('an answer without a body', () => {
  it('is asked for again, and the second counts', async () => {
    const { batch, asked } = await look(photos('1'), { kind: 'bodyless' }, rows('1'));
    expect(asked).toEqual([['1'], ['1']]);
    expect(looksOf(batch)).toEqual([GONE]);
  });

  it('says nothing of a record that has come so twice, alone', async () => {
    const { batch, asked } = await look(photos('1'), { kind: 'bodyless' }, { kind: 'bodyless' });
    expect(asked).toHaveLength(2);
    expect(batch).toMatchObject({ looks: [BODYLESS_LOOK], blind: false });
  });

  it('is of its list: the halves may come', async () => {
    const { batch, asked } = await look(
      photos('1', '2', '3'),
      { kind: 'bodyless' },
      { kind: 'bodyless' },
      rows('1', '2'),
      { kind: 'bodyless' },
    );
    expect(asked).toEqual([['1', '2', '3'], ['1', '2', '3'], ['1', '2'], ['3']]);
    expect(looksOf(batch)).toEqual([GONE, GONE, BODYLESS_LOOK]);
  });

  it('says nothing of the records that were asked for again alone', async () => {
    const { batch } = await look(
      photos('1', '2'),
      rows('1'),
      { kind: 'bodyless' },
      { kind: 'bodyless' },
    );
    expect(looksOf(batch)).toEqual([GONE, BODYLESS_LOOK]);
  });
});

describe('a list of strangers (hashed record ids)', () => {
  const why =
    'the export lists other record names than the ones asked for (de-identified export rights)';

  it('says nothing, and the batch is blind', async () => {
    const { batch, asked } = await look(photos('1', '2'), rows('c0ffee', 'decade'));
    expect(asked).toHaveLength(1);
    expect(batch).toMatchObject({
      looks: [
        { kind: 'nothing', why },
        { kind: 'nothing', why },
      ],
      blind: true,
    });
  });

  it('is no such list where a near one is on it', async () => {
    const { batch } = await look(photos('p-1', '2'), rows('P-1'), rows('P-1'), rows());
    expect(batch).toMatchObject({
      looks: [{ kind: 'no_record', near: 'P-1' }, { kind: 'no_record' }],
      blind: false,
    });
  });

  it('is no such list when it comes in asking again: there the record is missing', async () => {
    const { batch } = await look(photos('1', '2'), rows('1'), rows('c0ffee'));
    expect(batch).toMatchObject({ looks: [GONE, { kind: 'no_record' }], blind: false });
  });

  it('is no such list where nothing came first and strangers came then', async () => {
    const { batch } = await look(photos('1'), rows(), rows('c0ffee'));
    expect(batch).toMatchObject({ looks: [{ kind: 'no_record' }], blind: false });
  });
});

describe('a look that cannot be read', () => {
  const UNREADABLE: ExportAnswer = { kind: 'unreadable', message: 'no right', status: 403 };
  const FAULT: ExportAnswer = { kind: 'unreadable', message: 'x', status: 500, shorterMayDo: true };

  it.each<[string, readonly ExportAnswer[], LookedBatch]>([
    ['at first', [UNREADABLE], UNREADABLE],
    ['after an answer without a body', [{ kind: 'bodyless' }, UNREADABLE], UNREADABLE],
    ['in asking again', [rows('1'), UNREADABLE], UNREADABLE],
    ['in a half', [FAULT, UNREADABLE], UNREADABLE],
    ['a stop', [{ kind: 'stopped' }], { kind: 'stopped' }],
    ['a stop in a half', [FAULT, { kind: 'stopped' }], { kind: 'stopped' }],
    ['a stop in asking again', [rows('1'), { kind: 'stopped' }], { kind: 'stopped' }],
  ])('%s', async (_what, answers, batch) => {
    expect((await look(photos('1', '2'), ...answers)).batch).toEqual(batch);
  });
});

it('says nothing of a record that the server fails on alone, and why', async () => {
  const fault: ExportAnswer = {
    kind: 'unreadable',
    message: 'HTTP 500',
    status: 500,
    shorterMayDo: true,
  };
  const { batch, asked } = await look(photos('1', '2', '3'), fault, rows('1'), fault, rows());
  expect(asked).toEqual([['1', '2', '3'], ['1', '2'], ['3'], ['2']]);
  expect(looksOf(batch)).toEqual([
    GONE,
    { kind: 'no_record' },
    { kind: 'nothing', why: 'the list of this record alone fails: HTTP 500' },
  ]);
});

it('says nothing of a field that the whole answer leaves out', async () => {
  const bare: ExportAnswer = { kind: 'rows', rows: [{ record_id: '1' }, { record_id: '2' }] };
  const { batch } = await look(photos('1', '2'), bare);
  const why = 'the export leaves photo out (export rights)';
  expect(looksOf(batch)).toEqual([
    { kind: 'nothing', why },
    { kind: 'nothing', why },
  ]);
});
