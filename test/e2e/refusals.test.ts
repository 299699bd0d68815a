import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesIn } from '../support/cli.ts';
import { rowOutcomes, pick } from '../support/run-files.ts';
import { FAST, openFixture, photosManifest, type Fixture } from '../support/fixture.ts';

const MIXED = 'record,field\n1,photo\n,photo\n2,nope\n3,photo\n3,photo\n99,photo\n4,scan\n';

describe('a manifest with invalid rows', () => {
  it('stops the whole run before the first deletion, with all of them told in one pass', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', MIXED);
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST]);
    expect(ended.code).toBe(2);
    expect(fixture.deletions()).toBe(0);
    const run = await fixture.run();
    expect([...run.rows.values()].map((row) => pick(row, 'row', 'line', 'status', 'code'))).toEqual(
      expect.arrayContaining([
        ['1', '2', 'not_attempted', 'would_delete'],
        ['2', '3', 'invalid', 'missing_value'],
        ['3', '4', 'invalid', 'unknown_field'],
        ['4', '5', 'not_attempted', 'would_delete'],
        ['5', '6', 'duplicate', 'duplicate_of'],
        ['6', '7', 'invalid', 'unknown_record'],
        ['7', '8', 'not_attempted', 'nothing_to_delete'],
      ]),
    );
    expect(pick(run.rows.get(1), 'file_name')).toEqual(['photo-1.jpg']);
    expect(pick(run.rows.get(5), 'message')[0]).toContain('row 4');
    for (const line of [3, 4, 7])
      expect(ended.stderr).toMatch(new RegExp(`\\bline ${line}\\b`, 'i'));
    expect(run.summary).toMatchObject({ exitCode: 2 });
    // Such a run is not resumed, and its report exits as it did.
    const resumed = await fixture.sweep(['resume', run.directory]);
    expect(resumed.code).toBe(2);
    expect(resumed.stderr).toContain('refused');
    expect((await fixture.sweep(['report', run.directory])).code).toBe(2);
    expect(fixture.deletions()).toBe(0);
  });

  it('--skip-invalid deletes the valid rows', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', MIXED);
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', '--skip-invalid', ...FAST]);
    expect(ended.code).toBe(1);
    expect(rowOutcomes(await fixture.run())).toEqual([
      'deleted  1 yes',
      'invalid missing_value 0 ',
      'invalid unknown_field 0 ',
      'deleted  1 yes',
      'duplicate duplicate_of 0 ',
      'invalid unknown_record 0 ',
      'already_empty  0 ',
    ]);
    expect(fixture.deletions()).toBe(2);
  });

  it('R’s write.csv: both kinds of problem in one pass, the nameless column in its place', async () => {
    const fixture = await openFixture();
    await fixture.write(
      'r.csv',
      '"","record_id","field","event","instance"\n"1","1","photo",NA,""\n"2","2","photo","",NA\n"3","3","photo","",""\n"4","4","photo","",""\n',
    );
    const ended = await fixture.sweep(['run', 'r.csv', '--yes', ...FAST]);
    expect(ended.code).toBe(2);
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual([
      'invalid event_not_allowed 0 ',
      'invalid bad_instance 0 ',
      'not_attempted would_delete 0 ',
      'not_attempted would_delete 0 ',
    ]);
    const text = await readFile(join(run.directory, 'error.csv'), 'utf8');
    expect(text.split('\n')[0]).toMatch(/^,record_id,field,event,instance,sweep_row/);
    expect(text.split('\n')[1]).toMatch(/^1,1,photo,NA,,1,2,invalid/);
    expect(fixture.deletions()).toBe(0);
  });
});

