import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAST, photo } from '../support/fixture.ts';
import { pick, readCsv, readRun } from '../support/run-files.ts';
import { openArchive, ROWS, times, type Fixture } from './fixture.ts';

/** An archive whose files an approved run has deleted; as they were before, by row. */
async function deleted(...flags: readonly string[]) {
  const fixture = await openArchive();
  const before = Array.from({ length: ROWS }, (_, at) => fixture.project.readFile(photo(at + 1)));
  expect((await fixture.check()).code).toBe(0);
  expect((await fixture.approve(...flags)).code).toBe(0);
  const { directory: run } = await fixture.run();
  return { fixture, before, run };
}

function restore(fixture: Fixture, run: string, ...flags: readonly string[]) {
  return fixture.sweep(['restore', run, '--yes', ...FAST, ...flags]);
}

async function statesIn(run: string): Promise<string[]> {
  const rows = readCsv(await readFile(join(run, 'restore.csv'), 'utf8'));
  return rows.map((row) => `${row['status']} ${row['code']}`.trim());
}

describe('restore of a run that carried out an archive', () => {
  it('puts the bytes back that the archive holds', async () => {
    const { fixture, before, run } = await deleted();
    const ended = await restore(fixture, run);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain(`Archive   ${fixture.directory}`);
    const after = before.map((_, at) => fixture.project.readFile(photo(at + 1)));
    expect(after).toEqual(before);
    expect(await statesIn(run)).toEqual(times(ROWS, 'restored'));
    const { summary } = await readRun(run);
    expect(summary['restored']).toMatchObject({ totals: { restored: ROWS } });
  });

  it('puts nothing back that is not what was saved, or is not there', async () => {
    const { fixture, run } = await deleted();
    const check = await readRun(fixture.directory);
    const saved = (row: number) =>
      join(fixture.directory, pick(check.rows.get(row), 'backup')[0] ?? '');
    await writeFile(saved(2), 'tampered');
    await rename(saved(3), join(fixture.folder, 'elsewhere'));
    const ended = await restore(fixture, run, '--json');
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stdout)).toMatchObject({ archive: fixture.directory });
    expect((await statesIn(run)).slice(0, 4)).toEqual([
      'restored',
      'failed backup_damaged',
      'failed backup_missing',
      'restored',
    ]);
    expect(fixture.project.hasFile(photo(2))).toBe(false);
    expect(fixture.project.hasFile(photo(3))).toBe(false);
  });

  it('takes an archive from where it was moved to, and says how where it is not found', async () => {
    const { fixture, before, run } = await deleted();
    const moved = join(fixture.folder, 'on the shelf');
    await rename(fixture.directory, moved);
    const asked = fixture.sandbox.ledger.counts().import;
    const lost = await restore(fixture, run);
    expect(lost.code).toBe(2);
    expect(lost.stderr).toContain(`redcap-sweep restore ${run} --archive <check-dir>`);
    expect(fixture.sandbox.ledger.counts().import).toBe(asked);
    expect((await restore(fixture, run, '--archive', moved, '--rows', '2')).code).toBe(0);
    expect(fixture.project.readFile(photo(2))).toEqual(before[1]);
  });

  it('needs no archive where the run kept copies of its own', async () => {
    const { fixture, before, run } = await deleted('--backup');
    await rename(fixture.directory, join(fixture.folder, 'elsewhere'));
    expect((await restore(fixture, run)).code).toBe(0);
    expect(fixture.project.readFile(photo(1))).toEqual(before[0]);
  });
});

it('restore of the directory of a check is refused, and names the command', async () => {
  const fixture = await openArchive();
  expect((await fixture.check()).code).toBe(0);
  const ended = await restore(fixture, fixture.directory);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain(`redcap-sweep restore <run-dir> --archive ${fixture.directory}`);
});

it('--archive is refused for a run that carried out none', async () => {
  const fixture = await openArchive();
  expect((await fixture.sweep(['run', 'm.csv', '--yes', '--backup', ...FAST])).code).toBe(0);
  const { directory } = await fixture.run();
  const ended = await restore(fixture, directory, '--archive', fixture.folder);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toMatch(/without --archive/);
});
