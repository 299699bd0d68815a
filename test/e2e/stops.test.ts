import { describe, expect, it } from 'vitest';
import type { ScriptedAnswer } from '../../src/sandbox/script.ts';
import { namesIn } from '../support/cli.ts';
import { rowOutcomes, findRun } from '../support/run-files.ts';
import {
  audit,
  FAST,
  FAST_CLOCK,
  isDeletion,
  openFixture,
  photo,
  photosManifest,
  type Fixture,
} from '../support/fixture.ts';
import { join } from 'node:path';

const answer =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): ScriptedAnswer =>
  () =>
    new Response(body, { status, headers: { 'content-type': 'text/html', ...headers } });
const BAN = '<p>Your IP address has been banned due to suspected abuse.</p>';
const MOVED = answer(302, '', { location: 'https://login.example.edu/sso?from=/api/' });

async function finish(fixture: Fixture, more: readonly string[] = []): Promise<readonly string[]> {
  const ended = await fixture.sweep(['resume', await findRun(fixture.folder), ...FAST, ...more]);
  expect(ended).toMatchObject({ code: 0 });
  const run = await fixture.run();
  audit(run, fixture);
  return rowOutcomes(run);
}

function times(n: number, outcome: string): string[] {
  return Array.from({ length: n }, () => outcome);
}

describe('a token that is refused', () => {
  it('with a check: exit 2, no deletion request, no run directory', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(20));
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST], {
      REDCAP_API_TOKEN: 'ABCDEF0123456789ABCDEF0123456789',
    });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('You do not have permissions to use the API');
    expect(fixture.deletions()).toBe(0);
    expect(await namesIn(join(fixture.folder, 'reports'))).toEqual([]);
  });

  it.each([
    { name: '403', script: [] as ScriptedAnswer[], token: 'ABCDEF0123456789ABCDEF0123456789' },
    { name: '401', script: [answer(401, 'who are you')], token: undefined },
  ])('without a check, $name: one request, exit 3, every row not attempted', async (one) => {
    const fixture = await openFixture();
    if (one.script.length > 0) fixture.sandbox.script(isDeletion, one.script, { lasting: true });
    await fixture.write('m.csv', photosManifest(20));
    const args = ['run', 'm.csv', '--yes', '--no-check', ...FAST, '--concurrency', '16'];
    const ended = await fixture.sweep(
      args,
      one.token === undefined ? {} : { REDCAP_API_TOKEN: one.token },
    );
    expect(ended.code).toBe(3);
    expect(fixture.sandbox.ledger.counts()).toMatchObject({ delete: 1, meta: 0, export: 0 });
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual([
      'not_attempted rejected_token 1 ',
      ...times(19, 'not_attempted rejected_token 0 '),
    ]);
    expect(ended.stderr).toContain('redcap-sweep resume reports/');
    expect(fixture.sandbox.ledger.deletions()).toEqual([]);
  });
});

