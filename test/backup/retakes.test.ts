import { describe, expect, it } from 'vitest';
import type { ScriptedAnswer } from '../../src/sandbox/script.ts';
import { only } from './deleted.ts';
import { openFixture, scanOf, sha256, textFile, type Fixture } from './fixture.ts';
import { makeTerminal } from './terminal.ts';

const A = textFile('a.txt', 'first bytes');
const B = textFile('a.txt', 'other bytes');

function scriptDeletions(fixture: Fixture, answers: readonly ScriptedAnswer[]): void {
  fixture.sandbox.script(({ kind }) => kind === 'delete', answers);
}

describe('before every further try', () => {
  /** A deletion without effect whose answer is lost, while somebody stores other bytes. */
  const replaceAndFail =
    (fixture: Fixture): ScriptedAnswer =>
    () => {
      fixture.sandbox.project.putFile(scanOf(1), 'a.txt', B.bytes);
      return new Response('', { status: 503 });
    };

  it('the backup is taken anew: the same bytes keep one file', async () => {
    const fixture = await openFixture();
    fixture.store([A]);
    scriptDeletions(fixture, ['503']);
    expect((await fixture.run()).code).toBe(0);
    expect(fixture.backups()).toEqual(['000001-a.txt']);
    expect(fixture.sandbox.ledger.counts().export_file).toBe(2);
  });

  it('other bytes keep both, and the report names what was deleted', async () => {
    const fixture = await openFixture();
    fixture.store([A]);
    scriptDeletions(fixture, [replaceAndFail(fixture)]);
    expect((await fixture.run()).code).toBe(0);
    expect(fixture.backups()).toEqual(['000001-a.txt', '000001.2-a.txt']);
    expect(only(fixture, 'success.csv')).toMatchObject({
      sweep_backup: 'backup/000001.2-a.txt',
      sweep_file_sha256: sha256('other bytes'),
    });
    expect((await fixture.restore()).code).toBe(0);
    expect(fixture.stored()).toEqual([B]);
  });

  it('the guards are judged anew, and what was lost stays unknown', async () => {
    const fixture = await openFixture();
    fixture.store([A], [`,${sha256('first bytes')}`]);
    scriptDeletions(fixture, [replaceAndFail(fixture)]);
    expect((await fixture.run({ verify: false })).code).toBe(1);
    expect(only(fixture, 'error.csv')).toMatchObject({
      sweep_status: 'unknown',
      sweep_code: 'guard_sha256',
      sweep_backup: '',
    });
    expect(fixture.stored()).toEqual([B]);
  });

  it('no file there is deleted', async () => {
    const fixture = await openFixture();
    fixture.store([A]);
    scriptDeletions(fixture, ['503-after']);
    expect((await fixture.run()).code).toBe(0);
    expect(only(fixture, 'success.csv')).toMatchObject({
      sweep_status: 'deleted',
      sweep_attempts: '1',
      sweep_backup: 'backup/000001-a.txt',
    });
  });

  it('in a resumed run too, where the earlier backup is kept if it differs', async () => {
    const fixture = await openFixture();
    fixture.store([A]);
    const terminal = makeTerminal(fixture.folder);
    scriptDeletions(fixture, [
      () => {
        terminal.signal('SIGINT');
        return new Response('', { status: 503 });
      },
    ]);
    expect((await fixture.run({}, terminal)).code).toBe(130);
    expect(only(fixture, 'error.csv')).toMatchObject({
      sweep_status: 'unknown',
      sweep_backup: 'backup/000001-a.txt',
    });
    fixture.sandbox.project.putFile(scanOf(1), 'a.txt', B.bytes);
    expect((await fixture.resume()).code).toBe(0);
    expect(only(fixture, 'success.csv')).toMatchObject({ sweep_backup: 'backup/000001.2-a.txt' });
    expect(fixture.readBackup('backup/000001-a.txt').toString()).toBe('first bytes');
    expect(fixture.readBackup('backup/000001.2-a.txt').toString()).toBe('other bytes');
  });
});
