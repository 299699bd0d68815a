import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/rows/target.ts';
import { buildProject } from '../../src/sandbox/project.ts';
import { findRun, pick, readRun, type RunFiles } from '../support/run-files.ts';
import { audit, FAST, openFixture, photo, type Fixture } from '../support/fixture.ts';
import { ROWS, stopped } from '../support/stopped-run.ts';

const NUL_LINE = `${'\0'.repeat(300)}\n`;

type Edit = (lines: string[]) => string;

async function spoil(directory: string, edit: Edit): Promise<void> {
  const path = join(directory, 'journal.ndjson');
  const lines = (await readFile(path, 'latin1')).split('\n').slice(0, -1);
  await writeFile(path, edit(lines), 'latin1');
}

const whole = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** A hole between two whole lines, before the first one that the text stands in. */
const holeBefore =
  (text: string): Edit =>
  (lines) => {
    const at = lines.findIndex((line) => line.includes(text));
    expect(at).toBeGreaterThan(0);
    return whole(lines.slice(0, at)) + NUL_LINE + whole(lines.slice(at));
  };

/** What the disk lost: from the middle of one line to the middle of another. */
const zeroed =
  (from: (line: string) => boolean, to: (line: string) => boolean, edge = 0.5): Edit =>
  (lines) => {
    const first = lines.findIndex(from);
    const last = lines.findLastIndex(to);
    expect([first > 0, last >= first]).toEqual([true, true]);
    const start = lines[first] ?? '';
    const end = lines[last] ?? '';
    const kept = start.slice(0, Math.floor(start.length * edge));
    const rest = end.slice(Math.ceil(end.length * (1 - edge)));
    return `${whole(lines.slice(0, first))}${kept}${'\0'.repeat(400)}${rest}\n${whole(lines.slice(last + 1))}`;
  };

const hasText =
  (...texts: readonly string[]) =>
  (line: string): boolean =>
    texts.every((text) => line.includes(text));

const HOLES: readonly { readonly name: string; readonly edit: Edit }[] = [
  { name: 'before the plan', edit: holeBefore('"plan"') },
  { name: 'after the plan', edit: holeBefore('"planned"') },
  { name: 'before the first request', edit: holeBefore('"sending"') },
  { name: 'at the very end', edit: (lines) => whole(lines) + NUL_LINE },
  {
    name: 'in three places, with another torn end',
    edit: (lines) => `${lines.slice(0, 8).join('\n')}\n${NUL_LINE}\n${whole(lines.slice(8))}{"row`,
  },
  {
    name: 'over the confirmation',
    edit: zeroed(hasText('"confirmed"'), hasText('"confirmed"'), 0),
  },
  {
    name: 'over plan, totals and confirmation',
    edit: zeroed(hasText('"row":15,', '"plan"'), hasText('"confirmed"'), 0),
  },
  {
    name: 'over halves of two neighbours',
    edit: zeroed(hasText('"row":2,', '"sending"'), hasText('"row":2,', '"deleted"')),
  },
  {
    name: 'over requests and answers',
    edit: zeroed(hasText('"row":2,', '"sending"'), hasText('"row":4,', '"deleted"'), 0.2),
  },
  { name: 'over its end', edit: zeroed(hasText('"stop"'), hasText('"end"'), 0.1) },
  {
    name: 'that is no text',
    edit: (lines) =>
      whole(lines).replace('"row":3,"state":"deleted"', '"row":3,"state":"del\xfft\xfed"'),
  },
];

