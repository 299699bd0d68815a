import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ScriptedAnswer } from '../../src/sandbox/script.ts';
import { makeTerminal, openDesk, scanOf, textFile, type Desk } from './desk.ts';

const A = textFile('a.txt', 'first bytes');
const B = textFile('a.txt', 'other bytes');

// The sandbox's server tells of each answer that a test cuts short.
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function scriptExports(desk: Desk, answers: readonly ScriptedAnswer[], lasting = false): void {
  desk.sandbox.script(({ kind }) => kind === 'export_file', answers, { lasting });
}

function scriptDeletions(desk: Desk, answers: readonly ScriptedAnswer[]): void {
  desk.sandbox.script(({ kind }) => kind === 'delete', answers);
}

function named(body: BodyInit | null, name = 'a.txt'): Response {
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

function only(desk: Desk, report: string): Record<string, string> {
  const rows = desk.rows(report);
  expect(rows).toHaveLength(1);
  return rows[0] ?? {};
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
    const desk = await openDesk();
    desk.fill([A]);
    scriptExports(desk, [answer], true);
    const { code } = await desk.run();
    expect(code).toBe(1);
    expect(only(desk, 'error.csv')).toMatchObject({
      sweep_status: 'failed',
      sweep_code: 'backup_failed',
      sweep_http_status: status,
      sweep_attempts: '0',
      sweep_backup: '',
    });
    expect(only(desk, 'error.csv')['sweep_message']).not.toContain('participant');
    expect([desk.stored(), desk.backups()]).toEqual([[A], []]);
    expect(desk.sandbox.ledger.counts().delete).toBe(0);
  });

  it('with a guard, is a guard that cannot be judged', async () => {
    const desk = await openDesk();
    desk.fill([A], ['a.txt,']);
    scriptExports(desk, ['html'], true);
    await desk.run();
    expect(only(desk, 'error.csv')).toMatchObject({
      sweep_status: 'guard_mismatch',
      sweep_code: 'guard_unreadable',
    });
    expect(desk.sandbox.ledger.counts().delete).toBe(0);
  });

  it('because nothing is there any more, is already empty', async () => {
    const desk = await openDesk();
    desk.fill([A]);
    scriptExports(desk, [
      (_call, proceed) => {
        desk.sandbox.project.removeFile(scanOf(1));
        return proceed();
      },
    ]);
    expect((await desk.run()).code).toBe(0);
    expect(only(desk, 'success.csv')).toMatchObject({ sweep_status: 'already_empty' });
    expect(desk.sandbox.ledger.counts().delete).toBe(0);
  });

  it('without a look, fails the row whatever the reason', async () => {
    const desk = await openDesk();
    desk.fill([A]);
    desk.sandbox.project.removeFile(scanOf(1));
    await desk.run({ check: false });
    expect(only(desk, 'error.csv')).toMatchObject({ sweep_code: 'backup_failed' });
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
    const desk = await openDesk();
    desk.fill([A]);
    scriptExports(desk, [answer], true);
    expect((await desk.run()).code).toBe(2);
    expect(only(desk, 'unprocessed.csv')).toMatchObject({
      sweep_status: 'not_attempted',
      sweep_code: stop,
    });
    expect(desk.stored()).toEqual([A]);
  });

  it('is not the end of a row that the stop came in the way of', async () => {
    const desk = await openDesk();
    desk.fill([A]);
    const terminal = makeTerminal(desk.folder);
    scriptExports(desk, [
      () => {
        terminal.signal('SIGTERM');
        return new Response('', { status: 503 });
      },
    ]);
    expect((await desk.run({}, terminal)).code).toBe(143);
    expect(only(desk, 'unprocessed.csv')).toMatchObject({ sweep_code: 'interrupted' });
  });
});

describe('an export of 0 bytes', () => {
  const empty = (): Response => named(null);

  it('is asked for again', async () => {
    const desk = await openDesk();
    desk.fill([A]);
    scriptExports(desk, [empty]);
    expect((await desk.run({ retries: '0' })).code).toBe(0);
    expect(desk.readBackup('backup/000001-a.txt').toString()).toBe('first bytes');
  });

  it('twice, is a file of 0 bytes', async () => {
    const desk = await openDesk();
    desk.fill([textFile('a.txt', '')]);
    expect((await desk.run({ retries: '0' })).code).toBe(0);
    expect(only(desk, 'success.csv')).toMatchObject({
      sweep_file_bytes: '0',
      sweep_file_sha256: sha256(''),
    });
    expect(desk.sandbox.ledger.counts().export_file).toBe(2);
  });
});

describe('a transient failure', () => {
  it('is tried again from the first byte', async () => {
    const desk = await openDesk();
    desk.fill([A]);
    scriptExports(desk, [() => cutShort()]);
    expect((await desk.run()).code).toBe(0);
    expect(only(desk, 'success.csv')).toMatchObject({
      sweep_backup: 'backup/000001-a.txt',
      sweep_file_sha256: sha256('first bytes'),
    });
    expect(desk.readBackup('backup/000001-a.txt').toString()).toBe('first bytes');
  });
});

