import { execFile } from 'node:child_process';
import { appendFile, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { FAST, openFixture, photosManifest, type Fixture } from '../support/fixture.ts';

interface Entry {
  readonly directory: string;
  readonly kind: string | null;
  readonly state: string;
  readonly exitCode: number | null;
  readonly next: string | null;
  readonly error: string | null;
}

async function listOf(fixture: Fixture, ...args: readonly string[]): Promise<readonly Entry[]> {
  const ended = await fixture.sweep(['runs', '--json', ...args]);
  expect(ended.code).toBe(0);
  return (JSON.parse(ended.stdout) as { runs: readonly Entry[] }).runs;
}

it('lists checks and runs, the newest first, each with a next command that works', async () => {
  const fixture = await openFixture();
  await mkdir(join(fixture.folder, 'lists'));
  await fixture.write('lists/m.csv', photosManifest(4));
  await fixture.write('bad.csv', 'record,field\n1,photo\n2,nothing\n');
  const at = (name: string): string[] => ['--run-dir', `reports/${name}`, ...FAST];
  await fixture.sweep(['check', 'lists/m.csv', ...at('check')]);
  await fixture.sweep(['check', 'bad.csv', ...at('faulty')]);
  await fixture.sweep(['run', 'bad.csv', '--yes', ...at('refused')]);
  await fixture.sweep(['run', 'lists/m.csv', '--yes', '--limit', '1', ...at('pilot')]);
  await fixture.sweep(['check', 'lists/m.csv', '--backup', '--limit', '1', ...at('archive')]);
  await fixture.sweep(['run', 'lists/m.csv', '--yes', ...at('whole')]);
  const sent = fixture.sandbox.ledger.entries.length;

  const listed = await listOf(fixture);
  expect(listed.map(({ directory, state, next }) => [directory, state, next])).toEqual([
    ['reports/whole', 'Finished', null],
    ['reports/archive', 'Archive stopped as asked for', 'redcap-sweep resume reports/archive'],
    ['reports/pilot', 'Stopped as asked for', 'redcap-sweep resume reports/pilot'],
    ['reports/refused', 'Refused', 'redcap-sweep run bad.csv'],
    ['reports/faulty', 'Check, with rows to correct', 'redcap-sweep check bad.csv'],
    ['reports/check', 'Check, for approval', 'redcap-sweep run --approved reports/check'],
  ]);
  expect(listed[0]).toMatchObject({
    kind: 'run',
    exitCode: 0,
    project: { id: '4711', title: 'Archive' },
    manifest: { name: 'm.csv', rows: 4 },
    startedAt: expect.stringMatching(/^\d{4}-/) as string,
    finishedAt: expect.stringMatching(/^\d{4}-/) as string,
  });
  expect(fixture.sandbox.ledger.entries).toHaveLength(sent);

  const { stdout, code } = await fixture.sweep(['runs']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC {2}run {4}Finished$/m);
  expect(stdout).toMatch(/^ {2}Next {6}redcap-sweep run --approved reports\/check$/m);
  expect(stdout).toMatch(/^ {2}Project {3}Archive \(id 4711\)$/m);
});

it('one that was killed is gone on with; one that cannot be read is listed with why', async () => {
  const fixture = await openFixture();
  await fixture.write('m.csv', photosManifest(4));
  for (const name of ['killed', 'checked', 'hole', 'version']) {
    const verb = name === 'checked' ? 'check' : 'run';
    const yes = verb === 'run' ? ['--yes'] : [];
    const limit = verb === 'run' ? ['--limit', '2'] : [];
    await fixture.sweep([verb, 'm.csv', ...yes, ...limit, '--run-dir', `reports/${name}`, ...FAST]);
  }
  const journal = (name: string): string => join(fixture.folder, 'reports', name, 'journal.ndjson');
  const cutBefore = async (name: string, state: string): Promise<void> => {
    const text = await readFile(journal(name), 'utf8');
    await truncate(journal(name), text.lastIndexOf('\n', text.indexOf(`"state":"${state}"`)) + 1);
  };
  await cutBefore('killed', 'stop');
  await cutBefore('checked', 'end');
  await fixture.write('a.csv', photosManifest(4, 11));
  await fixture.sweep(['check', 'a.csv', '--backup', '--run-dir', 'reports/archive', ...FAST]);
  await cutBefore('archive', 'end');
  // Gone on with after its end, and killed then.
  await fixture.write('b.csv', photosManifest(4, 5));
  const again = ['--yes', '--limit', '2', '--run-dir', 'reports/resumed', ...FAST];
  await fixture.sweep(['run', 'b.csv', ...again]);
  await appendFile(journal('resumed'), `{"state":"resumed","at":${Date.now()},"tool":"x"}\n`);
  // In the middle, where a journal with an end is not read.
  const text = await readFile(journal('hole'), 'utf8');
  await writeFile(journal('hole'), text.replace('"state":"confirmed"', '"state":"con\u0000ed"'));
  await writeFile(journal('version'), '{"version":99}\n');
  await mkdir(join(fixture.folder, 'reports', 'foreign'));
  await mkdir(join(fixture.folder, 'reports', '.redcap-sweep-x'));
  const byName = Object.fromEntries(
    (await listOf(fixture)).map((one) => [one.directory.split('/')[1], one]),
  );
  expect(Object.keys(byName).toSorted()).toEqual(
    ['killed', 'checked', 'hole', 'version', 'foreign', 'archive', 'resumed'].toSorted(),
  );
  expect(byName['killed']).toMatchObject({
    state: 'Killed before its end',
    exitCode: null,
    next: 'redcap-sweep resume reports/killed',
  });
  expect(byName['checked']).toMatchObject({
    state: 'Check, killed before its end',
    next: 'redcap-sweep check m.csv',
  });
  expect(byName['resumed']).toMatchObject({
    state: 'Killed before its end',
    next: 'redcap-sweep resume reports/resumed',
  });
  expect(byName['archive']).toMatchObject({
    state: 'Archive, for approval',
    next: 'redcap-sweep run --approved reports/archive',
  });
  expect(byName['version']).toMatchObject({ error: expect.stringMatching(/version 99/) as string });
  expect(byName['foreign']).toMatchObject({
    error: expect.stringMatching(/has no journal\.ndjson/) as string,
  });
  const { stdout } = await fixture.sweep(['runs']);
  expect(stdout).toMatch(/^reports\/foreign\n {2}Cannot be read: it has no journal/m);
});

it('a journal with its end is read no further than its first and last lines', async () => {
  const fixture = await openFixture();
  await fixture.write('m.csv', photosManifest(2));
  await fixture.sweep(['run', 'm.csv', '--yes', '--run-dir', 'reports/long', ...FAST]);
  const path = join(fixture.folder, 'reports', 'long', 'journal.ndjson');
  const [header = '', ...rest] = (await readFile(path, 'utf8')).split('\n');
  // Whoever reads this as lines of a journal finds a hole of 200 MB.
  await writeFile(path, `${header}\n`);
  await truncate(path, 200_000_000);
  await appendFile(
    path,
    `\n${'{"verified":"yes","rows":[],"at":1}\n'.repeat(5000)}${rest.join('\n')}`,
  );
  const [listed] = await listOf(fixture);
  expect(listed).toMatchObject({ state: 'Finished', exitCode: 0 });
});

it('nothing there is no error; a file in its place is', async () => {
  const fixture = await openFixture();
  expect(await listOf(fixture)).toEqual([]);
  const ended = await fixture.sweep(['runs', '--report-dir', 'elsewhere']);
  expect([ended.code, ended.stdout]).toEqual([0, '']);
  expect(ended.stderr).toContain('No check and no run is in elsewhere');
  await fixture.write('file', '');
  expect((await fixture.sweep(['runs', '--report-dir', 'file'])).code).toBe(2);
});

it('run --dry-run names the check that does it, with the options that it has', async () => {
  const fixture = await openFixture();
  await fixture.write('m.csv', 'id,field\n1,photo\n');
  const ended = await fixture.sweep([
    'run',
    'm.csv',
    '--dry-run',
    '--yes',
    '--column',
    'record=id',
    '--limit',
    '5',
    '--expect-project',
    '4711',
    '--token-command',
    "printf '%s' x",
    '--json',
  ]);
  expect(ended.code).toBe(2);
  const { error } = JSON.parse(ended.stdout) as { error: { message: string } };
  expect(error.message.split('\n').at(-1)?.trim()).toBe(
    "redcap-sweep check m.csv --expect-project 4711 --column record=id --json --token-command 'printf '\\''%s'\\'' x'",
  );
  expect(fixture.sandbox.ledger.entries).toEqual([]);
  expect((await fixture.sweep(['run', '--help'])).stdout).not.toContain('--dry-run');
});

it('the next step after a list in a folder names it as it was named', async () => {
  const fixture = await openFixture();
  await mkdir(join(fixture.folder, 'my lists'));
  await fixture.write('my lists/m.csv', 'record,field\n1,photo\n2,nothing\n');
  const { stdout } = await fixture.sweep([
    'run',
    'my lists/m.csv',
    '--yes',
    '--backup',
    '--expect-project',
    '4711',
    ...FAST,
  ]);
  expect(stdout).toContain(
    "\n            redcap-sweep run 'my lists/m.csv' --backup --expect-project 4711\n",
  );
});

it.skipIf(process.platform === 'win32')(
  'a journal that is a pipe is no journal, and is not waited for',
  async () => {
    const fixture = await openFixture();
    await mkdir(join(fixture.folder, 'reports', 'pipe'), { recursive: true });
    await promisify(execFile)('mkfifo', [join(fixture.folder, 'reports/pipe/journal.ndjson')]);
    const { code, stdout } = await fixture.sweep(['runs']);
    expect(code).toBe(0);
    expect(stdout).toContain('its journal.ndjson is no file');
  },
);
