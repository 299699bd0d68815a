import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { findRun } from './run-files.ts';
import { FAST, openStand, photosManifest, type Stand } from './stand.ts';

export const ROWS = 20;

/** A run of 20 rows that stopped after four. */
export async function stopped(
  more: readonly string[] = [],
): Promise<Stand & { directory: string }> {
  const stand = await openStand();
  await stand.write('m.csv', photosManifest(ROWS));
  const args = ['run', 'm.csv', '--yes', ...FAST, '--limit', '4', '--concurrency', '1', ...more];
  expect((await stand.sweep(args)).code).toBe(3);
  return { ...stand, directory: await findRun(stand.folder) };
}

export async function editJournal(
  directory: string,
  edit: (lines: string[]) => readonly string[],
): Promise<void> {
  const path = join(directory, 'journal.ndjson');
  const lines = (await readFile(path, 'utf8')).split('\n');
  await writeFile(path, edit(lines).join('\n'));
}
