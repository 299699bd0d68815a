import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { busiestSecond } from '../support/busiest-second.ts';
import { pause, until } from '../support/cli.ts';
import { pick } from '../support/run-files.ts';
import {
  audit,
  FAST,
  makeArchive,
  openFixture,
  photo,
  photosManifest,
} from '../support/fixture.ts';

const ROWS = 120;
const PER_SECOND = 20;

describe.skipIf(process.platform === 'win32')('a laptop that sleeps in the middle of a run', () => {
  it('makes no burst on waking, and reports truly what came meanwhile', async () => {
    const fixture = await openFixture({ project: makeArchive(ROWS), latencyMs: 150 });
    await fixture.write('m.csv', photosManifest(ROWS));
    // Shorter than the sleep: timers run before sockets are read.
    const pace = ['--timeout', '2', '--rate', `${PER_SECOND}/s`, '--concurrency', '16'];
    const started = fixture.start(['run', 'm.csv', '--yes', ...pace]);
    await until(() => fixture.deletions() >= 20);
    started.kill('SIGSTOP');
    await pause(4000);
    const wokenAt = Date.now();
    started.kill('SIGCONT');
    expect((await started.ended).code).toBe(0);
    const times = fixture.sandbox.ledger.entries.map(({ at }) => at);
    const after = times.filter((at) => at >= wokenAt);
    expect(after.length).toBeGreaterThan(50);
    // As they came; what a busy machine makes of these times is far less than the burst that was owed.
    expect(busiestSecond(after)).toBeLessThan(PER_SECOND * 2);
    const run = await fixture.run();
    // As they left, by the program's own clock.
    const left = run.journal
      .filter(({ state, at }) => state === 'sending' && Number(at) >= wokenAt)
      .map(({ at }) => Number(at));
    expect(left.length).toBeGreaterThan(50);
    expect(busiestSecond(left)).toBeLessThanOrEqual(PER_SECOND * 1.15);
    audit(run, fixture);
    expect(run.success).toHaveLength(ROWS);
    // No answer that lay in a socket was taken for a timeout.
    for (const row of run.success) expect(row['sweep_attempts']).toBe('1');
  });

  it('looks before it sends again what had no answer when it fell asleep', async () => {
    const fixture = await openFixture();
    const asleep = join(fixture.folder, 'asleep');
    fixture.sandbox.script(photo(2), [
      (_call, proceed) => {
        // Overnight, the request did what it should, and somebody stored the right file.
        return proceed().then(() => {
          fixture.project.putFile(photo(2), 'right.pdf');
          writeFileSync(asleep, '');
          return new Response('<html>Bad gateway</html>', { status: 502 });
        });
      },
    ]);
    await fixture.write('m.csv', photosManifest(3));
    const clock = new URL('../support/asleep-clock.mjs', import.meta.url).href;
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST], {
      NODE_OPTIONS: `--import=${clock}`,
      ASLEEP_SINCE: asleep,
    });
    expect(ended.code).toBe(0);
    const run = await fixture.run();
    expect(pick(run.rows.get(2), 'status', 'code', 'attempts')).toEqual([
      'deleted',
      'new_file',
      '1',
    ]);
    expect(fixture.project.fileName(photo(2))).toBe('right.pdf');
    audit(run, fixture);
  });
});
