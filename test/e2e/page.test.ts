import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAST, openFixture, photosManifest, type Fixture } from '../support/fixture.ts';
import { readRun } from '../support/run-files.ts';

async function pageOf(directory: string): Promise<string> {
  const page = await readFile(join(directory, 'report.html'), 'utf8');
  // As a reader sees it, roughly; the rows that the page holds stay apart.
  return page
    .replace(/<(style|script)\b[^>]*>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ');
}

async function journalDigest(directory: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(join(directory, 'journal.ndjson')))
    .digest('hex');
}

/** The rows that the page holds, each with its own column. */
async function listOf(directory: string, id: string): Promise<unknown[][]> {
  const page = await readFile(join(directory, 'report.html'), 'utf8');
  const text = new RegExp(`data-list="${id}">([^<]*)<`).exec(page)?.[1] ?? '{"rows":[]}';
  return (JSON.parse(text) as { rows: unknown[][] }).rows;
}

async function check(
  manifest: string,
  ...flags: string[]
): Promise<Fixture & { directory: string }> {
  const fixture = await openFixture();
  await fixture.write('m.csv', manifest);
  const directory = join(fixture.folder, 'checked');
  const args = ['check', 'm.csv', '--run-dir', directory, ...flags, ...FAST];
  expect((await fixture.sweep(args)).code).toBeLessThan(4);
  return { ...fixture, directory };
}

/** Two files of record 1, one of record 2, and a row that the project does not have. */
const MANIFEST = 'record,field,ticket\n1,photo,T-1\n2,photo,T-2\n1,scan,T-3\n999,photo,T-4\n';

describe('the page of a check', () => {
  it('ends in a place to sign, with the digest by which the run names the check', async () => {
    const { directory, ...fixture } = await check(MANIFEST);
    const digest = await journalDigest(directory);
    const page = await pageOf(directory);
    const { plan } = (await readRun(directory)).summary as {
      plan?: { delete: number; records: number };
    };
    expect(page).toContain(
      `I approve the deletion of ${plan?.delete} files of ${plan?.records} participants.`,
    );
    expect(page.split(digest)).toHaveLength(3);
    expect(page.lastIndexOf(digest)).toBeGreaterThan(page.indexOf('I approve the deletion'));
    const args = ['run', '--approved', directory, '--skip-invalid', '--yes', ...FAST];
    expect((await fixture.sweep(args)).code).toBeLessThan(2);
    const run = await fixture.run();
    expect(await pageOf(run.directory)).toContain(digest);
    expect(await pageOf(run.directory)).not.toContain('I approve the deletion');
    expect((await listOf(run.directory, 'rows')).map((row) => [row[0], row[14]])).toEqual([
      [4, 'T-4'],
      [1, 'T-1'],
      [2, 'T-2'],
      [3, 'T-3'],
    ]);
    // Made again, it is to be signed for the same.
    expect((await fixture.sweep(['report', directory])).code).toBe(1);
    expect((await pageOf(directory)).split('I approve')[1]).toBe(page.split('I approve')[1]);
  });

  it('has every file that would be deleted', async () => {
    const { directory } = await check(photosManifest(20));
    expect((await listOf(directory, 'list')).map((row) => row[2])).toEqual(
      Array.from({ length: 20 }, (_, at) => String(at + 1)),
    );
    expect(await pageOf(directory)).toContain('20 files of 20 participants');
  });

  it('of an archive counts the files saved, and cannot be signed before it is whole', async () => {
    const stopped = await check(photosManifest(5), '--backup', '--limit', '2');
    expect(await pageOf(stopped.directory)).not.toContain('I approve the deletion');
    expect((await stopped.sweep(['resume', stopped.directory, ...FAST])).code).toBe(0);
    const page = await pageOf(stopped.directory);
    expect(page).toContain('I approve the deletion of 5 files of 5 participants.');
    expect(page).toContain(await journalDigest(stopped.directory));
    expect(page).toContain('is found: each is exported again right before its deletion');
    expect(page).not.toContain('cannot be told from the one seen here');
    const files = await listOf(stopped.directory, 'list');
    expect(files.map((row) => typeof row[9])).toEqual(Array.from({ length: 5 }, () => 'number'));
    expect(files.every((row) => /^[0-9a-f]{64}$/.test(String(row[10])))).toBe(true);
  });

  it('of a refused run cannot be signed', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', MANIFEST);
    expect((await fixture.sweep(['run', 'm.csv', '--yes', ...FAST])).code).toBe(2);
    const { directory } = await fixture.run();
    const page = await pageOf(directory);
    expect(page).not.toContain('I approve the deletion');
    expect(page).toContain('The files that would have been deleted');
  });
});
