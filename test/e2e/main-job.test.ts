import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/sandbox/handler.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import type { FaultShare } from '../../src/sandbox/faults.ts';
import { sweep } from '../support/cli.ts';
import { readRun } from '../support/run-files.ts';
import { audit, FAST, makeArchive, openFixture, photosManifest } from '../support/fixture.ts';

/** Everything that can go wrong but the empty 200 without effect, which only a look can settle. */
const TROUBLE: readonly FaultShare[] = [
  { kind: 'reset-before', share: 0.04 },
  { kind: 'reset-after', share: 0.04 },
  { kind: 'hang', share: 0.004 },
  { kind: 'hang-after', share: 0.004 },
  { kind: 'garbage', share: 0.03 },
  { kind: 'garbage-after', share: 0.03 },
  { kind: 'html', share: 0.03 },
  { kind: 'html-after', share: 0.03 },
  { kind: '429', share: 0.001 },
  { kind: '500', share: 0.03 },
  { kind: '503', share: 0.03 },
  { kind: '503-after', share: 0.03 },
  { kind: '520', share: 0.03 },
  { kind: '524', share: 0.03 },
];
const ROWS = 2000;

describe('a manifest of 2,000 rows against a server with every trouble', () => {
  it.each([
    { name: 'without verification', options: ['--no-verify'], faults: TROUBLE },
    {
      name: 'with verification, and with successes that did nothing',
      options: [],
      faults: [...TROUBLE, { kind: 'empty', share: 0.02 } as const],
    },
  ])(
    '$name: every row once and truly, and its error.csv can be run again',
    async ({ options, faults }) => {
      const project = makeArchive(ROWS);
      for (const record of [3, 77, 1500]) {
        project.removeFile({ record: String(record), field: 'photo', event: '', instance: '' });
      }
      const fixture = await openFixture({ project, faults, seed: 7 });
      await fixture.write('cleanup.csv', photosManifest(ROWS));
      const tried = ['--concurrency', '64', '--timeout', '4', '--retries', '1'];
      const ended = await fixture.sweep(
        ['run', 'cleanup.csv', '--yes', ...FAST, ...tried, ...options],
        {},
      );
      expect(ended.code).toBe(1);
      expect(ended.stdout).toContain('2,000  rows in the manifest');
      const run = await fixture.run();
      expect(run.summary.rows).toBe(ROWS);
      expect(run.summary.totals['already_empty']).toBe(3);
      expect(run.summary.totals['not_attempted']).toBe(0);
      expect(run.error.length).toBeGreaterThan(20);
      audit(run, fixture);
      // What a report says of attempts is what the server counted.
      const attempts = [...run.rows.values()].reduce((n, r) => n + Number(r['sweep_attempts']), 0);
      expect(attempts).toBe(fixture.deletions());
      // Without looks some rows stay unknown; the looks settle them all.
      const verifies = options.length === 0;
      expect(run.summary.totals['unknown'] === 0).toBe(verifies);
      expect(run.success.some((row) => row['sweep_verified'] === 'yes')).toBe(verifies);
      expect(run.error.map((row) => row['sweep_code'])).not.toContain('interrupted');

      // The same server without the trouble: a report is a manifest.
      const calm = await serveSandbox(createSandbox({ project, requestsPerMinute: 0 }));
      await copyFile(join(run.directory, 'error.csv'), join(fixture.folder, 'again.csv'));
      const again = await sweep(
        ['run', 'again.csv', '--yes', ...FAST, '--run-dir', 'second', '--json'],
        { cwd: fixture.folder, env: { ...fixture.env, REDCAP_API_URL: calm.url } },
      );
      await calm.close();
      expect(again.code).toBe(0);
      const second = await readRun(join(fixture.folder, 'second'));
      expect(second.summary.rows).toBe(run.error.length);
      expect(second.success).toHaveLength(run.error.length);
      expect(Object.keys(second.success[0] ?? {}).slice(0, 3)).toEqual([
        'record',
        'field',
        'sweep_row',
      ]);
      expect(JSON.parse(again.stdout)).toEqual(second.summary);
      expect([...project.files()]).toEqual([]);
    },
  );
});
