import { describe, expect, it } from 'vitest';
import { keyOf } from '../../src/sandbox/ledger.ts';
import { pause, until } from '../support/cli.ts';
import { findRun, readLines, readRun } from '../support/run-files.ts';
import { audit, makeArchive, openFixture, photosManifest } from '../support/fixture.ts';

/** More of both by hand: SWEEP_KILLS=50 SWEEP_KILL_ROWS=5000. */
const KILLS = Number(process.env['SWEEP_KILLS'] ?? 5);
const ROWS = Number(process.env['SWEEP_KILL_ROWS'] ?? 400);
const CONCURRENCY = 8;

describe.skipIf(process.platform === 'win32')('SIGKILL at random moments', () => {
  it.each([
    { name: 'above 50 a second, where a mark says ahead what may be sent', rate: 'unlimited' },
    { name: 'at 50 a second, where each line is on the disk first', rate: '50/s' },
  ])(
    '$name: resumed until done, every row is told truly',
    async ({ rate }) => {
      const rows = rate === 'unlimited' ? ROWS : Math.round(ROWS / 4);
      const fixture = await openFixture({ project: makeArchive(rows), latencyMs: 10, seed: 3 });
      await fixture.write('m.csv', photosManifest(rows));
      const common = ['--rate', rate, '--concurrency', String(CONCURRENCY)];
      let args = ['run', 'm.csv', '--yes', ...common];
      let kills = 0;
      let code = -1;
      for (let session = 0; session < 500 && code === -1; session += 1) {
        const before = fixture.deletions();
        const started = fixture.start(args);
        if (kills < KILLS) {
          // One in five at the start or while it looks, the others while it deletes.
          const early = Math.random() < 0.2;
          const moment = early
            ? pause(100 + Math.random() * 1500)
            : until(() => fixture.deletions() > before + 10, 30_000).then(async () =>
                pause(Math.random() * (rate === 'unlimited' ? (rows * 2) / KILLS : 300)),
              );
          await Promise.race([started.ended, moment]);
          started.kill('SIGKILL');
        }
        ({ code } = await started.ended);
        if (code !== -1) break;
        kills += 1;
        const directory = await findRun(fixture.folder).catch(() => undefined);
        if (directory === undefined) continue;
        // A killed run has true reports too, offline.
        const reported = await fixture.sweep(['report', directory]);
        expect([0, 1, 2, 3]).toContain(reported.code);
        audit(await readRun(directory), fixture);
        args = ['resume', directory, '--yes', ...common];
      }
      expect(code).toBe(0);
      const run = await fixture.run();
      audit(run, fixture);
      expect(run.summary.rows).toBe(rows);
      expect(run.summary.totals['deleted']).toBe(rows);
      expect([...fixture.project.files()]).toEqual([]);
      // Each row was deleted once; asked for again at most what was in the air at a kill.
      for (const { count } of fixture.sandbox.ledger.deletions()) expect(count).toBe(1);
      expect(fixture.deletions() - rows).toBeLessThanOrEqual(kills * CONCURRENCY);
      // The line was there before the request was.
      const announced = new Map<number, number>();
      for (const { row, state } of await readLines(run.directory)) {
        if (state === 'sending') announced.set(Number(row), (announced.get(Number(row)) ?? 0) + 1);
      }
      const asked = new Map<string, number>();
      for (const { kind, target } of fixture.sandbox.ledger.entries) {
        if (kind !== 'delete' || target === undefined) continue;
        asked.set(keyOf(target), (asked.get(keyOf(target)) ?? 0) + 1);
      }
      for (const [key, times] of asked) {
        const record = Number(key.split('\0')[0]);
        expect(announced.get(record) ?? 0).toBeGreaterThanOrEqual(times);
      }
      if (process.env['SWEEP_KILLS'] !== undefined) {
        const settled = run.success.filter((row) => row['sweep_message']?.includes('may have'));
        process.stderr.write(
          `${rate}: ${kills} kills, ${rows} rows, ${settled.length} in the air and settled by looking, ${fixture.deletions() - rows} deletions asked for again\n`,
        );
      }
    },
    600_000,
  );
});
