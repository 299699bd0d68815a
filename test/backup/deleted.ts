import { expect } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { openFixture, textFile, type Fixture } from './fixture.ts';

export const A = textFile('a.txt', 'a');
export const B = textFile('b.txt', 'b');
export const C = textFile('c.txt', 'c');

/** Three files that a run backed up and deleted. */
export async function deleted(options: SandboxOptions = {}): Promise<Fixture> {
  const fixture = await openFixture(options);
  fixture.store([A, B, C]);
  expect((await fixture.run()).code).toBe(0);
  return fixture;
}

/** Status and code by row, as restore.csv tells them. */
export function states(fixture: Fixture): string[] {
  return fixture
    .rows('restore.csv')
    .map((row) => `${row['sweep_row']} ${row['status']} ${row['code']}`.trim());
}

export function imports(fixture: Fixture): number {
  return fixture.sandbox.ledger.counts().import;
}

/** The one row of a report that has one. */
export function only(fixture: Fixture, report: string): Record<string, string> {
  const rows = fixture.rows(report);
  expect(rows).toHaveLength(1);
  return rows[0] ?? {};
}
