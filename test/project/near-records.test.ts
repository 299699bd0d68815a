import { describe, expect, it } from 'vitest';
import type { ExportAnswer } from '../../src/project/export-lists.ts';
import type { LookedBatch } from '../../src/rows/look.ts';
import type { Look } from '../../src/rows/look.ts';
import { nameNearRecords, otherSpellings } from '../../src/project/near.ts';
import { makeModel, makeTarget } from './builders.ts';

/** A blank or a mark that came along when a name was copied. */
const copied = (record: string): string[] => [`${record}\u00a0`, `${record}\u200b`];

it.each<[string, string[]]>([
  ['1', ['01', '001', '0001', '00001', '000001', '0000001', '00000001', ...copied('1')]],
  ['0012345', ['12345', '012345', '00012345', ...copied('0012345')]],
  ['123456789', ['0123456789', '00123456789', '000123456789', ...copied('123456789')]],
  [' P  1 ', ['P  1', 'P 1', 'P1', 'P\u00a0\u00a01', ...copied('P  1')]],
  ['P-1', copied('P-1')],
  ['0', ['00', '000', '0000', '00000', '000000', '0000000', '00000000', ...copied('0')]],
  ['1e+05', ['100000', '0100000', '00100000', '000100000', ...copied('1e+05')]],
  ['1.00E+05', ['100000', '0100000', '00100000', '000100000', ...copied('1.00E+05')]],
  ['12345678.0', ['12345678', '012345678', '0012345678', '00012345678', ...copied('12345678.0')]],
  ['é', ['e\u0301', ...copied('é')]],
  ['e\u0301', ['é', ...copied('é')]],
  ['\u200fP-1\u00a0', ['\u200fP-1', 'P-1', ...copied('P-1')]],
])('%j may be %j', (record, spellings) => {
  expect(otherSpellings(record)).toEqual(spellings);
});

const MISSING: Look = { kind: 'no_record' };
const batch = (...looks: readonly Look[]): LookedBatch => ({
  kind: 'looked',
  looks,
  rowsOf: () => [],
  blind: false,
});

async function name(records: readonly string[], looked: LookedBatch, ...answers: ExportAnswer[]) {
  const asked: (readonly string[])[] = [];
  const named = await nameNearRecords(
    (query) => {
      expect(query.fields).toEqual(['record_id']);
      const answer = answers[asked.push(query.records) - 1];
      if (answer === undefined) throw new Error('asked once too often');
      return Promise.resolve(answer);
    },
    makeModel(),
    records.map((record) => makeTarget(record, 'photo', 'base_arm_1')),
    looked,
  );
  return { named, asked };
}

const rows = (...records: readonly string[]): ExportAnswer => ({
  kind: 'rows',
  rows: records.map((record) => ({ record_id: record })),
});

describe('a record that is missing', () => {
  it('is named as the project has it', async () => {
    const looks = batch(MISSING, { kind: 'gone' }, MISSING, MISSING);
    const { named, asked } = await name(['1', '2', ' B ', '77'], looks, rows('001', 'b', '9'));
    expect(named).toMatchObject({
      looks: [
        { kind: 'no_record', near: '001' },
        { kind: 'gone' },
        { kind: 'no_record', near: 'b' },
        MISSING,
      ],
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]).not.toContain('2');
  });

  it('is not asked about where its name or its arms are known', async () => {
    const looks = batch({ kind: 'no_record', near: '001' }, { kind: 'no_record', arms: ['1'] });
    expect((await name(['1', '2'], looks)).named).toBe(looks);
  });

  it.each<[string, ExportAnswer]>([
    ['nothing', rows()],
    ['no body', { kind: 'bodyless' }],
    ['a page', { kind: 'unreadable', message: 'x' }],
    ['a stop', { kind: 'stopped' }],
  ])('stays nameless where the answer is %s', async (_what, answer) => {
    const looks = batch(MISSING);
    expect((await name(['1'], looks, answer)).named).toBe(looks);
  });

  it('is asked about with a few hundred names at once', async () => {
    const records = Array.from({ length: 100 }, (_, at) => String(at + 1));
    const looks = batch(...records.map(() => MISSING));
    const { named, asked } = await name(records, looks, rows('001'), rows(), rows('0100'));
    expect(asked.map((one) => one.length)).toEqual([400, 400, 8]);
    expect(named.kind === 'looked' && [named.looks[0], named.looks[99]]).toEqual([
      { kind: 'no_record', near: '001' },
      { kind: 'no_record', near: '0100' },
    ]);
  });
});

it('leaves a look that cannot be read alone', async () => {
  const looked: LookedBatch = { kind: 'unreadable', message: 'x' };
  expect((await name(['1'], looked)).named).toBe(looked);
});
