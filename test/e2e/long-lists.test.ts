import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ApiCall, ScriptedAnswer } from '../../src/sandbox/script.ts';
import { namesIn } from '../support/cli.ts';
import { rowOutcomes, pick } from '../support/run-files.ts';
import { audit, FAST, makeArchive, openFixture, photosManifest } from '../support/fixture.ts';

const ROWS = 60;
const YES = 'deleted  1 yes';
const SKIPPED = 'deleted  1 skipped';
const repeat = (outcome: string, times: number) => Array.from({ length: times }, () => outcome);
const ARGS = ['--retries', '1', ...FAST];

const recordsOf = ({ content, form }: ApiCall): readonly string[] =>
  content === 'record' ? (form.list('records') ?? []) : [];

/** A server that fails in this way on the lists that are chosen; what it was asked for is kept. */
async function openFailing(
  failsOn: (records: readonly string[], deletions: number) => boolean,
  answer: ScriptedAnswer,
  rows = ROWS,
) {
  const asked: (readonly string[])[] = [];
  const fixture = await openFixture({ project: makeArchive(rows) });
  fixture.sandbox.script(
    (call) => {
      const records = recordsOf(call);
      if (records.length > 0) asked.push(records);
      return records.length > 0 && failsOn(records, fixture.deletions());
    },
    [answer],
    { lasting: true },
  );
  await fixture.write('m.csv', photosManifest(rows));
  return { ...fixture, asked };
}

const status =
  (code: number, body = ''): ScriptedAnswer =>
  () =>
    new Response(body, { status: code });

describe('a list that is too long for the server', () => {
  it.each<[string, ScriptedAnswer]>([
    ['500 without a body', status(500)],
    ['504', status(504, '<html><body>Gateway Time-out</body></html>')],
    ['413', status(413, '<html><body>Request Entity Too Large</body></html>')],
    ['414', status(414)],
    ['a reset', 'reset-before'],
    ['200 without a body', 'empty'],
    ['a page', 'html'],
    ['half a list', () => new Response('[{"record_id":"1",')],
  ])('comes in parts: %s', async (_what, answer) => {
    const fixture = await openFailing((records) => records.length > 25, answer);
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...ARGS]);
    expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining('--no-check')]);
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual(repeat(YES, ROWS));
    audit(run, fixture);
    expect(fixture.asked.length).toBeLessThan(30);
  });

  it('where only verification asks for so many', async () => {
    const fixture = await openFailing(
      (records, deletions) => deletions > 0 && records.length > 25,
      status(500),
    );
    expect(await fixture.sweep(['run', 'm.csv', '--yes', ...ARGS])).toMatchObject({ code: 0 });
    expect(rowOutcomes(await fixture.run())).toEqual(repeat(YES, ROWS));
  });

  it('for a scan too', async () => {
    const fixture = await openFailing((records) => records.length > 25, status(500));
    const ended = await fixture.sweep(['scan', ...ARGS]);
    expect(ended.code).toBe(0);
    expect(ended.stdout.trimEnd().split('\n')).toHaveLength(ROWS + 1);
  });
});

describe('one record that the server fails on', () => {
  const bad = (records: readonly string[]): boolean => records.includes('37');

  it('stays unconfirmed, and all others are seen and verified', async () => {
    const fixture = await openFailing(bad, status(500));
    expect(await fixture.sweep(['check', 'm.csv', ...ARGS])).toMatchObject({ code: 0 });
    const run = await fixture.run();
    const unseen = [...run.rows.values()].filter((row) => row['sweep_file_name'] === '');
    expect(unseen.map((row) => row['record'])).toEqual(['37']);
    expect(pick(unseen[0], 'code', 'message')).toEqual([
      'would_delete',
      expect.stringMatching(/^unconfirmed/),
    ]);
  });

  it('is deleted unconfirmed and not verified', async () => {
    const fixture = await openFailing(bad, status(500));
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...ARGS]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/1 +unconfirmed/);
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual(repeat(YES, ROWS).with(36, SKIPPED));
    audit(run, fixture);
  });

  it('keeps resume from nothing but its own row', async () => {
    const fixture = await openFailing(
      (records, deletions) => deletions > 0 && bad(records),
      status(500),
    );
    const args = ['run', 'm.csv', '--yes', '--limit', '4', '--concurrency', '1', ...ARGS];
    expect(await fixture.sweep(args)).toMatchObject({ code: 3 });
    const before = await fixture.run();
    expect(await fixture.sweep(['resume', before.directory, ...ARGS])).toMatchObject({ code: 1 });
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual(repeat(YES, ROWS).with(36, 'not_attempted not_confirmed 0 '));
    audit(run, fixture);
  });

  it('ends a scan, which names it: a list without its files would not be whole', async () => {
    const fixture = await openFailing(bad, status(500));
    const ended = await fixture.sweep(['scan', '--output', 'list.csv', ...ARGS]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/fails on this record.*: 37 /);
    expect(await namesIn(fixture.folder)).not.toContain('list.csv');
  });
});

describe('a server of which nothing can be read', () => {
  it.each<[string, ScriptedAnswer]>([
    ['pages', 'html'],
    ['500', status(500)],
    ['no bodies', 'empty'],
  ])('ends the command after a few requests: %s', async (_what, answer) => {
    const fixture = await openFailing(() => true, answer, 400);
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', '--retries', '3', ...FAST]);
    expect(ended.code).toBe(2);
    expect(fixture.deletions()).toBe(0);
    expect(await namesIn(join(fixture.folder, 'reports'))).toEqual([]);
    // Four lists with their retries, then one of them down to a single record, and one record more.
    expect(fixture.asked.length).toBeLessThanOrEqual(4 * 4 + 8 * 2);
  });

  it('stops a resumed run before anything is sent', async () => {
    let down = false;
    const fixture = await openFailing(() => down, status(502));
    const args = ['run', 'm.csv', '--yes', '--limit', '4', '--concurrency', '1', ...ARGS];
    expect(await fixture.sweep(args)).toMatchObject({ code: 3 });
    down = true;
    const { directory } = await fixture.run();
    expect(await fixture.sweep(['resume', directory, ...ARGS])).toMatchObject({ code: 2 });
    const run = await fixture.run();
    expect(run.summary.stop).toMatchObject({ code: 'not_confirmed' });
    expect(fixture.deletions()).toBe(4);
  });

  it('any more ends it likewise: what is dead now is no bad record', async () => {
    let lists = 0;
    const fixture = await openFailing(() => (lists += 1) > 1, status(502), 400);
    const ended = await fixture.sweep(['check', 'm.csv', '--concurrency', '1', ...ARGS]);
    expect(ended.code).toBe(2);
    expect(fixture.asked.length).toBeLessThanOrEqual(1 + 2 + 9 * 2);
  });
});

it('a refusal is not asked for in parts', async () => {
  const refusal = status(403, '{"error":"no API Export right"}');
  const fixture = await openFailing((records) => records.length > 25, refusal);
  const ended = await fixture.sweep(['check', 'm.csv', ...ARGS]);
  expect(ended.code).toBe(2);
  expect(fixture.asked).toHaveLength(1);
});

it('a signal ends the halving at once', async () => {
  const fixture = await openFailing((records) => records.length > 1, status(500));
  const begun = fixture.start(['check', 'm.csv', '--rate', '1/s', '--retries', '1']);
  while (fixture.asked.length < 2) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  begun.kill('SIGINT');
  expect((await begun.ended).code).toBe(130);
  expect(fixture.asked.length).toBeLessThanOrEqual(4);
});
