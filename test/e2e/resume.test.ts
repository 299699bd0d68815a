import { appendFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sweep, until } from '../support/cli.ts';
import { rowOutcomes, findRun, pick, readLines, readRun } from '../support/run-files.ts';
import { audit, FAST, openFixture, photo, photosManifest } from '../support/fixture.ts';
import { editJournal, ROWS, stopped } from '../support/stopped-run.ts';

describe('what resume does', () => {
  it('cuts off a torn last line before it appends', async () => {
    const fixture = await stopped();
    const path = join(fixture.directory, 'journal.ndjson');
    await editJournal(fixture.directory, (lines) =>
      lines.filter((line) => !/"(stop|end)"/.test(line)),
    );
    await appendFile(path, '{"row":5,"state":"sen');
    const reported = await fixture.sweep(['report', fixture.directory]);
    expect(reported.code).toBe(3);
    // At full speed, a mark says that any row may have been in the air.
    expect(rowOutcomes(await fixture.run()).slice(3, 5)).toEqual([
      'deleted  1 yes',
      'unknown interrupted 0 ',
    ]);
    expect((await fixture.sweep(['resume', fixture.directory, ...FAST])).code).toBe(0);
    const run = await fixture.run();
    expect(run.success).toHaveLength(ROWS);
    audit(run, fixture);
  });

  it('looks before it sends: gone, another file, no record', async () => {
    const fixture = await stopped();
    fixture.project.removeFile(photo(6));
    fixture.project.putFile(photo(8), 'other.pdf');
    fixture.project.removeRecord('10');
    const ended = await fixture.sweep(['resume', fixture.directory, ...FAST]);
    expect(ended.code).toBe(1);
    const run = await fixture.run();
    expect(pick(run.rows.get(6), 'status', 'code')).toEqual(['already_empty', 'gone_since_check']);
    expect(pick(run.rows.get(8), 'status', 'code')).toEqual([
      'guard_mismatch',
      'changed_since_check',
    ]);
    expect(pick(run.rows.get(10), 'status', 'code')).toEqual(['invalid', 'unknown_record']);
    expect(fixture.project.fileName(photo(8))).toBe('other.pdf');
    expect(fixture.deletions()).toBe(ROWS - 3);
    audit(run, fixture);
  });

  it('a look that cannot be read: stopped before anything is sent', async () => {
    const fixture = await stopped();
    let lifted = false;
    fixture.sandbox.script(({ kind }) => !lifted && kind === 'export', ['html'], { lasting: true });
    const args = ['resume', fixture.directory, ...FAST, '--retries', '0'];
    const ended = await fixture.sweep(args);
    expect(ended.code).toBe(2);
    expect(fixture.deletions()).toBe(4);
    const run = await fixture.run();
    expect(run.summary.stop).toMatchObject({ code: 'not_confirmed' });
    for (const row of run.unprocessed) expect(row['sweep_code']).toBe('not_confirmed');
    lifted = true;
    expect((await fixture.sweep(args)).code).toBe(0);
    expect((await fixture.run()).success).toHaveLength(ROWS);
  });

  it('without a check: rows in the air are sent again, "no file" then means deleted', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(ROWS));
    fixture.sandbox.script(photo(3), ['hang-after']);
    const args = ['run', 'm.csv', '--yes', '--no-check', '--rate', '20/s', '--concurrency', '1'];
    const started = fixture.start(args);
    await until(() => fixture.deletions() >= 3);
    started.kill('SIGKILL');
    await started.ended;
    const directory = await findRun(fixture.folder);
    expect((await fixture.sweep(['report', directory])).code).toBe(3);
    expect(rowOutcomes(await fixture.run()).slice(1, 4)).toEqual([
      'deleted  1 skipped',
      'unknown interrupted 1 ',
      'not_attempted interrupted 0 ',
    ]);
    expect((await fixture.sweep(['resume', directory, ...FAST])).code).toBe(0);
    const run = await fixture.run();
    expect(pick(run.rows.get(3), 'status', 'attempts', 'http_status')).toEqual([
      'deleted',
      '2',
      '400',
    ]);
    expect(pick(run.rows.get(3), 'message')[0]).toContain('may have');
    expect(fixture.sandbox.ledger.counts()).toMatchObject({ export: 0, meta: 0 });
    audit(run, fixture);
  });

  it('a finished run: says so, sends nothing, exits as it did', async () => {
    const fixture = await openFixture();
    fixture.sandbox.script(photo(2), [() => new Response('{"error":"locked"}', { status: 400 })]);
    await fixture.write('m.csv', photosManifest(4));
    const first = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST]);
    expect(first.code).toBe(1);
    const requests = fixture.sandbox.ledger.entries.length;
    const directory = await findRun(fixture.folder);
    const before = await readLines(directory);
    // Not even a token is needed.
    const { folder } = fixture;
    const ended = await sweep(['resume', directory], { cwd: folder });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('finished');
    expect(await readLines(directory)).toEqual(before);
    const reported = await sweep(['report', directory], { cwd: folder });
    expect(reported.code).toBe(1);
    expect(fixture.sandbox.ledger.entries).toHaveLength(requests);
  });

  it('killed after its last row: nothing is left, and the exit code is that of its rows', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(4));
    await fixture.sweep(['run', 'm.csv', '--yes', ...FAST]);
    const directory = await findRun(fixture.folder);
    await editJournal(directory, (lines) => lines.filter((line) => !line.includes('"end"')));
    expect((await fixture.sweep(['report', directory])).code).toBe(0);
    expect((await fixture.sweep(['resume', directory, ...FAST])).code).toBe(0);
  });

  it('a copy of the directory on another machine is resumed alike', async () => {
    const fixture = await stopped();
    await cp(fixture.directory, join(fixture.folder, 'copy'), { recursive: true });
    expect((await fixture.sweep(['resume', 'copy', ...FAST])).code).toBe(0);
    expect((await readRun(join(fixture.folder, 'copy'))).success).toHaveLength(ROWS);
  });
});
