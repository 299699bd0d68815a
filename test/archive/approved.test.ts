import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  audit,
  FAST,
  isDeletion,
  makeArchive,
  photo,
  photosManifest,
  type Fixture as Served,
} from '../support/fixture.ts';
import { namesIn } from '../support/cli.ts';
import { pick, readRun, rowOutcomes, type RunFiles } from '../support/run-files.ts';
import { editJournal } from '../support/stopped-run.ts';
import {
  digest,
  exportsOf,
  isExport,
  isExportOf,
  openArchive,
  ROWS,
  states,
  times,
  type Fixture,
} from './fixture.ts';

const DELETED = 'deleted  1 yes';

/** An archive that is whole. */
async function archived(...args: Parameters<typeof openArchive>): Promise<Fixture> {
  const fixture = await openArchive(...args);
  expect((await fixture.check()).code).toBe(0);
  return fixture;
}

/** The run of a check, held against the server. */
async function runOf(fixture: Served): Promise<RunFiles> {
  const run = await fixture.run();
  audit(run, fixture);
  return run;
}

async function savedOf({ directory }: Fixture, row: number): Promise<string> {
  const run = await readRun(directory);
  return join(directory, pick(run.rows.get(row), 'backup')[0] ?? '');
}

describe('run --approved of an archive', () => {
  it('exports each file again before it is deleted, and says so in the plan', async () => {
    const fixture = await openArchive();
    fixture.project.putFile(photo(3), 'empty.txt', Buffer.alloc(0));
    expect((await fixture.check()).code).toBe(0);
    const saved = await readRun(fixture.directory);
    const before = fixture.sandbox.ledger.entries.length;
    const journal = digest(await readFile(join(fixture.directory, 'journal.ndjson')));
    const ended = await fixture.approve();
    expect(ended.code).toBe(0);
    const run = await runOf(fixture);
    expect(rowOutcomes(run)).toEqual(times(ROWS, DELETED));
    expect(run.summary['approved']).toEqual({
      directory: fixture.directory,
      sha256: journal,
      archive: true,
    });
    for (const [row, cells] of run.rows) {
      const facts = ['file_name', 'file_bytes', 'file_sha256'];
      expect(pick(cells, ...facts)).toEqual(pick(saved.rows.get(row), ...facts));
      expect(pick(cells, 'backup')).toEqual(['']);
    }
    // The empty one comes twice, as the plan says: an export and a deletion for each, and a look.
    const requests = 2 * ROWS + 1 + 1;
    expect(ended.stdout).toContain(`Requests  about ${requests}, `);
    expect(ended.stdout).toMatch(/exported again right before its deletion/);
    expect(ended.stdout).toContain(
      `Guards    ${ROWS} files, to be deleted only if still as expected`,
    );
    expect(ended.stdout).not.toMatch(/cannot be told from/);
    const sent = fixture.sandbox.ledger.entries.slice(before).map(({ kind }) => kind);
    expect(sent.filter((kind) => kind === 'export_file')).toHaveLength(ROWS + 1);
    expect(sent.filter((kind) => kind === 'delete')).toHaveLength(ROWS);
    expect(ended.stdout).toContain('redcap-sweep restore ');
    // Nothing was written there.
    expect(digest(await readFile(join(fixture.directory, 'journal.ndjson')))).toBe(journal);
  });

  it('finds ten files that were exchanged under the same name, and leaves them alone', async () => {
    const fixture = await archived();
    for (let record = 1; record <= 10; record += 1) {
      fixture.project.putFile(photo(record), `photo-${record}.jpg`, Buffer.from(`new ${record}`));
    }
    expect((await fixture.approve()).code).toBe(1);
    const run = await runOf(fixture);
    expect(rowOutcomes(run)).toEqual([
      ...times(10, 'guard_mismatch guard_sha256 0 '),
      ...times(ROWS - 10, DELETED),
    ]);
    for (let record = 1; record <= 10; record += 1) {
      expect(fixture.project.hasFile(photo(record))).toBe(true);
      expect(pick(run.rows.get(record), 'file_sha256')).toEqual([digest(`new ${record}`)]);
    }
    expect(fixture.deletions()).toBe(ROWS - 10);
  });

  it('refuses a run in which a file has another name', async () => {
    const fixture = await archived();
    fixture.project.putFile(photo(2), 'another.jpg', Buffer.from('x'));
    expect((await fixture.approve()).code).toBe(2);
    expect(fixture.deletions()).toBe(0);
  });

  it('judges anew before every try', async () => {
    const fixture = await archived();
    fixture.sandbox.script(photo(1), [
      () => {
        fixture.project.putFile(photo(1), 'photo-1.jpg', Buffer.from('new'));
        return new Response('', { status: 503 });
      },
    ]);
    expect((await fixture.approve('--no-verify')).code).toBe(1);
    const run = await runOf(fixture);
    expect(states(run)[0]).toBe('unknown guard_sha256');
    expect(fixture.project.hasFile(photo(1))).toBe(true);
  });

  it('says guard_unreadable where the file cannot be compared', async () => {
    const fixture = await archived();
    fixture.sandbox.script(isExportOf(1), [() => new Response('no', { status: 500 })], {
      lasting: true,
    });
    expect((await fixture.approve('--retries', '0')).code).toBe(1);
    expect(states(await runOf(fixture))[0]).toBe('guard_mismatch guard_unreadable');
    expect(fixture.project.hasFile(photo(1))).toBe(true);
  });

  it('keeps copies of its own with --backup, by the same export', async () => {
    const fixture = await archived();
    const before = exportsOf(fixture);
    expect((await fixture.approve('--backup')).code).toBe(0);
    expect(exportsOf(fixture) - before).toBe(ROWS);
    const run = await runOf(fixture);
    expect(await namesIn(join(run.directory, 'backup'))).toHaveLength(ROWS);
    for (const cells of run.rows.values()) expect(pick(cells, 'backup')[0]).toMatch(/^backup\//);
  });

  it('is resumed and reported when the directory of the check is gone', async () => {
    const fixture = await archived();
    expect((await fixture.approve('--limit', '4', '--concurrency', '1')).code).toBe(3);
    await rm(fixture.directory, { recursive: true });
    fixture.project.putFile(photo(6), 'photo-6.jpg', Buffer.from('new'));
    const { directory } = await fixture.run();
    expect((await fixture.sweep(['report', directory])).code).toBe(3);
    const left = pick((await runOf(fixture)).rows.get(6), 'status', 'code', 'file_sha256');
    expect(left).toEqual(['not_attempted', 'limit', expect.stringMatching(/^[0-9a-f]{64}$/)]);
    const ended = await fixture.sweep(['resume', directory, ...FAST]);
    expect(ended.code).toBe(1);
    const run = await runOf(fixture);
    expect(rowOutcomes(run)).toEqual([
      ...times(5, DELETED),
      'guard_mismatch guard_sha256 0 ',
      ...times(ROWS - 6, DELETED),
    ]);
    expect(fixture.project.hasFile(photo(6))).toBe(true);
  });

  it('knows the digest of a row that was in the air when it was killed', async () => {
    const fixture = await archived();
    fixture.sandbox.script(isDeletion, [
      async (_call, proceed) => {
        const answer = await proceed();
        started.kill('SIGKILL');
        return answer;
      },
    ]);
    const args = ['run', '--approved', fixture.directory, '--yes', ...FAST];
    const started = fixture.start(args);
    await started.ended;
    const { directory } = await readKilled(fixture);
    expect((await fixture.sweep(['resume', directory, ...FAST])).code).toBe(0);
    const run = await runOf(fixture);
    expect(states(run)).toEqual(times(ROWS, 'deleted'));
    for (const cells of run.rows.values()) {
      expect(pick(cells, 'file_sha256')[0]).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it('deletes nothing whose digest stood in a line that cannot be read any more', async () => {
    const fixture = await archived();
    expect((await fixture.approve('--limit', '2', '--concurrency', '1')).code).toBe(3);
    const { directory } = await fixture.run();
    await editJournal(directory, (lines) =>
      lines.map((line) => (line.includes('"row":7,"plan":"delete"') ? '{"row":"?"}' : line)),
    );
    expect((await fixture.sweep(['resume', directory, ...FAST])).code).toBe(1);
    const run = await runOf(fixture);
    // After such a line nobody knows which rows were in the air.
    expect(states(run)[6]).toBe('unknown guard_unreadable');
    expect(fixture.project.hasFile(photo(7))).toBe(true);
    expect(fixture.deletions()).toBe(ROWS - 1);
  });
});

describe('what the archive does not hold', () => {
  it('is left out before the question, as the check reported it', async () => {
    const sha256 = digest('x');
    const manifest = `record,field,expect_sha256
1,photo,
2,photo,${sha256}
3,photo,
4,photo,
5,photo,
6,photo,
7,photo,
8,photo,
`;
    const fixture = await openArchive({}, manifest);
    fixture.sandbox.script(isExport, [
      (_call, proceed) => {
        fixture.project.putFile(photo(7), 'another.jpg');
        fixture.project.removeFile(photo(8));
        return proceed();
      },
    ]);
    fixture.sandbox.script(isExportOf(3), [() => new Response('no', { status: 400 })]);
    expect((await fixture.check('--retries', '0', '--concurrency', '1')).code).toBe(1);
    const check = await fixture.archive();
    expect(states(check).slice(1, 3)).toEqual([
      'guard_mismatch guard_sha256',
      'failed backup_failed',
    ]);
    // One is lost, one is not what was saved any more.
    await rm(await savedOf(fixture, 4));
    await writeFile(await savedOf(fixture, 5), 'tampered');
    const before = exportsOf(fixture);
    const refused = await fixture.approve('--max-deletions', '1');
    expect(refused.stderr).toMatch(/^2 files would be deleted, more than the 1/m);
    const ended = await fixture.approve('--max-deletions', '2', '--max-failures', '1');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/Files to delete +2\n/);
    expect(ended.stdout).toMatch(/3 +not in the archive: left out/);
    const run = await runOf(fixture);
    expect(states(run)).toEqual([
      'deleted',
      'guard_mismatch guard_sha256',
      'failed backup_failed',
      'failed backup_failed',
      'failed backup_failed',
      'deleted',
      'guard_mismatch changed_since_check',
      'already_empty',
    ]);
    expect(pick(run.rows.get(2), 'message')).toEqual(pick(check.rows.get(2), 'message'));
    expect(pick(run.rows.get(3), 'message')).toEqual(pick(check.rows.get(3), 'message'));
    expect(pick(run.rows.get(4), 'message')[0]).toMatch(/it is not there/);
    expect(pick(run.rows.get(5), 'message')[0]).toMatch(/is not what was saved/);
    expect(fixture.deletions()).toBe(2);
    expect(exportsOf(fixture) - before).toBe(2);
    expect(run.summary['plan']).toMatchObject({ delete: 2, archived: 2, failed: 3, changed: 0 });
  });

  it('leaves a run that has nothing else to do, and ends with 1', async () => {
    const fixture = await openArchive({}, photosManifest(1));
    fixture.sandbox.script(isExportOf(1), [() => new Response('no', { status: 400 })]);
    expect((await fixture.check('--retries', '0')).code).toBe(1);
    const ended = await fixture.approve();
    expect(ended.code).toBe(1);
    expect(states(await runOf(fixture))).toEqual(['failed backup_failed']);
    expect(fixture.deletions()).toBe(0);
  });

  it('does not hide that a file is there again which the archive found gone', async () => {
    const fixture = await openArchive();
    fixture.sandbox.script(isExportOf(2), [
      (_call, proceed) => {
        fixture.project.removeFile(photo(2));
        return proceed();
      },
    ]);
    expect((await fixture.check()).code).toBe(0);
    fixture.project.putFile(photo(2), 'photo-2.jpg');
    expect((await fixture.approve()).code).toBe(2);
    expect(states(await fixture.run())[1]).toBe('guard_mismatch changed_since_check');
  });
});

it('an archive killed between its last file and its end is whole, and can be approved', async () => {
  const fixture = await archived();
  await editJournal(fixture.directory, (lines) => [
    ...lines.filter((line) => line !== '' && !line.includes('"state":"end"')),
    '',
  ]);
  expect((await fixture.sweep(['report', fixture.directory])).code).toBe(0);
  expect((await fixture.approve()).code).toBe(0);
});

it('an archive can be approved from where it was moved to', async () => {
  const fixture = await archived({ project: makeArchive(20) });
  const moved = join(fixture.folder, 'moved');
  await rename(fixture.directory, moved);
  expect((await fixture.sweep(['run', '--approved', moved, '--yes', ...FAST])).code).toBe(0);
  expect((await fixture.run()).summary['approved']).toMatchObject({ directory: moved });
});

async function readKilled(fixture: Fixture): Promise<RunFiles> {
  const names = await namesIn(join(fixture.folder, 'reports'));
  const directory = join(fixture.folder, 'reports', names[0] ?? '');
  await fixture.sweep(['report', directory]);
  return readRun(directory);
}

it('a run refused for rows that were invalid in the check already does not call them changed', async () => {
  const manifest = `${photosManifest(2)}nobody,photo\n`;
  const fixture = await openArchive({}, manifest);
  expect((await fixture.check()).code).toBe(1);
  const { code, stdout, stderr } = await fixture.approve();
  expect(code).toBe(2);
  expect(fixture.deletions()).toBe(0);
  expect(stdout).toContain('Correct 1 invalid row that error.csv names');
  expect(stdout).toContain('redcap-sweep check m.csv --backup');
  expect(stderr).toContain('--skip-invalid');
  expect(stdout + stderr).not.toContain('What was approved is not');
});
