import { describe, expect, it } from 'vitest';
import { gatherFigures, type HtmlFigures } from '../../../src/report/html/figures.ts';
import { stateTotals, STATES } from '../../../src/report/html/states.ts';
import type { RowReport } from '../../../src/report/row-report.ts';
import { buildRow, emptyTotals, START_MS, unsent } from './build.ts';
import { failingRows } from './scenes.ts';

function figuresOf(rows: Iterable<RowReport>): HtmlFigures {
  const aggregate = gatherFigures();
  for (const row of rows) aggregate.observe(row);
  return aggregate.figures();
}

describe('what is gathered from the rows', () => {
  it('counts each row once in every view of it', () => {
    const rows = failingRows(1800);
    const figures = figuresOf(rows);
    const totals = emptyTotals();
    for (const row of rows) totals[row.outcome.status] += 1;
    const states = stateTotals(totals, figures.counts);
    const all = (counts: readonly number[]): number => counts.reduce((sum, one) => sum + one, 0);

    expect(all(STATES.map((state) => states[state]))).toBe(1800);
    expect(all(Object.values(figures.reports))).toBe(1800);
    for (const { names, others } of [figures.byField, figures.byEvent]) {
      expect(all(names.map((one) => one.total))).toBe(1800);
      expect(others).toBeUndefined();
      for (const state of STATES) {
        expect(all(names.map((one) => one.counts[state] ?? 0))).toBe(states[state]);
      }
    }
    const sent = rows.filter((row) => row.outcome.finishedAt !== undefined).length;
    expect(all(figures.outcomesOverTime.slots.flatMap((slot) => slot.counts))).toBe(sent);
    expect(figures.latency.rows).toBe(sent);
    const requests = all(rows.map((row) => row.outcome.attempts));
    expect(figures.counts.requests).toBe(requests);
    expect(all(figures.requestsOverTime.slots.flatMap((slot) => slot.counts))).toBeCloseTo(
      requests,
      6,
    );
  });

  it('tells a check’s files apart by what nobody can know of them', () => {
    const planned = unsent('not_attempted', 'would_delete');
    const figures = figuresOf([
      buildRow(1, { outcome: planned, report: { seen: 'a.pdf', signature: true } }),
      buildRow(2, { outcome: planned, report: { seen: true } }),
      buildRow(3, { outcome: planned, report: { seen: undefined } }),
      buildRow(4, { outcome: planned, row: { expectFilename: 'b.pdf' } }),
      buildRow(5, { outcome: unsent('not_attempted', 'nothing_to_delete') }),
      buildRow(6, { outcome: unsent('invalid', 'unknown_field') }),
    ]);
    expect(figures.counts).toMatchObject({
      wouldDelete: 4,
      nothingToDelete: 1,
      unconfirmed: 1,
      unnamed: 1,
      guarded: 1,
      signatures: 1,
    });
    expect(figures.sample.map((row) => row.row)).toEqual([1, 2, 3, 4]);
    expect(figures.needsAttention).toMatchObject({ urgent: 1, minor: 1 });
    expect(figures.needsAttention.rows.map((row) => row.row)).toEqual([3, 6]);
    expect(figures.causes.causes.map(({ code, count }) => [code, count])).toEqual([
      ['would_delete', 1],
      ['unknown_field', 1],
    ]);
  });

  it('counts as verifiable what was sent and can have removed a file', () => {
    const figures = figuresOf([
      buildRow(1),
      buildRow(2, { outcome: { verified: '' } }),
      buildRow(3, { outcome: { status: 'unknown', code: 'timeout', verified: 'skipped' } }),
      buildRow(4, { outcome: { status: 'already_empty', verified: '' } }),
      buildRow(5, {
        outcome: { status: 'already_empty', verified: '' },
        report: { seen: undefined },
      }),
      buildRow(6, { outcome: { status: 'failed', code: 'http_403', verified: '' } }),
      buildRow(7, { outcome: { status: 'failed', code: 'still_present', verified: 'no' } }),
      buildRow(8, { outcome: unsent('already_empty', '') }),
    ]);
    expect(figures.verified).toEqual({ yes: 1, no: 1, skipped: 1, '': 2 });
  });

  it('counts what was deleted for good and what can be put back', () => {
    const figures = figuresOf([
      buildRow(1, { outcome: { file: { name: 'a', backup: 'backup/1' } } }),
      buildRow(2, {
        outcome: { file: { name: 'b', backup: 'backup/2' } },
        report: { signature: true },
      }),
      buildRow(3, { outcome: { message: 'a request whose answer was lost may have removed it' } }),
      buildRow(4, {
        outcome: { status: 'failed', code: 'http_400', file: { backup: 'backup/4' } },
      }),
    ]);
    expect(figures.counts).toMatchObject({ withBackup: 1, signatures: 1, remarks: 1 });
  });

  it('keeps the first 2,000 rows, those of error.csv before all others', () => {
    const newFile = { code: 'new_file', message: 'another one' };
    const failed = { status: 'failed', code: 'http_400' };
    const rows = Array.from({ length: 5000 }, (_, at) =>
      buildRow(at + 1, { outcome: at % 3 === 0 ? failed : newFile }),
    );
    const { needsAttention } = figuresOf(rows);
    expect(needsAttention).toMatchObject({ urgent: 1667, minor: 3333 });
    expect(needsAttention.rows).toHaveLength(2000);
    expect(needsAttention.rows.filter((row) => row.status === 'failed')).toHaveLength(1667);
    expect(needsAttention.rows.map((row) => row.row)).toEqual(
      needsAttention.rows.map((row) => row.row).toSorted((one, other) => one - other),
    );
  });

  it('stays bounded whatever a manifest holds', () => {
    const { byField, byEvent, causes, needsAttention } = figuresOf(
      Array.from({ length: 6000 }, (_, at) =>
        buildRow(at + 1, {
          row: {
            record: 'r'.repeat(5000),
            field: `f${at}`,
            event: `e${at}`,
            instance: '9'.repeat(900),
          },
          outcome: { status: 'failed', code: `http_${at}`, message: 'm'.repeat(9000) },
        }),
      ),
    );
    expect([byField.names.length, byField.others?.total]).toEqual([60, 5940]);
    expect([byEvent.names.length, byEvent.others?.total]).toEqual([60, 5940]);
    expect([causes.causes.length, causes.others]).toEqual([60, 5940]);
    expect(JSON.stringify([needsAttention, causes]).length).toBeLessThan(2_000_000);
  });

  it('takes times that run backwards and rows without any', () => {
    const figures = figuresOf([
      buildRow(1, { outcome: { startedAt: START_MS, finishedAt: START_MS - 5000 } }),
      buildRow(2, { outcome: { startedAt: undefined, finishedAt: undefined } }),
      buildRow(3, { outcome: { startedAt: START_MS, finishedAt: undefined, attempts: 1000 } }),
    ]);
    expect(figures.counts).toMatchObject({ requests: 1002 });
    expect(figures.latency).toMatchObject({ rows: 1, longestMs: 0 });
  });
});
