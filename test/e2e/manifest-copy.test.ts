import { execFileSync } from 'node:child_process';
import { appendFile, chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { namesIn } from '../support/cli.ts';
import { rowOutcomes, findRun, readRun } from '../support/run-files.ts';
import {
  audit,
  FAST,
  isDeletion,
  makeArchive,
  openFixture,
  type Fixture,
} from '../support/fixture.ts';
import { stopped } from '../support/stopped-run.ts';

/** Long rows: the manifest has several pieces that are read one after the other. */
const NOTE = 'n'.repeat(2000);
const ROWS = 120;
const SLOWLY = ['--rate', 'unlimited', '--concurrency', '1'] as const;

function longManifest(field = 'photo'): string {
  const rows = Array.from({ length: ROWS }, (_, at) => `${at + 1},${field},${NOTE}\n`);
  return `record,field,note\n${rows.join('')}`;
}

/** Every record has a photo, which the manifest names, and a scan, which it does not. */
async function openLongFixture(): Promise<Fixture> {
  const fixture = await openFixture({ project: makeArchive(ROWS) });
  for (let record = 1; record <= ROWS; record += 1) {
    fixture.project.putFile(
      { record: String(record), field: 'scan', event: '', instance: '' },
      'precious.pdf',
    );
  }
  return fixture;
}

/** The copy as somebody edits it, whatever its mode. */
async function overwrite(path: string, content: string | Buffer): Promise<void> {
  await chmod(path, 0o600);
  await writeFile(path, content);
}

/** Acts once, while the server has the n-th deletion in hand. */
function duringDeletion(fixture: Fixture, n: number, act: () => Promise<void>): void {
  fixture.sandbox.script(isDeletion, [
    ...Array.from({ length: n - 1 }, () => 'ok' as const),
    async (_call, proceed) => {
      const answer = await proceed();
      await act();
      return answer;
    },
  ]);
}

/** Types the command that the message gives. */
function putBack({ folder }: Fixture, stderr: string): void {
  const command = /(cp -f .*)$/m.exec(stderr)?.[1];
  expect(command).toBeDefined();
  execFileSync('/bin/sh', ['-c', command ?? ''], { cwd: folder });
}

const REPORTS = ['success.csv', 'error.csv', 'unprocessed.csv', 'summary.json', 'report.html'];

async function readReports(directory: string): Promise<string[]> {
  return Promise.all(REPORTS.map((name) => readFile(join(directory, name), 'utf8')));
}

const CHANGES: readonly {
  readonly name: string;
  change(copy: string): Promise<void>;
}[] = [
  {
    name: 'sorted in a spreadsheet',
    async change(copy) {
      const [header, ...rows] = (await readFile(copy, 'utf8')).trimEnd().split('\n');
      await overwrite(copy, `${[header, ...rows.toReversed()].join('\n')}\n`);
    },
  },
  {
    name: 'given other line ends',
    async change(copy) {
      await overwrite(copy, (await readFile(copy, 'utf8')).replaceAll('\n', '\r\n'));
    },
  },
  {
    name: 'cut short',
    change: async (copy) => overwrite(copy, (await readFile(copy)).subarray(0, -8)),
  },
  {
    name: 'added to',
    async change(copy) {
      await chmod(copy, 0o600);
      await appendFile(copy, '1,scan\n');
    },
  },
  { name: 'removed', change: (copy) => rm(copy) },
  {
    name: 'replaced by a folder',
    async change(copy) {
      await rm(copy);
      await mkdir(copy);
    },
  },
  {
    name: 'replaced by a rename',
    async change(copy) {
      await writeFile(`${copy}.new`, (await readFile(copy, 'utf8')).replace('1,photo', '1,scan'));
      await rename(`${copy}.new`, copy);
    },
  },
];

describe('a copy of the manifest that was changed afterwards', () => {
  it.each(CHANGES)('$name: report and resume refuse, and write nothing', async ({ change }) => {
    const { directory, ...fixture } = await stopped();
    const before = await readReports(directory);
    const sent = fixture.deletions();
    await change(join(directory, 'manifest.csv'));
    for (const args of [['report'], ['resume', ...FAST]]) {
      const [command = '', ...options] = args;
      const ended = await fixture.sweep([command, directory, ...options]);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain('is not the manifest of this run any more');
      expect(ended.stderr).toContain(`cp -f ${join(fixture.folder, 'm.csv')} `);
      expect(await readReports(directory)).toEqual(before);
    }
    expect(await namesIn(directory)).not.toContainEqual(expect.stringMatching(/\.tmp$/));
    expect(fixture.deletions()).toBe(sent);
  });

  it('restore refuses, and what was put back makes everything work again', async () => {
    const { directory, ...fixture } = await stopped(['--backup']);
    await CHANGES[0]?.change(join(directory, 'manifest.csv'));
    const refused = await fixture.sweep(['restore', directory, '--yes', ...FAST]);
    expect(refused.code).toBe(2);
    putBack(fixture, refused.stderr);
    expect((await fixture.sweep(['report', directory])).code).toBe(3);
    expect((await fixture.sweep(['restore', directory, '--yes', ...FAST])).code).toBe(0);
    expect((await fixture.sweep(['resume', directory, ...FAST])).code).toBe(0);
    expect([...fixture.project.files()]).toHaveLength(4);
  });

  it("a check's copy: its report and an approved run refuse", async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', 'record,field\n1,photo\n2,photo\n');
    expect((await fixture.sweep(['check', 'm.csv', ...FAST])).code).toBe(0);
    const directory = await findRun(fixture.folder);
    await overwrite(join(directory, 'manifest.csv'), 'record,field\n1,photo\n3,photo\n');
    expect((await fixture.sweep(['report', directory])).code).toBe(2);
    const ended = await fixture.sweep(['run', '--approved', directory, '--yes', ...FAST]);
    expect(ended.code).toBe(2);
    expect(fixture.deletions()).toBe(0);
    putBack(fixture, ended.stderr);
    expect((await fixture.sweep(['report', directory])).code).toBe(0);
  });
});

