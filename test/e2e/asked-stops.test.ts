import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rowOutcomes, findRun } from '../support/run-files.ts';
import {
  audit,
  FAST,
  FAST_CLOCK,
  openFixture,
  photo,
  photosManifest,
  type Fixture,
} from '../support/fixture.ts';

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

describe('stops that somebody asked for', () => {
  it('--limit: a pilot of three, then all of it', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(20));
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', '--limit', '3', ...FAST]);
    expect(ended.code).toBe(3);
    expect(rowOutcomes(await fixture.run())).toEqual([
      ...times(3, 'deleted  1 yes'),
      ...times(17, 'not_attempted limit 0 '),
    ]);
    expect(fixture.deletions()).toBe(3);
    const next = await fixture.sweep([
      'resume',
      await findRun(fixture.folder),
      '--limit',
      '4',
      ...FAST,
    ]);
    expect(next.code).toBe(3);
    expect(fixture.deletions()).toBe(7);
    expect(await finish(fixture)).toEqual(times(20, 'deleted  1 yes'));
    expect(fixture.deletions()).toBe(20);
  });

  it.each(['20', '21'])('--limit %s of 20 rows is no stop', async (limit) => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(20));
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', '--limit', limit, ...FAST]);
    expect(ended.code).toBe(0);
    expect(ended.stderr).not.toContain('resume');
    const run = await fixture.run();
    expect(run.summary).toMatchObject({ exitCode: 0, stop: null });
    expect(rowOutcomes(run)).toEqual(times(20, 'deleted  1 yes'));
  });

  it('--max-failures n: stops at the n-th failed row, and looks at what was sent', async () => {
    const fixture = await openFixture();
    for (const record of [2, 4, 6, 8]) {
      fixture.sandbox.script(
        photo(record),
        [() => new Response('{"error":"locked"}', { status: 400 })],
        { lasting: true },
      );
    }
    await fixture.write('m.csv', photosManifest(20));
    const args = ['run', 'm.csv', '--yes', ...FAST, '--concurrency', '1', '--max-failures', '3'];
    const ended = await fixture.sweep(args);
    expect(ended.code).toBe(3);
    const failed = 'failed http_400 1 ';
    const deleted = 'deleted  1 yes';
    expect(rowOutcomes(await fixture.run())).toEqual([
      deleted,
      failed,
      deleted,
      failed,
      deleted,
      failed,
      ...times(14, 'not_attempted max_failures 0 '),
    ]);
    // Counts start anew.
    const resumed = await fixture.sweep(['resume', await findRun(fixture.folder), ...FAST]);
    expect(resumed.code).toBe(1);
    const run = await fixture.run();
    expect(run.summary.totals).toMatchObject({ deleted: 16, failed: 4, not_attempted: 0 });
    audit(run, fixture);
  });

  it('--max-failures n%: counts from the 100th finished row', async () => {
    const fixture = await openFixture({
      project: undefined as never,
      kind: 'classic',
      records: 150,
    });
    fixture.sandbox.script(
      ({ kind, target }) => kind === 'delete' && Number(target?.record) % 2 === 0,
      [() => new Response('{"error":"locked"}', { status: 400 })],
      { lasting: true },
    );
    const ids = Array.from({ length: 150 }, (_, at) => String(at + 1).padStart(3, '0'));
    for (const record of ids) {
      const target = { record, field: 'consent_file', event: '', instance: '' };
      fixture.project.putFile(target, 'consent.pdf');
    }
    await fixture.write(
      'm.csv',
      `record,field\n${ids.map((id) => `${id},consent_file`).join('\n')}\n`,
    );
    const args = ['run', 'm.csv', '--yes', ...FAST, '--concurrency', '1', '--max-failures', '40%'];
    const ended = await fixture.sweep(args);
    expect(ended.code).toBe(3);
    expect((await fixture.run()).summary.totals).toMatchObject({
      deleted: 50,
      failed: 50,
      not_attempted: 50,
    });
  });

  it('--stop-at: a time that has come stops, and resume goes on', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(20));
    // The clock jumps to the hour with the second deletion, and is looked at every 30 s.
    const come = join(fixture.folder, 'come');
    fixture.between.request = (form) => {
      if (fixture.deletions() > 0) writeFileSync(come, '');
      return form;
    };
    const preload = await fixture.write(
      'clock.mjs',
      `import { existsSync } from 'node:fs';
       const { now } = Date;
       Date.now = () => now() + (existsSync(${JSON.stringify(come)}) ? 3_600_000 : 0);`,
    );
    const clock = new Date(Date.now() + 1_800_000).toISOString().slice(11, 16);
    const args = ['run', 'm.csv', '--yes', '--rate', '20/min', '--stop-at', clock];
    const ended = await fixture.sweep(args, {
      NODE_OPTIONS: `${FAST_CLOCK.NODE_OPTIONS} --import ${preload}`,
    });
    expect(ended.code).toBe(3);
    const run = await fixture.run();
    expect(run.summary.stop).toMatchObject({ code: 'stop_at' });
    expect(run.summary.totals['deleted']).toBeGreaterThan(0);
    expect(run.summary.totals['not_attempted']).toBeGreaterThan(5);
    for (const row of run.success) expect(row['sweep_verified']).toBe('yes');
    for (const row of run.unprocessed) expect(row['sweep_code']).toBe('stop_at');
    expect((await finish(fixture)).map((outcome) => outcome.split(' ')[0])).toEqual(
      times(20, 'deleted'),
    );
  });
});
