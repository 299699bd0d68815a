import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { createReportLines, REPORT_COLUMNS } from '../../src/report/row-report.ts';
import { csvLine } from '../../src/files/csv-line.ts';
import type { RowReport } from '../../src/report/row-report.ts';
import { NEIGHBOURS } from '../run/neighbours.ts';

describe('csvLine', () => {
  it.each([
    [['a', 'b'], 'a,b\n'],
    [[''], '\n'],
    [['', ''], ',\n'],
    [['a,b', 'c'], '"a,b",c\n'],
    [['say "no"'], '"say ""no"""\n'],
    [['two\nlines', 'and\rmore'], '"two\nlines","and\rmore"\n'],
    [['\ufeffmark'], '"\ufeffmark"\n'],
    [[' kept '], ' kept \n'],
    [['=1+1'], '=1+1\n'],
  ])('%j', (cells, line) => {
    expect(csvLine(cells)).toBe(line);
  });

  it('is read back as it was', () => {
    const rows = [
      ['ü', '"', ',', '\r\n'],
      ['', ' ', "'", '\t'],
    ];
    expect(parse(rows.map((cells) => csvLine(cells)).join(''))).toEqual(rows);
  });
});

describe('a report line', () => {
  const reportLine = createReportLines();

  it('puts the manifest’s cells first, untouched, then a cell for each column', () => {
    const report = {
      row: { row: 3, line: 7, cells: [' =x', 'photo'] },
      outcome: {
        status: 'failed',
        code: 'http_400',
        httpStatus: 400,
        attempts: 2,
        effect: 'none',
        startedAt: Date.UTC(2026, 2, 3, 4, 5, 6, 7),
        finishedAt: undefined,
        verified: 'no',
      },
      message: '=SUM(A1)\nsecond line',
      file: { name: 'a.pdf', bytes: 0, sha256: 'ab', backup: 'backup/3' },
    } as unknown as RowReport;
    const [cells] = parse(reportLine(report));
    expect(cells).toEqual([
      ' =x',
      'photo',
      '3',
      '7',
      'failed',
      'http_400',
      '400',
      "'=SUM(A1) second line",
      '2',
      '2026-03-03T04:05:06.007Z',
      '',
      'no',
      'a.pdf',
      '0',
      'ab',
      'backup/3',
    ]);
    expect(cells).toHaveLength(2 + REPORT_COLUMNS.length);
  });

  it('tells whatever an outcome tells', () => {
    const time = (at: number | undefined): string =>
      at === undefined ? '' : new Date(at).toISOString();
    for (const outcome of NEIGHBOURS) {
      const { status, code, message, httpStatus, attempts, verified, file } = outcome;
      const [cells] = parse(
        reportLine({ row: { row: 2, line: 3, cells: ['r'] }, outcome, message, file } as never),
      );
      expect(cells).toEqual([
        'r',
        '2',
        '3',
        status,
        code,
        String(httpStatus ?? ''),
        message,
        String(attempts),
        time(outcome.startedAt),
        time(outcome.finishedAt),
        verified,
        ...[file?.name, file?.bytes, file?.sha256, file?.backup].map((fact) => String(fact ?? '')),
      ]);
    }
  });
});