describe('a journal with a hole', () => {
  it.each(HOLES)('$name: report and resume work, and tell the truth', async ({ edit }) => {
    const { directory, ...fixture } = await stopped();
    await spoil(directory, edit);
    const reported = await fixture.sweep(['report', directory]);
    expect(reported.code).toBe(3);
    expect(reported.stderr).toMatch(/of the journal cannot be read/);
    const half = await readHoled(directory);
    audit(half, fixture);
    expect(half.summary['unreadableLines']).toBeGreaterThan(0);
    for (const row of half.rows.values()) {
      // What is not known to have an end may have been sent.
      expect(['deleted', 'unknown']).toContain(row['sweep_status']);
    }
    const resumed = await fixture.sweep(['resume', directory, '--yes', ...FAST]);
    expect(resumed).toMatchObject({ code: 0 });
    expect(resumed.stderr).toMatch(/of the journal cannot be read/);
    const run = await readHoled(directory);
    audit(run, fixture);
    expect(run.summary.totals['deleted']).toBe(ROWS);
    for (const { count } of fixture.sandbox.ledger.deletions()) expect(count).toBe(1);
    const again = await fixture.sweep(['resume', directory, ...FAST]);
    expect(again).toMatchObject({ code: 0 });
    expect(again.stderr).toContain('finished');
  });

  it('in the air is as by a mark: another file than the one seen is left alone', async () => {
    const { directory, ...fixture } = await stopped();
    await spoil(directory, holeBefore('"sending"'));
    fixture.project.putFile(photo(20), 'new.jpg');
    expect((await fixture.sweep(['resume', directory, ...FAST])).code).toBe(1);
    const run = await readHoled(directory);
    audit(run, fixture);
    expect(pick(run.rows.get(20), 'status', 'code')).toEqual([
      'guard_mismatch',
      'changed_since_check',
    ]);
    expect(run.rows.get(20)?.['sweep_message']).toContain('cannot be told');
  });

  it.each([
    { name: 'the whole first line', edit: ((lines) => NUL_LINE + whole(lines.slice(1))) as Edit },
    {
      name: 'a part of it',
      edit: ((lines) => whole(lines).replace('"version"', '"ver\0\0\0"')) as Edit,
    },
  ])('over $name is no journal', async ({ edit }) => {
    const { directory, ...fixture } = await stopped();
    await spoil(directory, edit);
    for (const command of ['report', 'resume']) {
      const ended = await fixture.sweep([
        command,
        directory,
        ...(command === 'resume' ? FAST : []),
      ]);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain('its first line is missing');
    }
  });

  it('leaves what a restore put back', async () => {
    const { directory, ...fixture } = await stopped(['--backup']);
    expect((await fixture.sweep(['restore', directory, '--yes', ...FAST])).code).toBe(0);
    // From the first backup to the last file that was put back.
    await spoil(directory, zeroed(hasText('"state":"backup"'), hasText('"restoring"'), 0));
    const resumed = await fixture.sweep(['resume', directory, '--yes', ...FAST]);
    expect(resumed.code).toBe(1);
    const run = await readHoled(directory);
    expect([1, 2, 3, 4].map((row) => run.rows.get(row)?.['sweep_status'])).toEqual(
      Array.from({ length: 4 }, () => 'unknown'),
    );
    expect(run.summary.totals).toMatchObject({ deleted: ROWS - 4, unknown: 4 });
    const left = [...fixture.project.files()].map(({ target }) => Number(target.record));
    expect(left.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
    const again = await fixture.sweep(['resume', directory, ...FAST]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('finished');
    expect(fixture.deletions()).toBe(ROWS);
  });

  it('over the plan: no other instance is sent, and no invalid or repeated row', async () => {
    const { directory, ...fixture } = await stoppedInInstances();
    await spoil(directory, zeroed(hasText('"row":2,', '"plan"'), hasText('"row":7,', '"plan"'), 0));
    expect((await fixture.sweep(['report', directory])).code).toBe(3);
    expect((await fixture.sweep(['resume', directory, '--yes', ...FAST])).code).toBe(1);
    const run = await readHoled(directory);
    expect(
      [1, 2, 3, 4, 5, 6, 7].map((row) => pick(run.rows.get(row), 'status', 'code').join(' ')),
    ).toEqual([
      'deleted ',
      'deleted ',
      'deleted ',
      'duplicate duplicate_of',
      'invalid unknown_field',
      'invalid bad_instance',
      'deleted ',
    ]);
    expect([...fixture.project.files()].map(({ target }) => target.instance)).toEqual(
      Array.from({ length: 4 }, () => '1'),
    );
  });
});

/** As `readRun`; its journal is not read line by line. */
async function readHoled(directory: string): Promise<RunFiles> {
  const path = join(directory, 'journal.ndjson');
  const text = await readFile(path);
  const header = text.subarray(0, text.indexOf(10) + 1);
  await writeFile(path, header);
  try {
    return await readRun(directory);
  } finally {
    await writeFile(path, text);
  }
}

const scan = (record: number, instance: string): Target => ({
  record: String(record),
  field: 'scan',
  event: '',
  instance,
});

/** Four records with two scans each; the manifest means the second, by its option. */
async function stoppedInInstances(): Promise<Fixture & { directory: string }> {
  const project = buildProject({
    kind: 'classic',
    projectId: 4711,
    title: 'Scans',
    forms: [
      { name: 'base', fields: [{ name: 'record_id' }] },
      { name: 'scans', repeats: true, fields: [{ name: 'scan', type: 'file' }] },
    ],
    records: [1, 2, 3, 4].map((id) => ({ id: String(id), rows: [{ values: {} }] })),
  });
  for (const record of [1, 2, 3, 4]) {
    for (const instance of ['1', '2']) project.putFile(scan(record, instance), `${instance}.pdf`);
  }
  const fixture = await openFixture({ project });
  const lines = ['1,scan,', '2,scan,', '3,scan,', '2,scan,2', '4,skan,', '4,scan,x', '4,scan,'];
  await fixture.write('m.csv', `record,field,instance\n${lines.join('\n')}\n`);
  const args = ['run', 'm.csv', '--yes', '--default-instance', '2', '--skip-invalid'];
  const ended = await fixture.sweep([...args, ...FAST, '--limit', '1', '--concurrency', '1']);
  expect(ended.code).toBe(3);
  return { ...fixture, directory: await findRun(fixture.folder) };
}

describe('rows of which only a mark says that they may have been sent', () => {
  const kill = (...lines: readonly object[]): Edit => {
    return (all) =>
      whole(all.filter((line) => !/"state":"(?:stop|end)"/.test(line))) +
      whole(lines.map((line) => JSON.stringify(line)));
  };
  const BUSY = [
    { row: 10, state: 'sending', at: 1, attempt: 1 },
    { row: 10, state: 'tried', at: 2, code: 'http_429', effect: 'none', sent: true, http: 429 },
  ];

  it.each([
    { name: 'the last one that the mark reaches', lines: [{ state: 'mark', upTo: 10 }] },
    { name: 'one whose last answer was 429', lines: [{ state: 'mark', upTo: 10 }, ...BUSY] },
  ])('$name: another file by now is left alone, and it is said why', async ({ lines }) => {
    const { directory, ...fixture } = await stopped(['--rate', '50/s']);
    await spoil(directory, kill(...lines));
    for (const record of [10, 11]) fixture.project.putFile(photo(record), 'new.jpg');
    const deletionsBefore = fixture.deletions();
    expect((await fixture.sweep(['resume', directory, ...FAST])).code).toBe(1);
    const run = await readRun(directory);
    for (const row of [10, 11]) {
      expect(pick(run.rows.get(row), 'status', 'code')).toEqual([
        'guard_mismatch',
        'changed_since_check',
      ]);
    }
    expect(run.rows.get(10)?.['sweep_message']).toContain('cannot be told');
    expect(run.rows.get(11)?.['sweep_message']).not.toContain('cannot be told');
    expect(fixture.deletions() - deletionsBefore).toBe(ROWS - 6);
  });
});
