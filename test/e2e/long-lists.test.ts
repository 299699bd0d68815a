import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ApiCall, ScriptedAnswer } from '../../src/sandbox/script.ts';
import { namesIn } from '../support/cli.ts';
import { fates, pick } from '../support/run-files.ts';
import { audit, FAST, makeArchive, openStand, photosManifest } from '../support/stand.ts';

const ROWS = 60;
const YES = 'deleted  1 yes';
const SKIPPED = 'deleted  1 skipped';
const repeat = (fate: string, times: number) => Array.from({ length: times }, () => fate);
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
  const stand = await openStand({ project: makeArchive(rows) });
  stand.sandbox.script(
    (call) => {
      const records = recordsOf(call);
      if (records.length > 0) asked.push(records);
      return records.length > 0 && failsOn(records, stand.deletions());
    },
    [answer],
    { lasting: true },
  );
  await stand.write('m.csv', photosManifest(rows));
  return { ...stand, asked };
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
    const stand = await openFailing((records) => records.length > 25, answer);
    const ended = await stand.sweep(['run', 'm.csv', '--yes', ...ARGS]);
    expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining('--no-check')]);
    const run = await stand.run();
    expect(fates(run)).toEqual(repeat(YES, ROWS));
    audit(run, stand);
    expect(stand.asked.length).toBeLessThan(30);
  });

  it('where only verification asks for so many', async () => {
    const stand = await openFailing(
      (records, deletions) => deletions > 0 && records.length > 25,
      status(500),
    );
    expect(await stand.sweep(['run', 'm.csv', '--yes', ...ARGS])).toMatchObject({ code: 0 });
    expect(fates(await stand.run())).toEqual(repeat(YES, ROWS));
  });

  it('for a scan too', async () => {
    const stand = await openFailing((records) => records.length > 25, status(500));
    const ended = await stand.sweep(['scan', ...ARGS]);
    expect(ended.code).toBe(0);
    expect(ended.stdout.trimEnd().split('\n')).toHaveLength(ROWS + 1);
  });
});

describe('one record that the server fails on', () => {
  const bad = (records: readonly string[]): boolean => records.includes('37');

  it('stays unconfirmed, and all others are seen and verified', async () => {
    const stand = await openFailing(bad, status(500));
    expect(await stand.sweep(['check', 'm.csv', ...ARGS])).toMatchObject({ code: 0 });
    const run = await stand.run();
    const unseen = [...run.rows.values()].filter((row) => row['sweep_file_name'] === '');
    expect(unseen.map((row) => row['record'])).toEqual(['37']);
    expect(pick(unseen[0], 'code', 'message')).toEqual([
      'would_delete',
      expect.stringMatching(/^unconfirmed/),
    ]);
  });

  it('is deleted unconfirmed and not verified', async () => {
    const stand = await openFailing(bad, status(500));
    const ended = await stand.sweep(['run', 'm.csv', '--yes', ...ARGS]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/1 +unconfirmed/);
    const run = await stand.run();
    expect(fates(run)).toEqual(repeat(YES, ROWS).with(36, SKIPPED));
    audit(run, stand);
  });

  it('keeps resume from nothing but its own row', async () => {
    const stand = await openFailing(
      (records, deletions) => deletions > 0 && bad(records),
      status(500),
    );
    const args = ['run', 'm.csv', '--yes', '--limit', '4', '--concurrency', '1', ...ARGS];
    expect(await stand.sweep(args)).toMatchObject({ code: 3 });
    const before = await stand.run();
    expect(await stand.sweep(['resume', before.directory, ...ARGS])).toMatchObject({ code: 1 });
    const run = await stand.run();
    expect(fates(run)).toEqual(repeat(YES, ROWS).with(36, 'not_attempted not_confirmed 0 '));
    audit(run, stand);
  });

  it('ends a scan, which names it: a list without its files would not be whole', async () => {
    const stand = await openFailing(bad, status(500));
    const ended = await stand.sweep(['scan', '--output', 'list.csv', ...ARGS]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/fails on this record.*: 37 /);
    expect(await namesIn(stand.folder)).not.toContain('list.csv');
  });
});

describe('a server of which nothing can be read', () => {
  it.each<[string, ScriptedAnswer]>([
    ['pages', 'html'],
    ['500', status(500)],
    ['no bodies', 'empty'],
  ])('ends the command after a few requests: %s', async (_what, answer) => {
    const stand = await openFailing(() => true, answer, 400);
    const ended = await stand.sweep(['run', 'm.csv', '--yes', '--retries', '3', ...FAST]);
    expect(ended.code).toBe(2);
    expect(stand.deletions()).toBe(0);
    expect(await namesIn(join(stand.folder, 'reports'))).toEqual([]);
    // Four lists with their retries, then one of them down to a single record, and one record more.
    expect(stand.asked.length).toBeLessThanOrEqual(4 * 4 + 8 * 2);
  });

  it('stops a resumed run before anything is sent', async () => {
    let down = false;
    const stand = await openFailing(() => down, status(502));
    const args = ['run', 'm.csv', '--yes', '--limit', '4', '--concurrency', '1', ...ARGS];
    expect(await stand.sweep(args)).toMatchObject({ code: 3 });
    down = true;
    const { directory } = await stand.run();
    expect(await stand.sweep(['resume', directory, ...ARGS])).toMatchObject({ code: 2 });
    const run = await stand.run();
    expect(run.summary.stop).toMatchObject({ code: 'not_confirmed' });
    expect(stand.deletions()).toBe(4);
  });

  it('any more ends it likewise: what is dead now is no bad record', async () => {
    let lists = 0;
    const stand = await openFailing(() => (lists += 1) > 1, status(502), 400);
    const ended = await stand.sweep(['check', 'm.csv', '--concurrency', '1', ...ARGS]);
    expect(ended.code).toBe(2);
    expect(stand.asked.length).toBeLessThanOrEqual(1 + 2 + 9 * 2);
  });
});

it('a refusal is not asked for in parts', async () => {
  const refusal = status(403, '{"error":"no API Export right"}');
  const stand = await openFailing((records) => records.length > 25, refusal);
  const ended = await stand.sweep(['check', 'm.csv', ...ARGS]);
  expect(ended.code).toBe(2);
  expect(stand.asked).toHaveLength(1);
});

it('a signal ends the halving at once', async () => {
  const stand = await openFailing((records) => records.length > 1, status(500));
  const begun = stand.start(['check', 'm.csv', '--rate', '1/s', '--retries', '1']);
  while (stand.asked.length < 2) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  begun.kill('SIGINT');
  expect((await begun.ended).code).toBe(130);
  expect(stand.asked.length).toBeLessThanOrEqual(4);
});
