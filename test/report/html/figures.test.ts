import { describe, expect, it } from 'vitest';
import type { RowReport } from '../../../src/report/row-report.ts';
import { stateTotals, STATES } from '../../../src/report/html/states.ts';
import { MOST_ROWS, type RowList } from '../../../src/report/html/row-list.ts';
import { buildRow, emptyTotals, figuresOf, START_MS, unsent } from './build.ts';
import { failingRows } from './scenes.ts';

/** The rows that a list keeps, by their numbers. */
function rowsOf(list: RowList): unknown[] {
  return list.rows.map((row) => (JSON.parse(row) as unknown[])[0]);
}

const CHECK = { header: { kind: 'check' } } as const;

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
    const figures = figuresOf(
      [
        buildRow(1, { outcome: planned, report: { seen: 'a.pdf', signature: true } }),
        buildRow(2, { outcome: planned, report: { seen: true } }),
        buildRow(3, { outcome: planned, report: { seen: undefined } }),
        buildRow(4, { outcome: planned, row: { expectFilename: 'b.pdf' } }),
        buildRow(5, { outcome: unsent('not_attempted', 'nothing_to_delete') }),
        buildRow(6, { outcome: unsent('invalid', 'unknown_field') }),
      ],
      CHECK,
    );
    expect(figures.counts).toMatchObject({
      wouldDelete: 4,
      nothingToDelete: 1,
      unconfirmed: 1,
      unnamed: 1,
      guarded: 1,
      signatures: 1,
    });
    expect(rowsOf(figures.filesToDelete)).toEqual([1, 2, 3, 4]);
    expect(rowsOf(figures.needsAttention)).toEqual([6]);
    expect(figures.allRows.total).toBe(0);
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

  it('keeps the first 20,000 rows, those that need attention first', () => {
    const failed = { status: 'failed', code: 'http_400' };
    const newFile = { code: 'new_file', message: 'another one' };
    const rows = function* (): Iterable<RowReport> {
      for (let row = 1; row <= 50_000; row++) {
        const outcome = row % 5 === 0 ? failed : row % 7 === 0 ? newFile : {};
        yield buildRow(row, { outcome });
      }
    };
    const { allRows } = figuresOf(rows());
    const by = (keeps: (row: number) => boolean): number[] =>
      Array.from({ length: 50_000 }, (_, at) => at + 1).filter(keeps);
    const urgent = by((row) => row % 5 === 0);
    const minor = by((row) => row % 5 !== 0 && row % 7 === 0);
    const others = by((row) => row % 5 !== 0 && row % 7 !== 0);
    expect(rowsOf(allRows)).toEqual([...urgent, ...minor, ...others].slice(0, MOST_ROWS));
    expect(allRows.total).toBe(50_000);
    expect(allRows.urgencies).toEqual([urgent.length, minor.length, others.length]);
  });

  it('gives way to the urgent alone once the list is full of what is worth a look', () => {
    const rows = function* (): Iterable<RowReport> {
      for (let row = 1; row <= MOST_ROWS + 10; row++)
        yield buildRow(row, { outcome: { code: 'new_file' } });
      yield buildRow(MOST_ROWS + 11, { outcome: { status: 'failed', code: 'http_400' } });
      yield buildRow(MOST_ROWS + 12);
    };
    const kept = rowsOf(figuresOf(rows()).allRows);
    expect(kept).toHaveLength(MOST_ROWS);
    expect(kept.slice(0, 2)).toEqual([MOST_ROWS + 11, 1]);
    expect(kept.at(-1)).toBe(MOST_ROWS - 1);
  });

  it('counts the participants of the files, each once', () => {
    const planned = unsent('not_attempted', 'would_delete');
    const of = (row: number, record: string, outcome = planned): RowReport =>
      buildRow(row, { row: { record }, outcome });
    const rows = [
      of(1, 'a'),
      of(2, 'b'),
      of(3, 'a'),
      of(4, 'A'),
      of(5, 'c', unsent('invalid', '')),
    ];
    expect(figuresOf(rows, CHECK).counts.records).toBe(3);
    expect(figuresOf(rows, { header: { project: null } }).counts.records).toBe(2);
    expect(figuresOf([buildRow(1), buildRow(2), of(3, 'x')]).counts.records).toBe(3);
  });

  it('stays bounded whatever a manifest holds', () => {
    const { byField, byEvent, causes, allRows } = figuresOf(
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
    expect(allRows.rows.every((row) => row.length < 1200)).toBe(true);
    expect(allRows.cut).toBe(true);
    expect(JSON.stringify(causes).length).toBeLessThan(100_000);
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
