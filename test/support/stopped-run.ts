import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { findRun } from './run-files.ts';
import { FAST, openFixture, photosManifest, type Fixture } from './fixture.ts';

export const ROWS = 20;

/** A run of 20 rows that stopped after four. */
export async function stopped(
  more: readonly string[] = [],
): Promise<Fixture & { directory: string }> {
  const fixture = await openFixture();
  await fixture.write('m.csv', photosManifest(ROWS));
  const args = ['run', 'm.csv', '--yes', ...FAST, '--limit', '4', '--concurrency', '1', ...more];
  expect((await fixture.sweep(args)).code).toBe(3);
  return { ...fixture, directory: await findRun(fixture.folder) };
}

export async function editJournal(
  directory: string,
  edit: (lines: string[]) => readonly string[],
): Promise<void> {
  const path = join(directory, 'journal.ndjson');
  const lines = (await readFile(path, 'utf8')).split('\n');
  await writeFile(path, edit(lines).join('\n'));
}
