import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/sandbox/handler.ts';
import { buildProject } from '../../src/sandbox/project.ts';
import type { ScriptedAnswer } from '../../src/sandbox/script.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import { systemClock } from '../../src/clock.ts';
import { takeLock } from '../../src/run-directory/lock.ts';
import { A, B, C, deleted, imports, states } from './deleted.ts';
import { openFixture, scanOf, SPEC, type Fixture } from './fixture.ts';

describe('a field that is not as the run left it', () => {
  it('holds another file: refused, unless it may be overwritten', async () => {
    const fixture = await deleted();
    fixture.sandbox.project.putFile(scanOf(2), 'new.txt', B.bytes.slice(1));
    const first = await fixture.restore();
    expect(first.code).toBe(1);
    expect(states(fixture)).toEqual(['1 restored', '2 refused other_file', '3 restored']);
    expect(fixture.rows('restore.csv')[1]?.['message']).toContain('new.txt');
    expect(first.out).toContain('2 of 3 files are back');
    expect(first.out).toContain('row 2: refused (other_file)');
    expect(fixture.sandbox.project.fileName(scanOf(2))).toBe('new.txt');

    expect((await fixture.restore({ overwrite: true })).code).toBe(0);
    expect(states(fixture)).toEqual([
      '1 restored already_there',
      '2 restored',
      '3 restored already_there',
    ]);
    expect(fixture.stored()).toEqual([A, B, C]);
  });

  it('holds the same bytes under another name: nothing is sent', async () => {
    const fixture = await deleted();
    fixture.sandbox.project.putFile(scanOf(2), 'new.txt', B.bytes);
    expect((await fixture.restore({ rows: '2' })).code).toBe(0);
    expect([states(fixture), imports(fixture)]).toEqual([['2 restored already_there'], 0]);
  });

  it('belongs to a record that is gone: it is not created', async () => {
    const fixture = await deleted();
    fixture.sandbox.project.removeRecord('1');
    expect((await fixture.restore()).code).toBe(1);
    expect(new Set(states(fixture).map((state) => state.slice(2)))).toEqual(
      new Set(['refused unknown_record']),
    );
    expect([imports(fixture), fixture.sandbox.project.records.find('1')]).toEqual([0, undefined]);
  });

  it.each<[string, ScriptedAnswer]>([
    ['left out of the export', () => Response.json([{ record_id: '1' }])],
    ['under hashed ids', () => Response.json([{ record_id: 'f00d', scan: '' }])],
    ['not to be read', 'html'],
  ])('is %s: refused', async (_what, answer) => {
    const fixture = await deleted();
    fixture.sandbox.script(({ content }) => content === 'record', [answer], { lasting: true });
    expect((await fixture.restore({ rows: '1' })).code).toBe(1);
    expect([states(fixture), imports(fixture)]).toEqual([['1 refused not_confirmed'], 0]);
  });

  it('holds what cannot be compared: refused, unless it may be overwritten', async () => {
    const fixture = await deleted();
    fixture.sandbox.project.putFile(scanOf(1), 'new.txt', C.bytes);
    fixture.sandbox.script(({ kind }) => kind === 'export_file', ['html', 'html']);
    await fixture.restore({ rows: '1' });
    expect([states(fixture), imports(fixture)]).toEqual([['1 refused not_confirmed'], 0]);
    expect((await fixture.restore({ rows: '1', overwrite: true })).code).toBe(0);
    expect(fixture.stored()[0]).toEqual(A);
  });
});

describe('a backup', () => {
  it('that is gone, cut or changed: nothing is sent', async () => {
    const fixture = await deleted();
    const path = (name: string): string => join(fixture.runDir, 'backup', name);
    rmSync(path('000001-a.txt'));
    writeFileSync(path('000002-b.txt'), '');
    writeFileSync(path('000003-c.txt'), 'x');
    expect((await fixture.restore()).code).toBe(1);
    expect(states(fixture)).toEqual([
      '1 failed backup_missing',
      '2 failed backup_damaged',
      '3 failed backup_damaged',
    ]);
    expect(imports(fixture)).toBe(0);
  });

  it('of a signature is not restorable, and listed', async () => {
    const fixture = await openFixture();
    const place = { ...scanOf(1), field: 'sig' };
    fixture.store([A]);
    fixture.sandbox.project.putFile(place, 's.png');
    appendFileSync(join(fixture.folder, 'manifest.csv'), '1,sig,1,,\n');
    await fixture.run();
    expect((await fixture.restore()).code).toBe(1);
    expect(states(fixture)).toEqual(['1 restored', '2 not_restorable signature']);
    expect([imports(fixture), fixture.sandbox.project.hasFile(place)]).toEqual([1, false]);
  });
});

describe('restore refuses', () => {
  const refusal = async (
    fixture: Fixture,
    flags: Parameters<Fixture['restore']>[0],
  ): Promise<string> => {
    const error: unknown = await fixture.restore(flags).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ exitCode: 2 });
    return (error as Error).message;
  };

  it('what it cannot use, before it asks', async () => {
    const fixture = await deleted();
    expect(await refusal(fixture, { yes: undefined as never })).toContain('no terminal to ask on');
    expect(await refusal(fixture, { rows: '4' })).toContain('3 rows');
    expect(await refusal(fixture, { rows: 'x' })).toContain('--rows');
    expect(imports(fixture)).toBe(0);
  });

  it('a run without backups, and rows without one', async () => {
    const fixture = await openFixture();
    fixture.store([A]);
    await fixture.run({ backup: undefined as never });
    expect(await refusal(fixture, {})).toContain('made no backup');
    const other = await openFixture();
    other.store([A, B], ['a.txt,', 'x.txt,']);
    await other.run();
    expect(await refusal(other, { rows: '2' })).toContain('rows 2');
  });

  it('while another command is at work in the directory', async () => {
    const fixture = await deleted();
    const lock = await takeLock(fixture.runDir, { purpose: 'run', clock: systemClock });
    expect(await refusal(fixture, {})).toContain('at work');
    await lock?.release();
    expect((await fixture.restore()).code).toBe(0);
  });

  it('another server, and another project', async () => {
    const fixture = await deleted();
    const other = createSandbox({ project: buildProject({ ...SPEC, projectId: 99 }) });
    const server = await serveSandbox(other);
    expect(await refusal(fixture, { url: server.url })).toContain('belongs to');
    await server.close();
    fixture.sandbox.script(
      ({ content }) => content === 'project',
      [() => Response.json({ project_id: 99, project_title: 'Other' })],
    );
    expect(await refusal(fixture, {})).toContain('project 99');
    expect(imports(fixture)).toBe(0);
  });
});

describe('the answer', () => {
  it('as JSON is one document', async () => {
    const fixture = await deleted();
    const { out } = await fixture.restore({ json: true, rows: '1-2' });
    expect(JSON.parse(out)).toMatchObject({
      kind: 'restore',
      files: 2,
      totals: { restored: 2, refused: 0, failed: 0, not_restorable: 0 },
      report: { name: 'restore.csv' },
      stop: null,
      exitCode: 0,
    });
  });

  it('says what will be done before it asks, and has the columns that it promises', async () => {
    const fixture = await deleted();
    const { out } = await fixture.restore();
    expect(out).toContain('Files to put back  3');
    expect(readFileSync(join(fixture.runDir, 'restore.csv'), 'utf8').split('\n')[0]).toBe(
      'sweep_row,record,field,event,instance,file_name,status,code,message,sha256',
    );
  });
});
