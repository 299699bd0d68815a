import { describe, expect, it } from 'vitest';
import type { ScriptedAnswer } from '../../src/sandbox/script.ts';
import { only } from './deleted.ts';
import { openDesk, scanOf, sha256, textFile, type Desk } from './fixture.ts';
import { makeTerminal } from './terminal.ts';

const A = textFile('a.txt', 'first bytes');
const B = textFile('a.txt', 'other bytes');

function scriptDeletions(desk: Desk, answers: readonly ScriptedAnswer[]): void {
  desk.sandbox.script(({ kind }) => kind === 'delete', answers);
}

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
    desk.store([A]);
    scriptDeletions(desk, ['503']);
    expect((await desk.run()).code).toBe(0);
    expect(desk.backups()).toEqual(['000001-a.txt']);
    expect(desk.sandbox.ledger.counts().export_file).toBe(2);
  });

  it('other bytes keep both, and the report names what was deleted', async () => {
    const desk = await openDesk();
    desk.store([A]);
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
    desk.store([A], [`,${sha256('first bytes')}`]);
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
    desk.store([A]);
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
    desk.store([A]);
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