describe('a copy that changes under a run', () => {
  it.each([
    { name: 'edited in place', replaced: false, packed: false },
    { name: 'replaced by a rename', replaced: true, packed: false },
    { name: 'packed, and replaced', replaced: true, packed: true },
  ])('$name: no changed row is sent', async ({ replaced, packed }) => {
    const fixture = await openLongFixture();
    const asFile = (text: string): string | Buffer =>
      packed ? gzipSync(text, { level: 0 }) : text;
    await fixture.write('m.csv', asFile(longManifest()));
    const others = longManifest('scan').slice(longManifest('scan').indexOf('\n81,') + 1);
    const edited = longManifest().slice(0, longManifest().indexOf('\n81,') + 1) + others;
    duringDeletion(fixture, 3, async () => {
      const copy = join(await findRun(fixture.folder), 'manifest.csv');
      if (!replaced) return overwrite(copy, asFile(edited));
      await writeFile(`${copy}.new`, asFile(edited));
      return rename(`${copy}.new`, copy);
    });
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...SLOWLY]);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('manifest_changed');
    // What was in memory is what was checked; of the rest nothing went out.
    expect(fixture.deletions()).toBeLessThan(81);
    const directory = await findRun(fixture.folder);
    expect(await namesIn(directory)).not.toContain('success.csv');
    putBack(fixture, ended.stderr);
    expect((await fixture.sweep(['report', directory])).code).toBe(3);
    const half = await readRun(directory);
    audit(half, fixture);
    expect(half.summary.stop).toMatchObject({ code: 'manifest_changed' });
    expect(half.rows.get(ROWS)).toMatchObject({
      sweep_status: 'not_attempted',
      sweep_code: 'manifest_changed',
    });
    expect((await fixture.sweep(['resume', directory, ...SLOWLY])).code).toBe(0);
    const run = await fixture.run();
    audit(run, fixture);
    expect(run.summary.totals['deleted']).toBe(ROWS);
    expect([...fixture.project.files()]).toHaveLength(ROWS);
  });

  it('an edit that is undone in time harms nothing', async () => {
    const fixture = await openLongFixture();
    await fixture.write('m.csv', longManifest());
    for (const [at, text] of [
      [3, longManifest('scan')],
      [6, longManifest()],
    ] as const) {
      duringDeletion(fixture, at, async () =>
        overwrite(join(await findRun(fixture.folder), 'manifest.csv'), text),
      );
    }
    expect((await fixture.sweep(['run', 'm.csv', '--yes', ...SLOWLY])).code).toBe(0);
    audit(await fixture.run(), fixture);
  });

  it('after its last row: the reports are not made, and the run is not begun anew', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', 'record,field\n1,photo\n2,photo\n');
    duringDeletion(fixture, 2, async () =>
      overwrite(join(await findRun(fixture.folder), 'manifest.csv'), 'record,field\n3,photo\n'),
    );
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...SLOWLY]);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('manifest_changed');
    const directory = await findRun(fixture.folder);
    expect(await namesIn(directory)).not.toContain('summary.json');
    putBack(fixture, ended.stderr);
    expect((await fixture.sweep(['report', directory])).code).toBe(0);
    expect(rowOutcomes(await readRun(directory))).toEqual(['deleted  1 yes', 'deleted  1 yes']);
    const resumed = await fixture.sweep(['resume', directory, ...FAST]);
    expect(resumed.stderr).toContain('finished');
    expect(fixture.deletions()).toBe(2);
  });

  it('before the first deletion: exit 2, nothing is sent, and resume can go on', async () => {
    const { directory, ...fixture } = await stopped();
    const before = await readReports(directory);
    const sent = fixture.deletions();
    // The copy is sound when the command begins, and edited while it asks for the project.
    fixture.sandbox.script(
      ({ content }) => content === 'project',
      [
        async (_call, proceed) => {
          const copy = join(directory, 'manifest.csv');
          await overwrite(copy, (await readFile(copy, 'utf8')).replace('20,photo', '20,scan'));
          return proceed();
        },
      ],
    );
    const ended = await fixture.sweep(['resume', directory, ...FAST]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('manifest_changed');
    expect(await readReports(directory)).toEqual(before);
    expect(fixture.deletions()).toBe(sent);
    putBack(fixture, ended.stderr);
    expect((await fixture.sweep(['resume', directory, ...FAST])).code).toBe(0);
    audit(await readRun(directory), fixture);
  });

  it('while it is checked: refused, and nothing is left', async () => {
    const fixture = await openLongFixture();
    await fixture.write('m.csv', longManifest());
    fixture.sandbox.script(
      ({ content }) => content === 'project',
      [
        async (_call, proceed) => {
          const reports = join(fixture.folder, 'reports');
          const [draft = ''] = await namesIn(reports);
          await overwrite(join(reports, draft, 'manifest.csv'), longManifest('scan'));
          return proceed();
        },
      ],
    );
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('changed by somebody while it was checked');
    expect(fixture.deletions()).toBe(0);
    expect(await namesIn(join(fixture.folder, 'reports'))).toEqual([]);
  });
});

describe('the copy of the manifest', () => {
  it('is read-only, and a run from a pipe says that it has no original to name', async () => {
    const fixture = await openFixture();
    const text = 'record,field\n1,photo\n2,photo\n';
    await fixture.write('m.csv', text);
    const args = ['-c', 'cat m.csv | "$@"', 'sh', process.execPath];
    const { startProgram, BIN } = await import('../support/cli.ts');
    const piped = startProgram(
      '/bin/sh',
      [...args, BIN, 'run', '-', '--yes', '--limit', '1', ...SLOWLY],
      { cwd: fixture.folder, env: fixture.env },
    );
    expect((await piped.ended).code).toBe(3);
    const directory = await findRun(fixture.folder);
    const copy = join(directory, 'manifest.csv');
    expect((await stat(copy)).mode & 0o777).toBe(0o400);
    await overwrite(copy, text.toUpperCase());
    const ended = await fixture.sweep(['report', directory]);
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.stderr).toContain(`cp -f <manifest> ${copy}`);
    await overwrite(copy, text);
    expect((await fixture.sweep(['resume', directory, ...SLOWLY])).code).toBe(0);
  });
});