describe('stops that end the run at once, and resume finishes', () => {
  it.each([
    { code: 'banned', name: 'ban page at 200', reply: answer(200, BAN) },
    { code: 'banned', name: 'ban page at 403', reply: answer(403, BAN) },
    { code: 'banned', name: 'ban page at 429', reply: answer(429, BAN) },
    { code: 'wrong_address', name: 'redirect', reply: MOVED },
    { code: 'wrong_address', name: '404 page', reply: answer(404, '<h1>Not Found</h1>') },
    {
      code: 'server_busy',
      name: 'Retry-After of 11 minutes',
      reply: answer(503, 'busy', { 'retry-after': '660' }),
      effect: true,
    },
  ])('$name: $code', async ({ code, reply, ...one }) => {
    const fixture = await openFixture();
    // The first three go well; whatever comes behind meets it.
    let deletions = 0;
    let lifted = false;
    fixture.sandbox.script(
      (call) => !lifted && call.kind === 'delete' && (deletions += 1) > 3,
      [reply],
      { lasting: true },
    );
    await fixture.write('m.csv', photosManifest(20));
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST, '--concurrency', '1']);
    expect(ended.code).toBe(3);
    const run = await fixture.run();
    const met = 'effect' in one ? 'unknown http_5xx 1 ' : `not_attempted ${code} 1 `;
    expect(rowOutcomes(run)).toEqual([
      ...times(3, 'deleted  1 '),
      met,
      ...times(16, `not_attempted ${code} 0 `),
    ]);
    expect(run.summary).toMatchObject({ exitCode: 3, stop: { code } });
    expect(ended.stderr).toContain('To go on: redcap-sweep resume reports/');
    expect(ended.stdout).toContain('Stopped');
    expect(ended.stderr.includes('login.example.edu')).toBe(reply === MOVED);
    // Not one more request after the sign, looks included.
    expect(fixture.sandbox.ledger.entries.at(-1)).toMatchObject({ kind: 'delete' });
    expect(fixture.deletions()).toBe(4);
    audit(run, fixture);
    lifted = true;
    expect((await finish(fixture)).map((outcome) => outcome.split(' ')[0])).toEqual(
      times(20, 'deleted'),
    );
  });

  it('the requests in flight alone follow a ban', async () => {
    const fixture = await openFixture({ latencyMs: 20 });
    let deletions = 0;
    fixture.sandbox.script(
      (call) => call.kind === 'delete' && (deletions += 1) > 5,
      [answer(200, BAN)],
      { lasting: true },
    );
    await fixture.write('m.csv', photosManifest(20));
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST, '--concurrency', '4']);
    expect(ended.code).toBe(3);
    expect(fixture.deletions()).toBeLessThanOrEqual(5 + 4);
    audit(await fixture.run(), fixture);
  });

  it('ban words inside a downloaded name or a JSON error are no ban', async () => {
    const fixture = await openFixture();
    fixture.project.putFile(photo(1), 'has been banned due to suspected abuse.pdf');
    const text = JSON.stringify({ error: 'has been banned due to suspected abuse' });
    fixture.sandbox.script(photo(2), [
      () => new Response(text, { status: 403, headers: { 'content-type': 'application/json' } }),
    ]);
    await fixture.write('m.csv', photosManifest(3));
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST, '--concurrency', '1']);
    expect(ended.code).toBe(1);
    expect(rowOutcomes(await fixture.run())).toEqual([
      'deleted  1 yes',
      'failed http_403 1 ',
      'deleted  1 yes',
    ]);
  });

  it('a server that says yes and deletes nothing: not_deleting after ten rows', async () => {
    const fixture = await openFixture({
      project: undefined as never,
      kind: 'classic',
      records: 200,
    });
    fixture.sandbox.script(isDeletion, ['empty'], { lasting: true });
    const rows = [...fixture.project.files()].filter(
      ({ target }) => target.field === 'consent_file',
    );
    await fixture.write(
      'm.csv',
      `record,field\n${rows.map(({ target }) => `${target.record},consent_file`).join('\n')}\n`,
    );
    const args = ['run', 'm.csv', '--yes', '--rate', '100/s', '--concurrency', '2'];
    const ended = await fixture.sweep(args, FAST_CLOCK);
    expect(ended.code).toBe(3);
    const run = await fixture.run();
    expect(run.summary.stop).toMatchObject({ code: 'not_deleting' });
    expect(run.summary.totals['deleted']).toBe(0);
    expect(run.summary.totals['unknown']).toBe(0);
    const sent = [...run.rows.values()].filter((row) => row['sweep_attempts'] !== '0');
    // What was sent is looked at even so.
    for (const row of sent) expect(row['sweep_code']).toBe('still_present');
    expect(sent.length).toBeGreaterThanOrEqual(10);
    expect(sent.length).toBeLessThan(60);
  });

  it('the connection goes away in the middle: no_answers, exit 3', async () => {
    const fixture = await openFixture({
      project: undefined as never,
      kind: 'classic',
      records: 40,
    });
    let deletions = 0;
    fixture.sandbox.script(
      (call) => call.kind === 'delete' && (deletions += 1) > 3,
      ['reset-before'],
      { lasting: true },
    );
    const ids = [...new Set([...fixture.project.files()].map(({ target }) => target.record))];
    await fixture.write(
      'm.csv',
      `record,field\n${ids.map((id) => `${id},consent_file`).join('\n')}\n`,
    );
    const args = ['run', 'm.csv', '--yes', ...FAST, '--no-verify', '--concurrency', '1'];
    const ended = await fixture.sweep([...args, '--retries', '0']);
    expect(ended.code).toBe(3);
    const run = await fixture.run();
    expect(run.summary.stop).toMatchObject({ code: 'no_answers' });
    expect(run.summary.totals).toMatchObject({ deleted: 3, unknown: 10 });
    audit(run, fixture);
  });
});
