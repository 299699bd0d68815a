import { expect, it } from 'vitest';
import { countPlans, type PlanTotals } from '../../src/plan/totals.ts';
import type { Verdict } from '../../src/plan/verdict.ts';
import type { ProjectModel } from '../../src/project/model.ts';
import { manifestOf } from '../manifest/manifest-of.ts';
import { makeModel, makeTarget } from '../project/builders.ts';

type Counted = readonly [field: string, verdict: Verdict, record?: string];

async function total(...counted: readonly Counted[]): Promise<PlanTotals> {
  return totalOf(makeModel(), counted);
}

async function totalOf(
  model: ProjectModel | null,
  counted: readonly Counted[],
): Promise<PlanTotals> {
  const { rows } = await manifestOf(
    `record,field,expect_sha256\n${counted.map(([field, , record]) => `${record ?? '1'},${field},\n`).join('')}`,
  );
  const { totals, add } = countPlans(model);
  rows.forEach((row, at) => {
    const verdict = counted[at]?.[1];
    if (verdict !== undefined) add({ row, verdict });
  });
  return totals;
}

const target = makeTarget('1', 'photo');
const toDelete: Verdict = { kind: 'delete', target, seen: 'a.pdf', signature: false };
const empty: Verdict = { kind: 'already_empty', target };
const another: Verdict = { kind: 'guard_mismatch', code: 'guard_filename', message: '', seen: 'b' };

it('counts fields with a file apart from fields without any', async () => {
  const { byField } = await total(
    ['photo', toDelete],
    ['photo', empty],
    ['sig', empty],
    ['scan', empty],
    ['scan', another],
  );
  expect(byField).toEqual({
    photo: { delete: 1, signature: false, present: 1 },
    sig: { delete: 0, signature: true, present: 0 },
    scan: { delete: 0, signature: false, present: 1 },
  });
});

it('counts a field whose name JavaScript has a meaning for', async () => {
  const { byField } = await total(['constructor', toDelete]);
  expect(Object.entries(byField)).toEqual([
    ['constructor', { delete: 1, signature: false, present: 1 }],
  ]);
});

it('counts what changed apart from other mismatches', async () => {
  const changed: Verdict = { ...another, code: 'changed_since_check' };
  const totals = await total(['photo', another], ['photo', changed], ['sig', toDelete]);
  expect([totals.guard_mismatch, totals.changed, totals.delete]).toEqual([2, 1, 1]);
});

it('counts the records of which a file is to be deleted, each once, wherever they stand', async () => {
  const { delete: files, records } = await total(
    ['photo', toDelete, '1'],
    ['scan', toDelete, '1'],
    ['photo', toDelete, '2'],
    ['sig', toDelete, '1'],
    ['photo', empty, '3'],
    ['photo', another, '4'],
    ['photo', toDelete, '01'],
    ['photo', toDelete, 'a'],
    ['photo', toDelete, 'A'],
  );
  expect([files, records]).toEqual([7, 5]);
});

it('takes records that differ in case or outer white space for one where nobody looked', async () => {
  const named: Counted[] = ['a', 'A', 'a ', 'b'].map((record) => ['photo', toDelete, record]);
  expect((await totalOf(null, named)).records).toBe(2);
  expect((await totalOf(makeModel(), named)).records).toBe(4);
});
