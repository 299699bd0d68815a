import { parse } from 'csv-parse/sync';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { namesIn } from './cli.ts';

export type Cells = Readonly<Record<string, string>>;
export type Line = Readonly<Record<string, unknown>>;

export interface SummaryFile {
  readonly rows: number;
  readonly totals: Readonly<Record<string, number>>;
  readonly sha256: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly exitCode: number;
  readonly directory: string;
  readonly stop: { readonly code: string } | null;
  readonly [more: string]: unknown;
}

/** A run directory as somebody finds it afterwards. */
export interface RunFiles {
  readonly directory: string;
  readonly success: readonly Cells[];
  readonly error: readonly Cells[];
  readonly unprocessed: readonly Cells[];
  /** All rows by their number. */
  readonly rows: ReadonlyMap<number, Cells>;
  readonly journal: readonly Line[];
  readonly summary: SummaryFile;
}

/** The one run below `reports`; what a kill left behind before it was born is none. */
export async function findRun(folder: string): Promise<string> {
  const all = await namesIn(join(folder, 'reports'));
  const names = all.filter((name) => !name.startsWith('.'));
  expect(names).toHaveLength(1);
  return join(folder, 'reports', names[0] ?? '');
}

const HOME: Readonly<Record<string, 'success' | 'error' | 'unprocessed'>> = {
  deleted: 'success',
  already_empty: 'success',
  failed: 'error',
  unknown: 'error',
  guard_mismatch: 'error',
  invalid: 'error',
  duplicate: 'unprocessed',
  not_attempted: 'unprocessed',
};

/**
 * Reads everything and holds it against the promise: every row stands once, in
 * the report of its state, in the manifest's order, and the summary adds up.
 */
export async function readRun(directory: string): Promise<RunFiles> {
  const read = (name: string): Promise<string> => readFile(join(directory, name), 'utf8');
  const csvs = {
    success: readCsv(await read('success.csv')),
    error: readCsv(await read('error.csv')),
    unprocessed: readCsv(await read('unprocessed.csv')),
  };
  const summary = JSON.parse(await read('summary.json')) as SummaryFile;
  const rows = new Map<number, Cells>();
  const totals = Object.fromEntries(Object.keys(HOME).map((status) => [status, 0]));
  for (const name of ['success', 'error', 'unprocessed'] as const) {
    const numbers = csvs[name].map((row) => Number(row['sweep_row']));
    expect(numbers, `${name}.csv is in manifest order`).toEqual(numbers.toSorted((a, b) => a - b));
    for (const row of csvs[name]) {
      const number = Number(row['sweep_row']);
      const status = row['sweep_status'] ?? '';
      expect(rows.has(number), `row ${number} stands twice`).toBe(false);
      expect(HOME[status], `row ${number} is ${status}`).toBe(name);
      rows.set(number, row);
      totals[status] = (totals[status] ?? 0) + 1;
    }
  }
  const numbers = Array.from({ length: summary.rows }, (_, at) => at + 1);
  expect([...rows.keys()].toSorted((a, b) => a - b)).toEqual(numbers);
  expect(summary.totals).toEqual(totals);
  return { directory, ...csvs, rows, summary, journal: await readLines(directory) };
}

export function readCsv(text: string): Cells[] {
  return parse(text, { columns: true, bom: false });
}

/** The journal's lines; a torn last one is left out, as it is read everywhere. */
export async function readLines(directory: string): Promise<Line[]> {
  const text = await readFile(join(directory, 'journal.ndjson'), 'utf8');
  const lines = text.split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Line);
}

/** Some columns of a row, for whole-value comparisons. */
export function pick(row: Cells | undefined, ...columns: readonly string[]): string[] {
  return columns.map((column) => row?.[`sweep_${column}`] ?? '(none)');
}

/** Status, code, attempts and verified of each row, in order. */
export function rowOutcomes(run: RunFiles): string[] {
  return [...run.rows.keys()]
    .toSorted((a, b) => a - b)
    .map((row) => pick(run.rows.get(row), 'status', 'code', 'attempts', 'verified').join(' '));
}
