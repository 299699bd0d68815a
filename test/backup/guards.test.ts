import { describe, expect, it } from 'vitest';
import { openFixture, scanOf, sha256, textFile } from './fixture.ts';
import { only } from './deleted.ts';

const A = textFile('a.txt', 'first bytes');
const B = textFile('a.txt', 'other bytes');

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
        const fixture = await openFixture({ fileNames });
        fixture.store([A], [guard]);
        const flags = backup ? {} : { backup: undefined as never };
        expect((await fixture.run(flags)).code).toBe(code);
        expect(only(fixture, report)).toMatchObject({ sweep_status: status, sweep_code: slug });
        expect(fixture.sandbox.ledger.counts().delete).toBe(1 - code);
        expect(fixture.backups()).toEqual(backup && code === 0 ? ['000001-a.txt'] : []);
      }
    }
  });

  it('names the file that is there and the one expected', async () => {
    const fixture = await openFixture({ fileNames: 'document' });
    fixture.store([A, A], ['b.txt,', `,${sha256('b')}`]);
    await fixture.run();
    const messages = fixture.rows('error.csv').map((row) => row['sweep_message'] ?? '');
    expect(messages[0]).toMatch(/a\.txt.*b\.txt/);
    expect(messages[1]).toMatch(new RegExp(`${sha}.*${sha256('b')}`));
  });

  it('on the name is judged by a look where that is enough', async () => {
    const fixture = await openFixture();
    fixture.store([A, A], ['a.txt,', 'a.txt,']);
    fixture.sandbox.script(
      ({ kind, target }) => kind === 'delete' && target?.instance === '1',
      [
        async (_call, proceed) => {
          // Somebody replaces the second file after the check.
          fixture.sandbox.project.putFile(scanOf(2), 'new.txt', B.bytes);
          return proceed();
        },
      ],
    );
    const flags = { backup: undefined as never, concurrency: '1' };
    expect((await fixture.run(flags)).code).toBe(1);
    expect(only(fixture, 'error.csv')).toMatchObject({
      sweep_row: '2',
      sweep_code: 'guard_filename',
      sweep_file_name: 'new.txt',
    });
    expect(fixture.sandbox.ledger.counts().export_file).toBe(0);
    expect(fixture.sandbox.project.fileName(scanOf(2))).toBe('new.txt');
  });
});