async function prepare(): Promise<Fixture> {
  const fixture = await openFixture();
  await fixture.write('m.csv', photosManifest(5));
  await fixture.write('empty.csv', 'record,field\n\n');
  await fixture.write('headers.csv', 'subject,file\n1,photo\n');
  await fixture.write('quote.csv', 'record,field\n1,photo\n"2,photo\n3,photo\n');
  await fixture.write('bytes.csv', Buffer.from('record,field\n\xff\xfe1,photo\n', 'latin1'));
  await mkdir(join(fixture.folder, 'full'));
  await writeFile(join(fixture.folder, 'full', 'mine.txt'), 'mine');
  return fixture;
}

describe('refusals that leave nothing behind', () => {
  it.each([
    { name: 'no --yes and no terminal', args: ['m.csv'], says: /--yes/ },
    {
      name: '--max-deletions',
      args: ['m.csv', '--yes', '--max-deletions', '2'],
      says: /more than/,
    },
    { name: '--expect-project', args: ['m.csv', '--yes', '--expect-project', '9'], says: /4711/ },
    {
      name: '--expect-project with --no-check',
      args: ['m.csv', '--yes', '--no-check', '--expect-project', '9'],
      says: /project 4711, not to 9/,
    },
    { name: 'no manifest there', args: ['gone.csv', '--yes'], says: /gone\.csv/ },
    { name: 'a manifest without rows', args: ['empty.csv', '--yes'], says: /row/ },
    { name: 'headers that are none', args: ['headers.csv', '--yes'], says: /"?subject"?/ },
    { name: 'a quote that never closes', args: ['quote.csv', '--yes'], says: /line 3/i },
    { name: 'no text', args: ['bytes.csv', '--yes'], says: /line 2/i },
    { name: 'an option that does not exist', args: ['m.csv', '--yess'], says: /--yes/ },
    { name: 'no manifest named', args: ['--yes'], says: /manifest/ },
    { name: '--limit 0', args: ['m.csv', '--yes', '--limit', '0'], says: /--limit/ },
    {
      name: '--rate that is none',
      args: ['m.csv', '--yes', '--rate', 'quick'],
      says: /--rate/,
    },
    {
      name: '--run-dir that holds something',
      args: ['m.csv', '--yes', '--run-dir', 'full'],
      says: /full exists and is not empty/,
    },
    {
      name: '--run-dir that is a file',
      args: ['m.csv', '--yes', '--run-dir', 'm.csv'],
      says: /m\.csv/,
    },
    {
      name: '--token',
      args: ['m.csv', '--yes', '--token', '5A4DB0C50000000000000000C0FFEE00'],
      says: /--token-file/,
    },
    {
      name: '--token=…',
      args: ['m.csv', '--yes', '--token=5A4DB0C50000000000000000C0FFEE00'],
      says: /--token-file/,
    },
    {
      name: 'two ways to give the token',
      args: ['m.csv', '--yes', '--token-file', 't', '--token-command', 'cat t'],
      says: /--token-command/,
    },
  ])('$name', async ({ args, says }) => {
    const fixture = await prepare();
    const ended = await fixture.sweep(['run', ...args]);
    expect(ended.stderr).toMatch(says);
    expect(ended.code).toBe(2);
    expect(ended.stderr).not.toMatch(/\bat .*\.js:\d+/);
    expect(ended.stdout + ended.stderr).not.toMatch(/5A4DB0C5/i);
    expect(await namesIn(join(fixture.folder, 'reports'))).toEqual([]);
    expect(await namesIn(join(fixture.folder, 'full'))).toEqual(['mine.txt']);
    expect(fixture.deletions()).toBe(0);
  });
});

it('nobody listens: look at the address, and no word of --no-check', async () => {
  const fixture = await openFixture();
  await fixture.write('m.csv', photosManifest(1));
  const args = ['check', 'm.csv', '--url', 'http://127.0.0.1:9/api/', '--retries', '0'];
  const ended = await fixture.sweep(args);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toMatch(/Look at --url, at the VPN and at the proxy\.$/m);
  expect(ended.stderr).not.toContain('--no-check');
});
