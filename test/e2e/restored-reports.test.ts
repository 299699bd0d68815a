import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rowOutcomes, findRun, readRun, type RunFiles } from '../support/run-files.ts';
import {
  FAST,
  isDeletion,
  openFixture,
  photo,
  photosManifest,
  type Fixture,
} from '../support/fixture.ts';

async function deleted(rows: number): Promise<Fixture & { directory: string }> {
  const fixture = await openFixture();
  await fixture.write('m.csv', photosManifest(rows));
  expect((await fixture.sweep(['run', 'm.csv', '--yes', '--backup', ...FAST])).code).toBe(0);
  return { ...fixture, directory: await findRun(fixture.folder) };
}

const DIGESTS = {
  manifest: 'manifest.csv',
  journal: 'journal.ndjson',
  success: 'success.csv',
  error: 'error.csv',
  unprocessed: 'unprocessed.csv',
} as const;

async function sha256(directory: string, name: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(join(directory, name)))
    .digest('hex');
}

/** Each digest that the summary has is that of the file which stands there. */
async function holdDigests({ directory, summary }: RunFiles): Promise<void> {
  for (const [key, name] of Object.entries(DIGESTS)) {
    expect(summary.sha256[key], name).toBe(await sha256(directory, name));
  }
}

describe('the reports after a restore', () => {
  it('say what was put back, when and by whom; rows stay, and digests fit', async () => {
    const { directory, ...fixture } = await deleted(3);
    expect((await fixture.sweep(['report', directory])).code).toBe(0);
    const before = await readRun(directory);
    const page = async (): Promise<string> => readFile(join(directory, 'report.html'), 'utf8');
    expect(await page()).toContain('read back as gone');
    expect(before.summary['restored']).toBeNull();
    const started = Date.now();
    expect((await fixture.sweep(['restore', directory, '--yes', ...FAST])).code).toBe(0);

    const after = await readRun(directory);
    await holdDigests(after);
    expect(rowOutcomes(after)).toEqual(rowOutcomes(before));
    const { finishedAt, exitCode, totals, requests } = before.summary;
    expect(after.summary).toMatchObject({ finishedAt, exitCode, totals, requests });
    expect(after.summary['restored']).toEqual({
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      by: expect.stringContaining(hostname()) as string,
      totals: { restored: 3, refused: 0, failed: 0, not_restorable: 0 },
      report: { name: 'restore.csv', sha256: await sha256(directory, 'restore.csv') },
      count: 1,
    });
    const { at } = after.summary['restored'] as { at: string };
    expect(Date.parse(at)).toBeGreaterThanOrEqual(started);
    const told = await page();
    expect(told).not.toContain('read back as gone');
    expect(told).not.toContain('The file is gone');
    expect(told).toContain('3 files were put back since');
    expect(told).toContain(hostname());

    // Made again, they say the same.
    const again = await fixture.sweep(['report', directory]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('PUT BACK SINCE  3 of 3 files');
    expect(again.stdout).not.toContain('Undo');
    expect(await readRun(directory)).toEqual(after);
    expect(await page()).toBe(told);
  });

  it('tell of files that were refused, and of each time', async () => {
    const { directory, ...fixture } = await deleted(3);
    fixture.project.putFile(photo(2), 'new.jpg');
    expect((await fixture.sweep(['restore', directory, '--yes', ...FAST])).code).toBe(1);
    const first = await readRun(directory);
    await holdDigests(first);
    expect(first.summary['restored']).toMatchObject({ totals: { restored: 2, refused: 1 } });
    const args = ['restore', directory, '--yes', '--rows', '2', '--overwrite', ...FAST];
    expect((await fixture.sweep(args)).code).toBe(0);
    const second = await readRun(directory);
    await holdDigests(second);
    expect(second.summary['restored']).toMatchObject({ totals: { restored: 1 }, count: 2 });
    expect(second.summary.totals).toEqual({ ...first.summary.totals });
  });

  it('of one that was killed say that what is back is not known', async () => {
    const { directory, ...fixture } = await deleted(3);
    let kill = (): void => undefined;
    fixture.sandbox.script(
      ({ kind }) => kind === 'import',
      [
        'ok',
        async (_call, proceed) => {
          const answer = await proceed();
          kill();
          return answer;
        },
      ],
    );
    const started = fixture.start(['restore', directory, '--yes', '--concurrency', '1', ...FAST]);
    kill = () => {
      started.kill('SIGKILL');
    };
    await started.ended;
    expect((await fixture.sweep(['report', directory])).code).toBe(0);
    const run = await readRun(directory);
    await holdDigests(run);
    expect(run.summary['restored']).toMatchObject({ totals: null, report: null });
    const page = await readFile(join(directory, 'report.html'), 'utf8');
    expect(page).toContain('files may have been put back since');
    expect(page).not.toContain('read back as gone');
  });

  it('of a stopped run leave it one that can be resumed', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(6));
    const args = ['run', 'm.csv', '--yes', '--backup', '--limit', '2', ...FAST];
    expect((await fixture.sweep(args)).code).toBe(3);
    const directory = await findRun(fixture.folder);
    expect((await fixture.sweep(['restore', directory, '--yes', ...FAST])).code).toBe(0);
    expect((await readRun(directory)).summary).toMatchObject({
      exitCode: 3,
      stop: { code: 'limit' },
      totals: { deleted: 2, not_attempted: 4 },
    });
    fixture.sandbox.script(isDeletion, ['ok']);
    expect((await fixture.sweep(['resume', directory, ...FAST])).code).toBe(0);
    const run = await readRun(directory);
    await holdDigests(run);
    expect(run.summary).toMatchObject({ totals: { deleted: 6 }, restored: { count: 1 } });
    expect(
      [...fixture.project.files()].filter(({ target }) => Number(target.record) <= 6),
    ).toHaveLength(2);
  });
});