describe('a guard', () => {
  const sha = sha256('first bytes');

  it.each([
    ['a.txt,', 0, 'success.csv', 'deleted', ''],
    [`,${sha}`, 0, 'success.csv', 'deleted', ''],
    [`a.txt,${sha}`, 0, 'success.csv', 'deleted', ''],
    ['b.txt,', 1, 'error.csv', 'guard_mismatch', 'guard_filename'],
    [`a.txt,${sha256('other bytes')}`, 1, 'error.csv', 'guard_mismatch', 'guard_sha256'],
    [`,${sha256('other bytes')}`, 1, 'error.csv', 'guard_mismatch', 'guard_sha256'],
  ])('%s', async (guard, code, report, status, slug) => {
    for (const backup of [true, false]) {
      // Without names in the record export, the check cannot judge, and the export does.
      for (const fileNames of ['name', 'document'] as const) {
        const desk = await openDesk({ fileNames });
        desk.fill([A], [guard]);
        const flags = backup ? {} : { backup: undefined as never };
        expect((await desk.run(flags)).code).toBe(code);
        expect(only(desk, report)).toMatchObject({ sweep_status: status, sweep_code: slug });
        expect(desk.sandbox.ledger.counts().delete).toBe(1 - code);
        expect(desk.backups()).toEqual(backup && code === 0 ? ['000001-a.txt'] : []);
      }
    }
  });

  it('names the file that is there and the one expected', async () => {
    const desk = await openDesk({ fileNames: 'document' });
    desk.fill([A, A], ['b.txt,', `,${sha256('b')}`]);
    await desk.run();
    const messages = desk.rows('error.csv').map((row) => row['sweep_message'] ?? '');
    expect(messages[0]).toMatch(/a\.txt.*b\.txt/);
    expect(messages[1]).toMatch(new RegExp(`${sha}.*${sha256('b')}`));
  });

  it('on the name is judged by a look where that is enough', async () => {
    const desk = await openDesk();
    desk.fill([A, A], ['a.txt,', 'a.txt,']);
    desk.sandbox.script(
      ({ kind, target }) => kind === 'delete' && target?.instance === '1',
      [
        async (_call, proceed) => {
          // Somebody replaces the second file after the check.
          desk.sandbox.project.putFile(scanOf(2), 'new.txt', B.bytes);
          return proceed();
        },
      ],
    );
    const flags = { backup: undefined as never, concurrency: '1' };
    expect((await desk.run(flags)).code).toBe(1);
    expect(only(desk, 'error.csv')).toMatchObject({
      sweep_row: '2',
      sweep_code: 'guard_filename',
      sweep_file_name: 'new.txt',
    });
    expect(desk.sandbox.ledger.counts().export_file).toBe(0);
    expect(desk.sandbox.project.fileName(scanOf(2))).toBe('new.txt');
  });
});

describe('before every further try', () => {
  /** A deletion without effect whose answer is lost, while somebody stores other bytes. */
  const replaceAndFail =
    (desk: Desk): ScriptedAnswer =>
    () => {
      desk.sandbox.project.putFile(scanOf(1), 'a.txt', B.bytes);
      return new Response('', { status: 503 });
    };

  it('the backup is taken anew: the same bytes keep one file', async () => {
    const desk = await openDesk();
    desk.fill([A]);
    scriptDeletions(desk, ['503']);
    expect((await desk.run()).code).toBe(0);
    expect(desk.backups()).toEqual(['000001-a.txt']);
    expect(desk.sandbox.ledger.counts().export_file).toBe(2);
  });

  it('other bytes keep both, and the report names what was deleted', async () => {
    const desk = await openDesk();
    desk.fill([A]);
    scriptDeletions(desk, [replaceAndFail(desk)]);
    expect((await desk.run()).code).toBe(0);
    expect(desk.backups()).toEqual(['000001-a.txt', '000001.2-a.txt']);
    expect(only(desk, 'success.csv')).toMatchObject({
      sweep_backup: 'backup/000001.2-a.txt',
      sweep_file_sha256: sha256('other bytes'),
    });
    expect((await desk.restore()).code).toBe(0);
    expect(desk.stored()).toEqual([B]);
  });

  it('the guards are judged anew, and what was lost stays unknown', async () => {
    const desk = await openDesk();
    desk.fill([A], [`,${sha256('first bytes')}`]);
    scriptDeletions(desk, [replaceAndFail(desk)]);
    expect((await desk.run({ verify: false })).code).toBe(1);
    expect(only(desk, 'error.csv')).toMatchObject({
      sweep_status: 'unknown',
      sweep_code: 'guard_sha256',
      sweep_backup: '',
    });
    expect(desk.stored()).toEqual([B]);
  });

  it('no file there is deleted', async () => {
    const desk = await openDesk();
    desk.fill([A]);
    scriptDeletions(desk, ['503-after']);
    expect((await desk.run()).code).toBe(0);
    expect(only(desk, 'success.csv')).toMatchObject({
      sweep_status: 'deleted',
      sweep_attempts: '1',
      sweep_backup: 'backup/000001-a.txt',
    });
  });

  it('in a resumed run too, where the earlier backup is kept if it differs', async () => {
    const desk = await openDesk();
    desk.fill([A]);
    const terminal = makeTerminal(desk.folder);
    scriptDeletions(desk, [
      () => {
        terminal.signal('SIGINT');
        return new Response('', { status: 503 });
      },
    ]);
    expect((await desk.run({}, terminal)).code).toBe(130);
    expect(only(desk, 'error.csv')).toMatchObject({
      sweep_status: 'unknown',
      sweep_backup: 'backup/000001-a.txt',
    });
    desk.sandbox.project.putFile(scanOf(1), 'a.txt', B.bytes);
    expect((await desk.resume()).code).toBe(0);
    expect(only(desk, 'success.csv')).toMatchObject({ sweep_backup: 'backup/000001.2-a.txt' });
    expect(desk.readBackup('backup/000001-a.txt').toString()).toBe('first bytes');
    expect(desk.readBackup('backup/000001.2-a.txt').toString()).toBe('other bytes');
  });
});
