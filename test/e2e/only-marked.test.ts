import { expect, it } from 'vitest';
import { until } from '../support/cli.ts';
import { findRun, pick } from '../support/run-files.ts';
import { FAST_CLOCK, makeArchive, openFixture, photo, photosManifest } from '../support/fixture.ts';

const ROWS = 16;
const LAST = photo(ROWS);

it.skipIf(process.platform === 'win32')(
  'a row that only the mark says may have been sent, and whose file is replaced while it waits for its turn',
  async () => {
    const fixture = await openFixture({ project: makeArchive(ROWS), latencyMs: 100 });
    await fixture.write('m.csv', photosManifest(ROWS));
    const started = fixture.start([
      'run',
      'm.csv',
      '--yes',
      '--rate',
      'unlimited',
      '--concurrency',
      '1',
    ]);
    await until(() => fixture.deletions() >= 3, 30_000);
    started.kill('SIGKILL');
    await started.ended;
    const directory = await findRun(fixture.folder);
    // At this pace the last row's turn comes more than a minute after the look at it.
    const pace = ['--rate', '8/min', '--concurrency', '1'];
    const resumed = fixture.start(['resume', directory, ...pace], FAST_CLOCK);
    const before = fixture.deletions();
    await until(() => fixture.deletions() > before, 60_000);
    fixture.project.putFile(LAST, 'other.pdf');
    expect((await resumed.ended).code).toBe(1);
    const run = await fixture.run();
    expect(pick(run.rows.get(ROWS), 'status', 'code', 'attempts')).toEqual([
      'guard_mismatch',
      'changed_since_check',
      '0',
    ]);
    expect(pick(run.rows.get(ROWS), 'message')[0]).toContain('cannot be told');
    expect(fixture.project.fileName(LAST)).toBe('other.pdf');
  },
  120_000,
);
