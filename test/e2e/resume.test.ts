import { appendFile, cp, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/sandbox/handler.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import { sweep, until } from '../support/cli.ts';
import { fates, findRun, pick, readLines, readRun } from '../support/run-files.ts';
import {
  audit,
  FAST,
  makeArchive,
  openStand,
  photo,
  photosManifest,
  type Stand,
} from '../support/stand.ts';

const ROWS = 20;

/** A run of 20 rows that stopped after four. */
async function stopped(more: readonly string[] = []): Promise<Stand & { directory: string }> {
  const stand = await openStand();
  await stand.write('m.csv', photosManifest(ROWS));
  const args = ['run', 'm.csv', '--yes', ...FAST, '--limit', '4', '--concurrency', '1', ...more];
  expect((await stand.sweep(args)).code).toBe(3);
  return { ...stand, directory: await findRun(stand.folder) };
}

async function editJournal(
  directory: string,
  edit: (lines: string[]) => readonly string[],
): Promise<void> {
  const path = join(directory, 'journal.ndjson');
  const lines = (await readFile(path, 'utf8')).split('\n');
  await writeFile(path, edit(lines).join('\n'));
}

interface Refusal {
  readonly name: string;
  readonly says: RegExp;
  readonly options?: readonly string[];
  readonly run?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  prepare?(stand: Stand & { directory: string }): Promise<Readonly<Record<string, string>> | void>;
}

const REFUSALS: readonly Refusal[] = [
  {
    name: 'another manifest',
    says: /not the manifest of this run/,
    prepare: async ({ directory }) => appendFile(join(directory, 'manifest.csv'), '21,photo\n'),
  },
  {
    name: 'another project',
    says: /project 815.*of project 4711/,
    prepare: async ({ sandbox }) => {
      const answer = JSON.stringify({
        project_id: 815,
        project_title: 'Other',
        is_longitudinal: 0,
      });
      const headers = { 'content-type': 'application/json' };
      sandbox.script(
        ({ content }) => content === 'project',
        [() => new Response(answer, { headers })],
        { lasting: true },
      );
    },
  },
  {
    name: 'another address',
    says: /belongs to http/,
    prepare: async () => {
      const other = await serveSandbox(createSandbox({ project: makeArchive(ROWS) }));
      setTimeout(() => void other.close(), 20_000).unref();
      return { REDCAP_API_URL: other.url };
    },
  },
  {
    name: 'another token, where nobody read the project',
    says: /not the token that the run was begun with/,
    run: ['--no-check'],
    env: { REDCAP_API_TOKEN: 'ABCDEF0123456789ABCDEF0123456789' },
  },
  {
    name: 'another journal version',
    says: /version 99.*version 1/,
    prepare: async ({ directory }) =>
      editJournal(directory, ([first = '', ...rest]) => [
        first.replace('"version":1', '"version":99'),
        ...rest,
      ]),
  },
  {
    name: 'a broken line in the middle',
    says: /Line 7 of .*journal\.ndjson is broken/,
    prepare: async ({ directory }) =>
      editJournal(directory, (lines) => lines.with(6, (lines[6] ?? '').slice(0, 12))),
  },
  {
    name: 'a journal that lost its beginning',
    says: /version undefined|first line/,
    prepare: async ({ directory }) => editJournal(directory, (lines) => lines.slice(1)),
  },
  {
    name: 'an empty journal',
    says: /holds no run/,
    prepare: async ({ directory }) => truncate(join(directory, 'journal.ndjson'), 0),
  },
  { name: 'options of the run', says: /max-failures/, options: ['--max-failures', '3'] },
  { name: '--no-verify, likewise', says: /no-verify/, options: ['--no-verify'] },
];

describe('what resume refuses', () => {
  it.each(REFUSALS)('$name', async ({ says, options = [], run = [], env = {}, prepare }) => {
    const stand = await stopped(run);
    const more = { ...env, ...(await prepare?.(stand)) };
    const before = await readFile(join(stand.directory, 'journal.ndjson'));
    const ended = await stand.sweep(['resume', stand.directory, ...options], more);
    expect(ended.stderr).toMatch(says);
    expect(ended.code).toBe(2);
    expect(ended.stderr).not.toMatch(/\bat .*\.js:\d+|bug/);
    expect(stand.deletions()).toBe(4);
    expect((await readFile(join(stand.directory, 'journal.ndjson'))).equals(before)).toBe(true);
  });

  it('a check, what is no run, and what is not there', async () => {
    const stand = await openStand();
    await stand.write('m.csv', photosManifest(3));
    expect((await stand.sweep(['check', 'm.csv', ...FAST])).code).toBe(0);
    for (const [directory, says] of [
      [await findRun(stand.folder), '--approved'],
      [stand.folder, 'no run directory'],
      [join(stand.folder, 'gone'), 'no run directory'],
    ] as const) {
      const ended = await stand.sweep(['resume', directory]);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain(says);
    }
    expect(stand.deletions()).toBe(0);
  });

  it('a run that another process is at, which report does not mind', async () => {
    const stand = await openStand({ latencyMs: 100 });
    await stand.write('m.csv', photosManifest(ROWS));
    const args = ['run', 'm.csv', '--yes', '--rate', '4/s', '--concurrency', '1'];
    const started = stand.start(args);
    await until(() => stand.deletions() >= 2);
    const directory = await findRun(stand.folder);
    const second = await stand.sweep(['resume', directory, ...FAST]);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain('Another redcap-sweep is at work');
    const reported = await stand.sweep(['report', directory, '--json']);
    expect(reported.code).toBe(3);
    const live = await readRun(directory);
    expect(JSON.parse(reported.stdout)).toEqual(live.summary);
    expect(live.summary.totals['deleted']).toBeGreaterThan(0);
    expect(live.summary.totals['not_attempted']).toBeGreaterThan(0);
    audit(live, stand);
    // The run's own reports come last, and nothing was lost by the others.
    expect((await started.ended).code).toBe(0);
    expect((await stand.run()).success).toHaveLength(ROWS);
  });
});

describe('what resume does', () => {
  it('cuts off a torn last line before it appends', async () => {
    const stand = await stopped();
    const path = join(stand.directory, 'journal.ndjson');
    await editJournal(stand.directory, (lines) =>
      lines.filter((line) => !/"(stop|end)"/.test(line)),
    );
    await appendFile(path, '{"row":5,"state":"sen');
    const reported = await stand.sweep(['report', stand.directory]);
    expect(reported.code).toBe(3);
    // At full speed, a mark says that any row may have been in the air.
    expect(fates(await stand.run()).slice(3, 5)).toEqual([
      'deleted  1 yes',
      'unknown interrupted 0 ',
    ]);
    expect((await stand.sweep(['resume', stand.directory, ...FAST])).code).toBe(0);
    const run = await stand.run();
    expect(run.success).toHaveLength(ROWS);
    audit(run, stand);
  });

  it('looks before it sends: gone, another file, no record', async () => {
    const stand = await stopped();
    stand.project.removeFile(photo(6));
    stand.project.putFile(photo(8), 'other.pdf');
    stand.project.removeRecord('10');
    const ended = await stand.sweep(['resume', stand.directory, ...FAST]);
    expect(ended.code).toBe(1);
    const run = await stand.run();
    expect(pick(run.rows.get(6), 'status', 'code')).toEqual(['already_empty', '']);
    expect(pick(run.rows.get(8), 'status', 'code')).toEqual([
      'guard_mismatch',
      'changed_since_check',
    ]);
    expect(pick(run.rows.get(10), 'status', 'code')).toEqual(['invalid', 'unknown_record']);
    expect(stand.project.fileName(photo(8))).toBe('other.pdf');
    expect(stand.deletions()).toBe(ROWS - 3);
    audit(run, stand);
  });

  it('a look that cannot be read: stopped before anything is sent', async () => {
    const stand = await stopped();
    let lifted = false;
    stand.sandbox.script(({ kind }) => !lifted && kind === 'export', ['html'], { lasting: true });
    const args = ['resume', stand.directory, ...FAST, '--retries', '0'];
    const ended = await stand.sweep(args);
    expect(ended.code).toBe(2);
    expect(stand.deletions()).toBe(4);
    const run = await stand.run();
    expect(run.summary.stop).toMatchObject({ code: 'not_confirmed' });
    for (const row of run.unprocessed) expect(row['sweep_code']).toBe('not_confirmed');
    lifted = true;
    expect((await stand.sweep(args)).code).toBe(0);
    expect((await stand.run()).success).toHaveLength(ROWS);
  });

  it('without a check: rows in the air are sent again, "no file" then means deleted', async () => {
    const stand = await openStand();
    await stand.write('m.csv', photosManifest(ROWS));
    stand.sandbox.script(photo(3), ['hang-after']);
    const args = ['run', 'm.csv', '--yes', '--no-check', '--rate', '20/s', '--concurrency', '1'];
    const started = stand.start(args);
    await until(() => stand.deletions() >= 3);
    started.kill('SIGKILL');
    await started.ended;
    const directory = await findRun(stand.folder);
    expect((await stand.sweep(['report', directory])).code).toBe(3);
    expect(fates(await stand.run()).slice(1, 4)).toEqual([
      'deleted  1 skipped',
      'unknown interrupted 1 ',
      'not_attempted interrupted 0 ',
    ]);
    expect((await stand.sweep(['resume', directory, ...FAST])).code).toBe(0);
    const run = await stand.run();
    expect(pick(run.rows.get(3), 'status', 'attempts', 'http_status')).toEqual([
      'deleted',
      '2',
      '400',
    ]);
    expect(pick(run.rows.get(3), 'message')[0]).toContain('may have');
    expect(stand.sandbox.ledger.counts()).toMatchObject({ export: 0, meta: 0 });
    audit(run, stand);
  });

  it('a finished run: says so, sends nothing, exits as it did', async () => {
    const stand = await openStand();
    stand.sandbox.script(photo(2), [() => new Response('{"error":"locked"}', { status: 400 })]);
    await stand.write('m.csv', photosManifest(4));
    const first = await stand.sweep(['run', 'm.csv', '--yes', ...FAST]);
    expect(first.code).toBe(1);
    const requests = stand.sandbox.ledger.entries.length;
    const directory = await findRun(stand.folder);
    const before = await readLines(directory);
    // Not even a token is needed.
    const { folder } = stand;
    const ended = await sweep(['resume', directory], { cwd: folder });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('finished');
    expect(await readLines(directory)).toEqual(before);
    const reported = await sweep(['report', directory], { cwd: folder });
    expect(reported.code).toBe(1);
    expect(stand.sandbox.ledger.entries).toHaveLength(requests);
  });

  it('killed after its last row: nothing is left, and the exit code is that of its rows', async () => {
    const stand = await openStand();
    await stand.write('m.csv', photosManifest(4));
    await stand.sweep(['run', 'm.csv', '--yes', ...FAST]);
    const directory = await findRun(stand.folder);
    await editJournal(directory, (lines) => lines.filter((line) => !line.includes('"end"')));
    expect((await stand.sweep(['report', directory])).code).toBe(0);
    expect((await stand.sweep(['resume', directory, ...FAST])).code).toBe(0);
  });

  it('a copy of the directory on another machine is resumed alike', async () => {
    const stand = await stopped();
    await cp(stand.directory, join(stand.folder, 'copy'), { recursive: true });
    expect((await stand.sweep(['resume', 'copy', ...FAST])).code).toBe(0);
    expect((await readRun(join(stand.folder, 'copy'))).success).toHaveLength(ROWS);
  });
});

describe('the journal', () => {
  it('says what it is, then the plan, the confirmation, and each request before it leaves', async () => {
    const stand = await openStand();
    await stand.write('m.csv', 'record,field\n1,photo\n1,scan\n2,photo\n2,photo\n');
    const args = ['run', 'm.csv', '--yes', '--rate', '50/s', '--concurrency', '1'];
    expect((await stand.sweep(args)).code).toBe(0);
    const run = await stand.run();
    const [header, ...lines] = run.journal;
    expect(header).toMatchObject({
      version: 1,
      kind: 'run',
      url: stand.url,
      project: { id: '4711' },
      manifest: { name: 'm.csv', rows: 4, sha256: run.summary.sha256['manifest'] },
    });
    expect(
      lines.map((line) => [line['row'] ?? line['rows'], line['plan'] ?? line['state']]),
    ).toEqual([
      [1, 'delete'],
      [2, 'already_empty'],
      [3, 'delete'],
      [4, 'duplicate'],
      [undefined, 'planned'],
      [undefined, 'confirmed'],
      [1, 'sending'],
      [1, 'deleted'],
      [3, 'sending'],
      [3, 'deleted'],
      [[1, 3], undefined],
      [undefined, 'end'],
    ]);
  });

  it('above 50 requests a second a mark comes first', async () => {
    const stand = await openStand();
    await stand.write('m.csv', photosManifest(3));
    await stand.sweep(['run', 'm.csv', '--yes', '--rate', '51/s', '--concurrency', '1']);
    const { journal } = await stand.run();
    const states = journal.map(({ state }) => state);
    expect(states.indexOf('mark')).toBeGreaterThan(states.indexOf('confirmed'));
    expect(states.indexOf('mark')).toBeLessThan(states.indexOf('sending'));
    expect(journal.find(({ state }) => state === 'mark')).toMatchObject({
      upTo: expect.toSatisfy((upTo: number) => upTo >= 3) as number,
    });
  });
});
