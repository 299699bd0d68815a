import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { namesIn } from '../support/cli.ts';
import { rowOutcomes, pick } from '../support/run-files.ts';
import { FAST, openFixture, photo, photosManifest } from '../support/fixture.ts';

const SKIPPED = 'deleted  1 skipped';
const repeat = (outcome: string, times: number) => Array.from({ length: times }, () => outcome);

describe('a token without the Export right', () => {
  const rights = { export: false };

  it.each(['check', 'run'])('%s refuses, and names the way out', async (command) => {
    const fixture = await openFixture({ rights });
    await fixture.write('m.csv', photosManifest(3));
    const args = [command, 'm.csv', ...(command === 'run' ? ['--yes'] : []), '--retries', '0'];
    const ended = await fixture.sweep([...args, ...FAST]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/--no-check/);
    expect(fixture.deletions()).toBe(0);
    expect(await namesIn(join(fixture.folder, 'reports'))).toEqual([]);
  });

  it('--no-check deletes, and says that nothing was checked or verified', async () => {
    const fixture = await openFixture({ rights });
    await fixture.write('m.csv', photosManifest(3));
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', '--no-check', ...FAST]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/NOT CHECKED AND NOT VERIFIED/);
    expect(fixture.sandbox.ledger.entries.map(({ kind }) => kind)).toEqual(repeat('delete', 3));
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual(repeat(SKIPPED, 3));
    for (const row of run.success) expect(pick(row, 'message')[0]).toMatch(/may have/);
    expect(run.summary).toMatchObject({
      checked: false,
      project: null,
      verified: { yes: 0, no: 0, skipped: 3 },
    });
    expect(await readFile(join(run.directory, 'report.html'), 'utf8')).toMatch(/--no-check/);
  });

  it('--no-check takes records that differ in case or outer white space for the same', async () => {
    const fixture = await openFixture({ rights });
    await fixture.write(
      'm.csv',
      'record,field,instance\n1,photo,\n 1 ,photo,1\n1,scan,\n,photo,\n',
    );
    const args = ['run', 'm.csv', '--yes', '--no-check', '--skip-invalid', ...FAST];
    expect(await fixture.sweep(args)).toMatchObject({ code: 1 });
    expect(rowOutcomes(await fixture.run())).toEqual([
      SKIPPED,
      'duplicate duplicate_of 0 ',
      // "No file": nobody had seen one, and no other request of this run can have removed it.
      'already_empty  1 ',
      'invalid missing_value 0 ',
    ]);
  });

  it('--no-check takes no default instance but 1', async () => {
    const fixture = await openFixture({ rights });
    await fixture.write('m.csv', photosManifest(1));
    const args = ['run', 'm.csv', '--yes', '--no-check', '--default-instance', '2', ...FAST];
    const ended = await fixture.sweep(args);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/--default-instance/);
    expect(fixture.sandbox.ledger.entries).toEqual([]);
  });

  it('--no-check keeps --expect-project, and refuses where the project cannot be read', async () => {
    const fixture = await openFixture({ rights });
    await fixture.write('m.csv', photosManifest(1));
    const args = ['run', 'm.csv', '--yes', '--no-check', '--expect-project', '4711', ...FAST];
    const ended = await fixture.sweep([...args, '--retries', '0']);
    expect(ended.code).toBe(2);
    expect(fixture.deletions()).toBe(0);
    expect(await namesIn(join(fixture.folder, 'reports'))).toEqual([]);
  });
});

describe('a token with de-identified rights', () => {
  it('that gets hashed names: rows stay unconfirmed, and the plan says what that means', async () => {
    const fixture = await openFixture({ rights: { hashedRecords: true } });
    await fixture.write('m.csv', photosManifest(3));
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/3 +unconfirmed/);
    expect(ended.stdout).toMatch(/can confirm and verify nothing/);
    expect(ended.stdout).toMatch(/NOT VERIFIED +3 rows/);
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual(repeat(SKIPPED, 3));
    for (const row of run.success) expect(pick(row, 'message')[0]).toMatch(/may have/);
  });

  it('that gets a field left out: its rows stay unconfirmed, and limits count them', async () => {
    const fixture = await openFixture({ rights: { hiddenFields: ['photo'] } });
    await fixture.write('m.csv', `${photosManifest(3)}1,scan\n`);
    const args = ['run', 'm.csv', '--yes', ...FAST];
    const refused = await fixture.sweep([...args, '--max-deletions', '2']);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toMatch(/--max-deletions/);
    expect([fixture.deletions(), await namesIn(join(fixture.folder, 'reports'))]).toEqual([0, []]);
    const ended = await fixture.sweep([...args, '--max-deletions', '3']);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/3 +unconfirmed/);
    expect(ended.stdout).not.toMatch(/can confirm and verify nothing/);
    expect(rowOutcomes(await fixture.run())).toEqual([...repeat(SKIPPED, 3), 'already_empty  0 ']);
  });
});

describe('answers of a loaded server', () => {
  const left =
    (records: readonly string[]) =>
    (call: { form: { list(name: string): readonly string[] | undefined } }) =>
      records.every((record) => call.form.list('records')?.includes(record) ?? false);

  it('records left out once are asked for again, and looked at', async () => {
    const fixture = await openFixture({
      scripts: [
        {
          match: (call) => call.content === 'record' && left(['1', '2', '3'])(call),
          answers: [() => Response.json([{ record_id: '1', photo: 'photo-1.jpg' }])],
        },
      ],
    });
    await fixture.write('m.csv', photosManifest(3));
    await fixture.sweep(['check', 'm.csv', ...FAST]);
    expect((await fixture.run()).unprocessed.map((row) => pick(row, 'file_name')[0])).toEqual([
      'photo-1.jpg',
      'photo-2.jpg',
      'photo-3.jpg',
    ]);
  });

  it.each<[string, NonNullable<SandboxOptions['scripts']>, string]>([
    [
      'one without a body',
      [{ match: ({ content }) => content === 'record', answers: ['empty'] }],
      '',
    ],
    [
      'two without a body',
      [{ match: ({ content }) => content === 'record', answers: ['empty', 'empty'] }],
      'unconfirmed',
    ],
    ['a page, once', [{ match: ({ content }) => content === 'record', answers: ['html'] }], ''],
  ])('%s', async (_what, scripts, message) => {
    const fixture = await openFixture({ scripts });
    await fixture.write('m.csv', photosManifest(1));
    expect(await fixture.sweep(['check', 'm.csv', ...FAST])).toMatchObject({ code: 0 });
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual(['not_attempted would_delete 0 ']);
    expect(pick(run.rows.get(1), 'message')[0]?.split(':')[0]).toBe(message);
  });

  it('a list that stays a page ends the command: who cannot look does not delete', async () => {
    const scripts = [
      {
        match: ({ content }: { content: string }) => content === 'record',
        answers: ['html'] as const,
        lasting: true,
      },
    ];
    const fixture = await openFixture({ scripts });
    await fixture.write('m.csv', photosManifest(1));
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', '--retries', '1', ...FAST]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/--no-check/);
    expect([fixture.deletions(), fixture.project.hasFile(photo(1))]).toEqual([0, true]);
    expect(await namesIn(join(fixture.folder, 'reports'))).toEqual([]);
  });
});
