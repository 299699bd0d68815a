import { expect, it } from 'vitest';
import { countPlanned, emptyTotals } from '../../src/plan/totals.ts';
import type { Verdict } from '../../src/plan/verdict.ts';
import { manifestOf } from '../manifest/manifest-of.ts';
import { makeModel, makeTarget } from '../project/builders.ts';

async function total(...counted: readonly (readonly [string, Verdict])[]) {
  const { rows } = await manifestOf(
    `record,field,expect_sha256\n${counted.map(([field]) => `1,${field},\n`).join('')}`,
  );
  const totals = emptyTotals();
  rows.forEach((row, at) => {
    const verdict = counted[at]?.[1];
    if (verdict !== undefined) countPlanned(totals, { row, verdict }, makeModel());
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
