import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAST, FAST_CLOCK, makeArchive, photo, photosManifest } from '../support/fixture.ts';
import { namesIn, pause, until } from '../support/cli.ts';
import { pick, readLines } from '../support/run-files.ts';
import { editJournal } from '../support/stopped-run.ts';
import {
  digest,
  exportsOf,
  holdExports,
  isExport,
  isExportOf,
  openArchive,
  ROWS,
  SAVED,
  states,
  times,
} from './fixture.ts';

describe('check --backup', () => {
  it('saves every file that would be deleted, with name, size and digest, and deletes nothing', async () => {
    const fixture = await openArchive({}, `${photosManifest(ROWS)}1,scan\n2,photo\nx,photo\n`);
    fixture.project.putFile(photo(3), 'ünï "a";b.pdf', Buffer.from('three'));
    fixture.project.putFile(photo(4), 'empty.txt', Buffer.alloc(0));
    const ended = await fixture.check();
    // An invalid row stands in error.csv, whatever was saved.
    expect(ended.code).toBe(1);
    const run = await fixture.archive();
    expect(states(run)).toEqual([
      ...times(ROWS, SAVED),
      'not_attempted nothing_to_delete',
      'duplicate duplicate_of',
      'invalid unknown_record',
    ]);
    expect(pick(run.rows.get(3), 'file_name', 'file_bytes', 'file_sha256')).toEqual([
      'ünï "a";b.pdf',
      '5',
      digest('three'),
    ]);
    expect(pick(run.rows.get(4), 'file_bytes', 'file_sha256')).toEqual(['0', digest('')]);
    const names = await namesIn(join(fixture.directory, 'backup'));
    expect(names).toHaveLength(ROWS);
    // An answer of 0 bytes is asked for a second time before it is believed.
    expect(exportsOf(fixture)).toBe(ROWS + 1);
    const bytes = [...run.rows.values()].reduce(
      (sum, row) => sum + Number(row['sweep_file_bytes']),
      0,
    );
    expect(run.summary).toMatchObject({
      kind: 'check',
      exitCode: 1,
      archive: { whole: true, files: ROWS, bytes, records: ROWS },
      options: { backup: true },
    });
    expect(ended.stdout).toContain(`${ROWS} files (`);
    expect(ended.stdout).toMatch(/^Saving +about 12, at an unlimited rate$/m);
    expect(ended.stdout).toMatch(
      /^Requests +about 25, at an unlimited rate, of a run of this check$/m,
    );
    expect(ended.stdout).toContain(`redcap-sweep run --approved ${fixture.directory}`);
    expect((await fixture.sweep(['report', fixture.directory])).code).toBe(1);
  });

  it('prints its summary as JSON', async () => {
    const fixture = await openArchive();
    const { code, stdout } = await fixture.check('--json');
    expect(code).toBe(0);
    const { summary } = await fixture.archive();
    expect(JSON.parse(stdout)).toEqual(summary);
  });

  it('is paced, and tries again after a transient failure', async () => {
    const fixture = await openArchive();
    fixture.sandbox.script(isExportOf(2), ['503', 'reset-before']);
    const ended = await fixture.check('--rate', '40/s');
    expect(ended.code).toBe(0);
    await fixture.archive();
    expect(exportsOf(fixture)).toBe(ROWS + 2);
    const sentAt = fixture.sandbox.ledger.entries.map(({ at }) => at);
    const spanMs = (sentAt.at(-1) ?? 0) - (sentAt[0] ?? 0);
    expect(spanMs).toBeGreaterThan(((sentAt.length - 1) * 1000) / 40 - 100);
  });

  it.each(['--limit', '--stop-at'])('refuses %s without --backup', async (option) => {
    const fixture = await openArchive();
    const value = option === '--limit' ? '3' : '05:00';
    const ended = await fixture.sweep(['check', 'm.csv', option, value]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(new RegExp(`${option} .*--backup`));
    expect(fixture.sandbox.ledger.entries).toEqual([]);
  });

  it('judges guards on the bytes, and says what is gone or has another name by now', async () => {
    const sha256 = digest('two');
    const fixture = await openArchive(
      {},
      `record,field,expect_filename,expect_sha256
1,photo,photo-1.jpg,
2,photo,,${sha256}
3,photo,,${sha256}
4,photo,,
5,photo,,
6,photo,,
7,photo,,${sha256}
`,
    );
    fixture.project.putFile(photo(2), 'photo-2.jpg', Buffer.from('two'));
    // Between the look and the export.
    fixture.sandbox.script(isExport, [
      (_call, proceed) => {
        fixture.project.removeFile(photo(4));
        fixture.project.putFile(photo(5), 'another.jpg');
        return proceed();
      },
    ]);
    fixture.sandbox.script(isExportOf(7), [() => new Response('no', { status: 500 })], {
      lasting: true,
    });
    const ended = await fixture.check('--retries', '0', '--concurrency', '1');
    expect(ended.code).toBe(1);
    const run = await fixture.archive();
    expect(states(run)).toEqual([
      SAVED,
      SAVED,
      'guard_mismatch guard_sha256',
      'not_attempted nothing_to_delete',
      'guard_mismatch changed_since_check',
      SAVED,
      'failed backup_failed',
    ]);
    expect(pick(run.rows.get(5), 'message')[0]).toMatch(/photo-5.jpg.*another.jpg/);
    expect(pick(run.rows.get(7), 'http_status', 'attempts')).toEqual(['500', '0']);
    expect(await namesIn(join(fixture.directory, 'backup'))).toHaveLength(3);
    expect(run.summary).toMatchObject({ archive: { whole: true, files: 3, records: 3 } });
    // Those that could not be saved can be saved by a check of their own.
    expect(ended.stdout).toContain(
      `redcap-sweep check ${join(fixture.directory, 'error.csv')} --backup`,
    );
  });

  it('leaves a row unconfirmed that no look could confirm, saved or not', async () => {
    const fixture = await openArchive();
    fixture.between.answer = (form, body) =>
      form.get('content') === 'record'
        ? body.replaceAll(/"photo":"[^"]*"/g, '"photo":"[*DATA REMOVED*]"')
        : body;
    const ended = await fixture.check();
    expect(ended.code).toBe(0);
    const run = await fixture.archive();
    expect(states(run)).toEqual(times(ROWS, SAVED));
    expect(pick(run.rows.get(1), 'message')[0]).toMatch(/^unconfirmed/);
    expect(run.summary['plan']).toMatchObject({ unconfirmed: ROWS });
  });
});

describe('an archive that is not whole', () => {
  it('is left by --limit, counted in files saved, and finished by resume', async () => {
    const fixture = await openArchive();
    fixture.sandbox.script(isExportOf(2), [() => new Response('no', { status: 400 })], {
      lasting: false,
    });
    const ended = await fixture.check('--limit', '5', '--retries', '0');
    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain(`redcap-sweep resume ${fixture.directory}`);
    let run = await fixture.archive();
    expect(states(run)).toEqual([
      SAVED,
      'failed backup_failed',
      ...times(4, SAVED),
      ...times(ROWS - 6, 'not_attempted limit'),
    ]);
    expect(run.summary).toMatchObject({
      exitCode: 3,
      stop: { code: 'limit' },
      archive: { whole: false, files: 5 },
    });
    const page = await readFile(join(fixture.directory, 'report.html'), 'utf8');
    expect(page).toContain(`redcap-sweep resume ${fixture.directory}`);
    expect(page).not.toContain('I approve the deletion');
    expect((await fixture.sweep(['report', fixture.directory])).code).toBe(3);
    expect((await fixture.approve()).code).toBe(2);
    expect((await fixture.resume('--limit', '3')).code).toBe(3);
    run = await fixture.archive();
    // What could not be saved is tried again.
    expect(states(run)).toEqual([...times(8, SAVED), ...times(ROWS - 8, 'not_attempted limit')]);
    const last = await fixture.resume('--json');
    expect(last.code).toBe(0);
    run = await fixture.archive();
    expect(JSON.parse(last.stdout)).toEqual(run.summary);
    expect(states(run)).toEqual(times(ROWS, SAVED));
    expect(exportsOf(fixture)).toBe(ROWS + 1);
    expect((await fixture.sweep(['report', fixture.directory])).code).toBe(0);
  });

  it('is finished, and not stopped, where the limit is reached with the last file', async () => {
    const fixture = await openArchive();
    expect((await fixture.check('--limit', String(ROWS))).code).toBe(0);
    expect((await fixture.archive()).summary).toMatchObject({
      stop: null,
      archive: { whole: true },
    });
  });

  it('is left by --stop-at', async () => {
    const fixture = await openArchive({ project: makeArchive(30) }, photosManifest(30));
    // The clock jumps to the hour with the second export, and is looked at every 30 s.
    const come = join(fixture.folder, 'come');
    fixture.between.request = (form) => {
      if (exportsOf(fixture) > 0) writeFileSync(come, '');
      return form;
    };
    const preload = await fixture.write(
      'clock.mjs',
      `import { existsSync } from 'node:fs';
       const { now } = Date;
       Date.now = () => now() + (existsSync(${JSON.stringify(come)}) ? 3_600_000 : 0);`,
    );
    const at = new Date(Date.now() + 1_800_000).toISOString().slice(11, 16);
    const args = ['check', 'm.csv', '--backup', '--run-dir', fixture.directory, '--stop-at', at];
    const ended = await fixture.sweep([...args, '--rate', '20/min'], {
      NODE_OPTIONS: `${FAST_CLOCK.NODE_OPTIONS} --import ${preload}`,
    });
    expect(ended.code).toBe(3);
    const run = await fixture.archive();
    expect(run.summary).toMatchObject({ stop: { code: 'stop_at' } });
    expect(states(run)[0]).toBe(SAVED);
    expect(states(run).at(-1)).toBe('not_attempted stop_at');
    expect((await fixture.resume()).code).toBe(0);
    expect(states(await fixture.archive())).toEqual(times(30, SAVED));
  });

  it.skipIf(process.platform === 'win32').each([
    { signal: 'SIGINT', code: 130 },
    { signal: 'SIGTERM', code: 143 },
  ] as const)('is left by $signal (exit $code) once what is in the air is saved', async (one) => {
    const fixture = await openArchive();
    const held = holdExports(fixture, 2);
    const args = ['check', 'm.csv', '--backup', '--run-dir', fixture.directory];
    const started = fixture.start([...args, ...FAST, '--concurrency', '2']);
    await until(() => held.begun() === 4);
    started.kill(one.signal);
    await pause(200);
    held.release();
    const ended = await started.ended;
    expect(ended.code).toBe(one.code);
    expect(ended.stderr).toContain(`To go on: redcap-sweep resume ${fixture.directory}`);
    const run = await fixture.archive();
    expect(run.summary).toMatchObject({ exitCode: one.code, stop: { code: 'interrupted' } });
    expect(states(run)).toEqual([
      ...times(4, SAVED),
      ...times(ROWS - 4, 'not_attempted interrupted'),
    ]);
    expect((await fixture.sweep(['report', fixture.directory])).code).toBe(3);
    expect((await fixture.resume()).code).toBe(0);
    expect(states(await fixture.archive())).toEqual(times(ROWS, SAVED));
    expect(exportsOf(fixture)).toBe(ROWS);
  });

  it('is told the truth about while it is live, and one process alone works on it', async () => {
    const fixture = await openArchive();
    const held = holdExports(fixture, 2);
    const args = ['check', 'm.csv', '--backup', '--run-dir', fixture.directory];
    const started = fixture.start([...args, ...FAST, '--concurrency', '1']);
    await until(() => held.begun() === 3);
    expect((await fixture.sweep(['report', fixture.directory])).code).toBe(3);
    expect(states(await fixture.archive())).toEqual([
      ...times(2, SAVED),
      ...times(ROWS - 2, 'not_attempted interrupted'),
    ]);
    expect((await fixture.resume()).stderr).toMatch(/is at work/);
    expect((await fixture.approve()).code).toBe(2);
    held.release();
    expect((await started.ended).code).toBe(0);
    expect(exportsOf(fixture)).toBe(ROWS);
    expect(states(await fixture.archive())).toEqual(times(ROWS, SAVED));
  });

  it('stops where nothing is answered, and goes on later', async () => {
    const fixture = await openArchive({ project: makeArchive(30) }, photosManifest(30));
    let silent = true;
    const answer = (_call: unknown, proceed: () => Promise<Response>) =>
      silent ? new Response('<html>maintenance</html>', { status: 503 }) : proceed();
    fixture.sandbox.script(isExport, [answer], { lasting: true });
    fixture.sandbox.script(
      ({ kind, content }) => kind === 'export' && content === 'record' && exportsOf(fixture) > 0,
      [answer],
      { lasting: true },
    );
    const ended = await fixture.check('--retries', '0', '--concurrency', '1');
    expect(ended.code).toBe(3);
    const run = await fixture.archive();
    expect(run.summary.stop).toMatchObject({ code: 'no_answers' });
    expect(states(run)).toEqual([
      ...times(10, 'failed backup_failed'),
      ...times(20, 'not_attempted no_answers'),
    ]);
    silent = false;
    expect((await fixture.resume()).code).toBe(0);
    expect(states(await fixture.archive())).toEqual(times(30, SAVED));
  });

  it('refuses another manifest, another address and a token of another project', async () => {
    const fixture = await openArchive();
    expect((await fixture.check('--limit', '2')).code).toBe(3);
    const other = fixture.url.replace('127.0.0.1', 'localhost');
    const ended = await fixture.resume('--url', other);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('The check belongs to');
    expect(exportsOf(fixture)).toBe(2);
  });

  it('saves again what a line that cannot be read had said', async () => {
    const fixture = await openArchive();
    expect((await fixture.check('--limit', '4', '--concurrency', '1')).code).toBe(3);
    await editJournal(fixture.directory, (lines) =>
      lines.map((line) =>
        line.includes('"row":2,"state":"not_attempted"') ? '{"row":"?"}' : line,
      ),
    );
    expect((await fixture.sweep(['report', fixture.directory])).code).toBe(3);
    expect(states(await fixture.archive()).slice(0, 3)).toEqual([
      SAVED,
      'not_attempted limit',
      SAVED,
    ]);
    expect((await fixture.resume()).code).toBe(0);
    expect(await namesIn(join(fixture.directory, 'backup'))).toHaveLength(ROWS);
  });
});

it('a whole archive is finished: resume sends nothing and exits as the check did', async () => {
  const fixture = await openArchive();
  fixture.sandbox.script(isExportOf(2), [() => new Response('no', { status: 400 })]);
  expect((await fixture.check('--retries', '0')).code).toBe(1);
  const journal = await readLines(fixture.directory);
  const asked = fixture.sandbox.ledger.entries.length;
  const ended = await fixture.resume();
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/finished/);
  expect(fixture.sandbox.ledger.entries).toHaveLength(asked);
  // Its digest may have been signed.
  expect(await readLines(fixture.directory)).toEqual(journal);
});

it('a check without an archive is refused by resume', async () => {
  const fixture = await openArchive();
  const args = ['check', 'm.csv', '--run-dir', fixture.directory];
  expect((await fixture.sweep(args)).code).toBe(0);
  const ended = await fixture.resume();
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain(`run --approved ${fixture.directory}`);
});
