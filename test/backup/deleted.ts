import { expect } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { openDesk, textFile, type Desk } from './fixture.ts';

export const A = textFile('a.txt', 'a');
export const B = textFile('b.txt', 'b');
export const C = textFile('c.txt', 'c');

/** Three files that a run backed up and deleted. */
export async function deleted(options: SandboxOptions = {}): Promise<Desk> {
  const desk = await openDesk(options);
  desk.store([A, B, C]);
  expect((await desk.run()).code).toBe(0);
  return desk;
}

/** Status and code by row, as restore.csv tells them. */
export function states(desk: Desk): string[] {
  return desk
    .rows('restore.csv')
    .map((row) => `${row['sweep_row']} ${row['status']} ${row['code']}`.trim());
}

export function imports(desk: Desk): number {
  return desk.sandbox.ledger.counts().import;
}

/** The one row of a report that has one. */
export function only(desk: Desk, report: string): Record<string, string> {
  const rows = desk.rows(report);
  expect(rows).toHaveLength(1);
  return rows[0] ?? {};
}
