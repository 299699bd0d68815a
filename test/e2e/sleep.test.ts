import { describe, expect, it } from 'vitest';
import { busiestSecond } from '../support/busiest-second.ts';
import { pause, until } from '../support/cli.ts';
import { audit, makeArchive, openStand, photosManifest } from '../support/stand.ts';

const ROWS = 120;
const PER_SECOND = 20;

describe.skipIf(process.platform === 'win32')('a laptop that sleeps in the middle of a run', () => {
  it('makes no burst on waking, and tells truly what came meanwhile', async () => {
    const stand = await openStand({ project: makeArchive(ROWS), latencyMs: 150 });
    await stand.write('m.csv', photosManifest(ROWS));
    // Shorter than the sleep: timers run before sockets are read.
    const pace = ['--timeout', '2', '--rate', `${PER_SECOND}/s`, '--concurrency', '16'];
    const started = stand.start(['run', 'm.csv', '--yes', ...pace]);
    await until(() => stand.deletions() >= 20);
    started.kill('SIGSTOP');
    await pause(4000);
    const wokenAt = Date.now();
    started.kill('SIGCONT');
    expect((await started.ended).code).toBe(0);
    const times = stand.sandbox.ledger.entries.map(({ at }) => at);
    const after = times.filter((at) => at >= wokenAt);
    expect(after.length).toBeGreaterThan(50);
    expect(busiestSecond(after)).toBeLessThanOrEqual(PER_SECOND * 1.15);
    const run = await stand.run();
    audit(run, stand);
    expect(run.success).toHaveLength(ROWS);
    // No answer that lay in a socket was taken for a timeout.
    for (const row of run.success) expect(row['sweep_attempts']).toBe('1');
  });
});
