import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesIn, pause, until } from '../support/cli.ts';
import { rowOutcomes, findRun } from '../support/run-files.ts';
import {
  audit,
  FAST,
  isDeletion,
  openFixture,
  photosManifest,
  type Fixture,
} from '../support/fixture.ts';

const ROWS = 20;

async function prepare(latencyMs: number): Promise<Fixture> {
  const fixture = await openFixture({ latencyMs });
  await fixture.write('m.csv', photosManifest(ROWS));
  return fixture;
}

/** What every interrupted run must allow: resume to the end, and the truth about all of it. */
async function resumeToTheEnd(fixture: Fixture): Promise<void> {
  const before = await fixture.run();
  audit(before, fixture);
  const ended = await fixture.sweep(['resume', before.directory, ...FAST]);
  expect(ended.code).toBe(0);
  const run = await fixture.run();
  audit(run, fixture);
  expect(run.success).toHaveLength(ROWS);
  expect([...fixture.project.files()]).toEqual([]);
}

describe.skipIf(process.platform === 'win32')('the first signal', () => {
  it.each([
    { signal: 'SIGINT', code: 130 },
    { signal: 'SIGTERM', code: 143 },
    { signal: 'SIGHUP', code: 130 },
  ] as const)('$signal drains, reports, tells how to go on, exits $code', async (one) => {
    const fixture = await prepare(300);
    const args = ['run', 'm.csv', '--yes', '--rate', '10/s', '--concurrency', '4', '--json'];
    const started = fixture.start(args);
    await until(() => fixture.deletions() >= 3);
    started.kill(one.signal);
    const { code, stdout, stderr } = await started.ended;
    expect(code).toBe(one.code);
    const run = await fixture.run();
    expect(stderr).toContain(`To go on: redcap-sweep resume ${run.summary.directory}`);
    expect(JSON.parse(stdout)).toEqual(run.summary);
    expect(run.summary).toMatchObject({ exitCode: one.code, stop: { code: 'interrupted' } });
    // Requests in the air finished, and nothing was sent after the sign.
    expect(run.summary.totals['unknown']).toBe(0);
    expect(run.summary.totals['deleted']).toBe(fixture.deletions());
    for (const row of run.unprocessed) expect(row['sweep_code']).toBe('interrupted');
    expect(run.unprocessed.length).toBeGreaterThan(10);
    expect((await fixture.sweep(['report', run.directory])).code).toBe(one.code);
    await resumeToTheEnd(fixture);
  });

  it('and the one that npm sends right behind it count as one', async () => {
    const fixture = await prepare(1000);
    const started = fixture.start(['run', 'm.csv', '--yes', ...FAST, '--concurrency', '4']);
    await until(() => fixture.deletions() >= 1);
    started.kill('SIGINT');
    await pause(60);
    started.kill('SIGINT');
    expect((await started.ended).code).toBe(130);
    const run = await fixture.run();
    expect(run.summary.totals['unknown']).toBe(0);
    expect(run.summary.totals['deleted']).toBe(fixture.deletions());
  });

  it('a second one aborts: what is in the air is unknown until resumed', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(ROWS));
    let lifted = false;
    let deletions = 0;
    fixture.sandbox.script(
      (call) => !lifted && isDeletion(call) && (deletions += 1) > 2,
      ['hang-after', 'hang', 'hang-after', 'hang'],
      { lasting: true },
    );
    const started = fixture.start(['run', 'm.csv', '--yes', ...FAST, '--concurrency', '4']);
    await until(() => fixture.deletions() >= 5);
    started.kill('SIGINT');
    await pause(400);
    expect(started.child.exitCode).toBe(null);
    const before = performance.now();
    started.kill('SIGINT');
    const { code } = await started.ended;
    expect(performance.now() - before).toBeLessThan(5000);
    expect(code).toBe(130);
    const run = await fixture.run();
    expect(run.summary.totals).toMatchObject({ unknown: 4, deleted: 2, not_attempted: 14 });
    for (const row of run.error) expect(row['sweep_code']).toBe('interrupted');
    lifted = true;
    await resumeToTheEnd(fixture);
  });

  it('ends a long wait at once', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(ROWS));
    fixture.sandbox.script(isDeletion, [
      'ok',
      () => new Response('', { status: 429, headers: { 'retry-after': '300' } }),
    ]);
    const started = fixture.start(['run', 'm.csv', '--yes', ...FAST, '--concurrency', '1']);
    await until(() => fixture.deletions() >= 2);
    await pause(200);
    const before = performance.now();
    started.kill('SIGINT');
    expect((await started.ended).code).toBe(130);
    expect(performance.now() - before).toBeLessThan(3000);
    expect(rowOutcomes(await fixture.run())[1]).toBe('not_attempted interrupted 1 ');
    await resumeToTheEnd(fixture);
  });

  it('during verification: ended without further looks, and resume catches up', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(ROWS));
    const look = holdLooks(fixture, () => fixture.deletions() > 0);
    const started = fixture.start(['run', 'm.csv', '--yes', ...FAST]);
    await until(() => fixture.deletions() >= ROWS && look.held());
    started.kill('SIGINT');
    await pause(300);
    look.release();
    expect((await started.ended).code).toBe(130);
    const run = await fixture.run();
    expect(run.summary.totals['deleted']).toBe(ROWS);
    // The look in the air was read, the other one never taken.
    expect(run.success.filter((row) => row['sweep_verified'] === 'yes')).toHaveLength(10);
    expect(run.success.filter((row) => row['sweep_verified'] === '')).toHaveLength(10);
    const ended = await fixture.sweep(['resume', run.directory, ...FAST]);
    expect(ended.code).toBe(0);
    expect(fixture.deletions()).toBe(ROWS);
    for (const row of (await fixture.run()).success) expect(row['sweep_verified']).toBe('yes');
  });

  it('before anything was deleted: 130, and no directory', async () => {
    const fixture = await prepare(3000);
    const started = fixture.start(['run', 'm.csv', '--yes', ...FAST]);
    await until(() => fixture.sandbox.ledger.counts().meta >= 1 || started.stderr() !== '');
    await pause(300);
    const before = performance.now();
    started.kill('SIGINT');
    const { code, stderr } = await started.ended;
    expect(code).toBe(130);
    expect(stderr).toContain('Nothing was deleted');
    expect(performance.now() - before).toBeLessThan(8000);
    expect(await namesIn(join(fixture.folder, 'reports'))).toEqual([]);
    expect(fixture.deletions()).toBe(0);
  });

  it('while resume looks: 143, nothing is sent, and the next one finishes', async () => {
    const fixture = await prepare(0);
    await fixture.sweep(['run', 'm.csv', '--yes', ...FAST, '--limit', '4']);
    const look = holdLooks(fixture, () => true);
    const started = fixture.start(['resume', await findRun(fixture.folder), ...FAST]);
    await until(() => look.held());
    started.kill('SIGTERM');
    await pause(300);
    look.release();
    expect((await started.ended).code).toBe(143);
    expect(fixture.deletions()).toBe(4);
    await resumeToTheEnd(fixture);
  });
});

/** Keeps the answers of looks back until they are released. */
function holdLooks(
  fixture: Fixture,
  when: () => boolean,
): { readonly held: () => boolean; release(): void } {
  let release = (): void => undefined;
  let held = false;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  fixture.sandbox.script(
    ({ kind }) => kind === 'export' && when(),
    [
      async (_call, proceed) => {
        held = true;
        await released;
        return proceed();
      },
    ],
    { lasting: true },
  );
  return { held: () => held, release: () => release() };
}
