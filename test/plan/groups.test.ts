import { describe, expect, it } from 'vitest';
import { InterruptedError } from '../../src/errors.ts';
import type { PlanLine } from '../../src/rows/plan-line.ts';
import { LookFailed } from '../../src/plan/make-plan.ts';
import type { LookedBatch } from '../../src/rows/look.ts';
import type { Target } from '../../src/rows/target.ts';
import { makeClassicModel } from '../project/builders.ts';
import { briefly, messageOf, planOf } from './plan-of.ts';

const MODEL = makeClassicModel({ repeats: { kind: 'none' } });

/** Every file is there, named after its record. */
const allThere = (targets: readonly Target[]): LookedBatch => ({
  kind: 'looked',
  looks: targets.map(({ record }) => ({ kind: 'there', mark: record, name: record })),
  rowsOf: () => [],
  blind: false,
});
const csv = (lines: readonly string[]): string => `record,field\n${lines.join('\n')}\n`;
const records = (from: number, to: number, field = 'photo'): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `r${from + at},${field}`);

describe('looks', () => {
  it('are taken for about a hundred records at once', async () => {
    const { looks } = await planOf(csv(records(1, 250)), MODEL, allThere);
    expect(looks.map((one) => one.length)).toEqual([100, 100, 50]);
  });

  it('take all rows of a record together, however many records came before', async () => {
    const lines = records(1, 150).flatMap((line) => [line, line.replace('photo', 'sig')]);
    const { looks } = await planOf(csv(lines), MODEL, allThere);
    expect(looks.map((one) => one.length)).toEqual([200, 100]);
  });

  it('ask for no more fields than a form may hold', async () => {
    const fields = Array.from({ length: 700 }, (_, at) => `f${at}`);
    const model = {
      ...MODEL,
      fileFields: Object.fromEntries(fields.map((f) => [f, { form: 'files', signature: false }])),
    };
    const { looks } = await planOf(csv(fields.map((f) => `1,${f}`)), model, allThere);
    expect(looks.map((one) => one.length)).toEqual([300, 300, 100]);
  });

  it('are not taken for invalid rows and duplicates', async () => {
    const lines = ['1,photo', '1,photo', '2,nofield', ',photo', '2,photo', '3,sig'];
    const { looks, rows } = await planOf(csv(lines), MODEL, allThere);
    expect(looks).toEqual([
      ['1', '2', '3'].map((record) => ({
        record,
        field: record === '3' ? 'sig' : 'photo',
        event: '',
        instance: '',
      })),
    ]);
    expect(rows.map(({ verdict }) => verdict.kind)).toEqual([
      'delete',
      'duplicate',
      'invalid',
      'invalid',
      'delete',
      'delete',
    ]);
  });

  it('are not taken at all where no row is valid', async () => {
    const { looks } = await planOf(csv(['1,nofield', ',photo']), MODEL, allThere);
    expect(looks).toEqual([]);
  });

  it('stay with their rows when a later one ends first', async () => {
    let first = true;
    const slowFirst = async (targets: readonly Target[]): Promise<LookedBatch> => {
      if (first) {
        first = false;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return allThere(targets);
    };
    const { rows } = await planOf(csv(records(1, 450)), MODEL, slowFirst, { concurrency: 4 });
    expect(rows.map(({ row }) => row.row)).toEqual(rows.map((_, at) => at + 1));
    expect(
      rows.every(({ row, verdict }) => verdict.kind === 'delete' && verdict.seen === row.record),
    ).toBe(true);
  });

  it.each<[string, LookedBatch, Error]>([
    [
      'cannot be read',
      { kind: 'unreadable', message: 'a page' },
      new LookFailed({ kind: 'unreadable', message: 'a page' }),
    ],
    ['a stop', { kind: 'stopped' }, new InterruptedError()],
  ])('end the plan: %s', async (_what, batch, expected) => {
    const failure = await planOf(csv(records(1, 250)), MODEL, () => batch).catch(
      (thrown: unknown) => thrown,
    );
    expect(failure).toEqual(expected);
    expect(failure).toBeInstanceOf(expected.constructor);
  });
});

describe('an approved check', () => {
  const lines: PlanLine[] = records(1, 250).map((_, at) => ({
    row: at + 1,
    plan: 'delete',
    seen: `r${at + 1}`,
  }));

  it('is compared with each row in its turn, over all looks', async () => {
    const approved = lines.with(120, { row: 121, plan: 'delete', seen: 'was another' });
    const planned = await planOf(csv(records(1, 250)), MODEL, allThere, { approved });
    expect(briefly(planned).filter((line) => !line.endsWith(' delete'))).toEqual([
      '121 guard_mismatch changed_since_check',
    ]);
    expect(messageOf(planned, 121)).toBe(
      'changed since the check: it saw file was another, now there is file r121',
    );
    expect(planned.totals).toMatchObject({ delete: 249, guard_mismatch: 1, changed: 1 });
  });

  it('covers no row that it does not name', async () => {
    const planned = await planOf(csv(records(1, 3)), MODEL, allThere, {
      approved: [lines[0], lines[2]].filter((line) => line !== undefined),
    });
    expect(briefly(planned)).toEqual([
      '1 delete',
      '2 guard_mismatch changed_since_check',
      '3 delete',
    ]);
  });
});
