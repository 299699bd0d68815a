import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesIn } from '../support/cli.ts';
import { FAST, openFixture } from '../support/fixture.ts';

/** Refused before anything is asked of the server, and without a run directory. */
async function refused(content: string | Buffer, ...args: readonly string[]): Promise<string> {
  const fixture = await openFixture();
  await fixture.write('m.csv', content);
  const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST, ...args]);
  expect(ended.code).toBe(2);
  expect(fixture.deletions()).toBe(0);
  expect(fixture.sandbox.ledger.entries).toHaveLength(0);
  const made = await namesIn(fixture.folder);
  if (made.includes('reports')) expect(await namesIn(join(fixture.folder, 'reports'))).toEqual([]);
  return ended.stderr;
}

describe('a column that would guard or narrow', () => {
  it.each([
    ['a guard misspelt', 'record,field,expected_filename\n1,photo,other.pdf\n', 'expect_filename'],
    ['a guard without expect', 'record,field,sha-256\n1,photo,x\n', 'expect_sha256'],
    ['a plural', 'record,field,instances\n1,photo,2\n', 'instance'],
    ['an event', 'record,field,Event Name\n1,photo,visit_arm_1\n', 'event'],
  ])('is not passed over: %s', async (_what, manifest, column) => {
    const message = await refused(manifest);
    expect(message).toContain(`is nearly "${column}"`);
    expect(message).toContain(`--column ${column}=`);
  });

  it('counts where it is spelt as people spell it, and guards', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', 'record,field,Expect Filename\n1,photo,other.pdf\n');
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST]);
    expect(ended.code).toBe(1);
    expect(fixture.deletions()).toBe(0);
    expect((await fixture.run()).error[0]).toMatchObject({ sweep_code: 'guard_filename' });
  });

  it('is none where that is said, in every step that follows', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', 'record,field,filename\n1,photo,x\n2,photo,x\nnobody,photo,x\n');
    const args = ['check', 'm.csv', '--column', 'expect_filename=', ...FAST];
    const checked = await fixture.sweep(args);
    expect(checked.stdout).toMatch(/^Reads +record, field$/m);
    expect(checked.stdout).toMatch(/^Carries +filename$/m);
    expect(checked.stdout).toContain('redcap-sweep check m.csv --column expect_filename=');
    const { directory } = await fixture.run();
    const approved = ['run', '--approved', directory, '--skip-invalid', '--yes', ...FAST];
    expect((await fixture.sweep(approved)).code).toBe(1);
    expect(fixture.deletions()).toBe(2);
  });
});

describe('the plan says of the columns', () => {
  it('which are read and carried, how many rows have a guard, and how file_name becomes one', async () => {
    const fixture = await openFixture();
    expect((await fixture.sweep(['scan', '--output', 'm.csv', ...FAST])).code).toBe(0);
    const plain = await fixture.sweep(['check', 'm.csv', ...FAST]);
    expect(plain.stdout).toMatch(/^Reads +record, field, event, instance$/m);
    expect(plain.stdout).toMatch(/^Carries +file_name, form, signature$/m);
    expect(plain.stdout).toContain('--column expect_filename=file_name');
    expect(plain.stdout).not.toContain('Guards');
    const args = ['check', 'm.csv', '--column', 'expect_filename=file_name', ...FAST];
    const guarded = await fixture.sweep(args);
    expect(guarded.stdout).toMatch(/^Reads .*expect_filename \("file_name"\)$/m);
    expect(guarded.stdout).toMatch(
      /^Guards +[1-9]\d* files, to be deleted only if still as expected$/m,
    );
  });
});

describe('what is no manifest', () => {
  it.each([
    ['with REDCap’s own columns', 'id,redcap_event_name,photo\n1,baseline_arm_1,[document]\n'],
    ['classic', 'record_id;photo;consent\n1;a.pdf;b.pdf\n'],
  ])('a data export of REDCap: %s', async (_what, manifest) => {
    expect(await refused(manifest)).toContain('redcap-sweep scan --from m.csv');
  });

  it.each<[string, string | Buffer]>([
    ['JSON', '[{"record":"1","field":"photo"}]'],
    ['XML', '<?xml version="1.0"?><records/>'],
    ['.xls', Buffer.from('d0cf11e0a1b11ae10000', 'hex')],
    ['bzip2', Buffer.from('BZh91AY&SY')],
  ])('%s, said for what it is', async (what, content) => {
    expect(await refused(content)).toContain(what);
  });

  it('is said so for every command', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', 'id,redcap_event_name,photo\n1,baseline_arm_1,[document]\n');
    expect((await fixture.sweep(['check', 'm.csv', ...FAST])).code).toBe(2);
  });
});
