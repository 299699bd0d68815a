import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ScriptedAnswer } from '../../src/sandbox/script.ts';
import { only } from './deleted.ts';
import { openFixture, scanOf, sha256, textFile, type Fixture } from './fixture.ts';
import { makeTerminal } from './terminal.ts';

const A = textFile('a.txt', 'first bytes');

// The sandbox's server tells of each answer that a test cuts short.
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

function scriptExports(
  fixture: Fixture,
  answers: readonly ScriptedAnswer[],
  lasting = false,
): void {
  fixture.sandbox.script(({ kind }) => kind === 'export_file', answers, { lasting });
}

function named(body: string | null, name = 'a.txt'): Response {
  return new Response(body, { headers: { 'content-type': `text/plain; name="${name}"` } });
}

/** Some bytes, then a broken connection: chunked, or less than Content-Length says. */
function cutShort(length?: number): Response {
  const headers = new Headers({ 'content-type': 'text/plain; name="a.txt"' });
  if (length !== undefined) headers.set('content-length', String(length));
  let sent = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!sent) controller.enqueue(A.bytes.slice(0, 4));
      else {
        // The server must have begun to answer, or it would answer with what there is.
        await delay(50);
        controller.error(new Error('cut'));
      }
      sent = true;
    },
  });
  return new Response(body, { headers });
}

function errorOf(status: number, message: string): () => Response {
  return () => Response.json({ error: message }, { status });
}

describe('an export that gives no file', () => {
  it.each<[string, ScriptedAnswer, string]>([
    ['fails', '500', '500'],
    ['is a page', 'html', '200'],
    ['is empty', 'empty', '200'],
    ['is cut short', () => cutShort(), ''],
    ['is shorter than it says', () => cutShort(11), ''],
    ['breaks off', 'reset-before', ''],
    ['names no file', () => new Response('secret of a participant'), '200'],
    ['names it with nothing', () => named('bytes', ''), '200'],
    ['is forbidden', errorOf(403, 'no export right'), '403'],
    ['is an error with status 200', errorOf(200, 'no'), '200'],
    ['is refused, and the file is there', errorOf(400, 'no'), '400'],
  ])('that %s: nothing is deleted, nothing is saved', async (_what, answer, status) => {
    const fixture = await openFixture();
    fixture.store([A]);
    scriptExports(fixture, [answer], true);
    const { code } = await fixture.run();
    expect(code).toBe(1);
    expect(only(fixture, 'error.csv')).toMatchObject({
      sweep_status: 'failed',
      sweep_code: 'backup_failed',
      sweep_http_status: status,
      sweep_attempts: '0',
      sweep_backup: '',
    });
    expect(only(fixture, 'error.csv')['sweep_message']).not.toContain('participant');
    expect([fixture.stored(), fixture.backups()]).toEqual([[A], []]);
    expect(fixture.sandbox.ledger.counts().delete).toBe(0);
  });

  it('with a guard, is a guard that cannot be judged', async () => {
    const fixture = await openFixture();
    fixture.store([A], ['a.txt,']);
    scriptExports(fixture, ['html'], true);
    await fixture.run();
    expect(only(fixture, 'error.csv')).toMatchObject({
      sweep_status: 'guard_mismatch',
      sweep_code: 'guard_unreadable',
    });
    expect(fixture.sandbox.ledger.counts().delete).toBe(0);
  });

  it('because nothing is there any more, is already empty', async () => {
    const fixture = await openFixture();
    fixture.store([A]);
    scriptExports(fixture, [
      (_call, proceed) => {
        fixture.sandbox.project.removeFile(scanOf(1));
        return proceed();
      },
    ]);
    expect((await fixture.run()).code).toBe(0);
    expect(only(fixture, 'success.csv')).toMatchObject({
      sweep_status: 'already_empty',
      sweep_code: 'gone_since_check',
    });
    expect(fixture.sandbox.ledger.counts().delete).toBe(0);
  });

  it('without a look, fails the row whatever the reason', async () => {
    const fixture = await openFixture();
    fixture.store([A]);
    fixture.sandbox.project.removeFile(scanOf(1));
    await fixture.run({ check: false });
    expect(only(fixture, 'error.csv')).toMatchObject({ sweep_code: 'backup_failed' });
  });

  it.each<[string, ScriptedAnswer, string]>([
    ['a ban', () => new Response('<p>banned due to suspected abuse</p>'), 'banned'],
    ['another token', errorOf(401, 'no'), 'rejected_token'],
    [
      'a redirect',
      () => new Response(null, { status: 302, headers: { location: '/' } }),
      'wrong_address',
    ],
  ])('%s stops the run', async (_what, answer, stop) => {
    const fixture = await openFixture();
    fixture.store([A]);
    scriptExports(fixture, [answer], true);
    expect((await fixture.run()).code).toBe(2);
    expect(only(fixture, 'unprocessed.csv')).toMatchObject({
      sweep_status: 'not_attempted',
      sweep_code: stop,
    });
    expect(fixture.stored()).toEqual([A]);
  });

  it('is not the end of a row that the stop came in the way of', async () => {
    const fixture = await openFixture();
    fixture.store([A]);
    const terminal = makeTerminal(fixture.folder);
    scriptExports(fixture, [
      () => {
        terminal.signal('SIGTERM');
        return new Response('', { status: 503 });
      },
    ]);
    expect((await fixture.run({}, terminal)).code).toBe(143);
    expect(only(fixture, 'unprocessed.csv')).toMatchObject({ sweep_code: 'interrupted' });
  });
});

describe('an export of 0 bytes', () => {
  const empty = (): Response => named(null);

  it('is asked for again', async () => {
    const fixture = await openFixture();
    fixture.store([A]);
    scriptExports(fixture, [empty]);
    expect((await fixture.run({ retries: '0' })).code).toBe(0);
    expect(fixture.readBackup('backup/000001-a.txt').toString()).toBe('first bytes');
  });

  it('twice, is a file of 0 bytes', async () => {
    const fixture = await openFixture();
    fixture.store([textFile('a.txt', '')]);
    expect((await fixture.run({ retries: '0' })).code).toBe(0);
    expect(only(fixture, 'success.csv')).toMatchObject({
      sweep_file_bytes: '0',
      sweep_file_sha256: sha256(''),
    });
    expect(fixture.sandbox.ledger.counts().export_file).toBe(2);
  });
});

describe('a transient failure', () => {
  it('is tried again from the first byte', async () => {
    const fixture = await openFixture();
    fixture.store([A]);
    scriptExports(fixture, [() => cutShort()]);
    expect((await fixture.run()).code).toBe(0);
    expect(only(fixture, 'success.csv')).toMatchObject({
      sweep_backup: 'backup/000001-a.txt',
      sweep_file_sha256: sha256('first bytes'),
    });
    expect(fixture.readBackup('backup/000001-a.txt').toString()).toBe('first bytes');
  });
});
