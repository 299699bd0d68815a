import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeCertificates } from '../redcap/servers.ts';
import { busiestSecond } from '../support/busiest-second.ts';
import { pause, until } from '../support/cli.ts';
import { openFront, type Front } from '../support/front.ts';
import { findRun } from '../support/run-files.ts';
import {
  audit,
  makeArchive,
  openFixture,
  photosManifest,
  type Fixture,
} from '../support/fixture.ts';

const certificates = makeCertificates();
const ROWS = 160;
const PER_SECOND = 20;
const STALL_MS = 3000;

/** A TLS server that after 40 requests drops its connections, and lets new ones wait. */
async function openStalling(): Promise<
  Fixture & { front: Front; argv: string[]; stalledAt: () => number }
> {
  const fixture = await openFixture({ project: makeArchive(ROWS) });
  let stalledAt = 0;
  const front: Front = await openFront({
    to: Number(new URL(fixture.url).port),
    certificate: certificates as NonNullable<typeof certificates>,
    stallMs: () => (stalledAt === 0 ? 0 : Math.max(0, stalledAt + STALL_MS - performance.now())),
    answer: () => {
      if (front.seen.length === 40) {
        stalledAt = performance.now();
        front.drop();
        return true;
      }
      return false;
    },
  });
  await fixture.write('m.csv', photosManifest(ROWS));
  await fixture.write('ca1.pem', certificates?.ca1 ?? '');
  const pace = ['--rate', `${PER_SECOND}/s`, '--concurrency', '64', '--ca-file', 'ca1.pem'];
  const argv = ['run', 'm.csv', '--yes', '--no-check', ...pace];
  return { ...fixture, front, argv, stalledAt: () => stalledAt };
}

describe.skipIf(certificates === undefined)(
  'connections that stall (skipped without openssl)',
  () => {
    const address = ({ front }: { front: Front }): Record<string, string> => ({
      REDCAP_API_URL: `https://localhost:${front.port}/api/`,
    });

    it('make no burst when they go on', async () => {
      const fixture = await openStalling();
      const ended = await fixture.sweep(fixture.argv, address(fixture));
      expect(ended.code).toBe(0);
      const times = fixture.front.seen.map(({ at }) => at);
      expect(times.length).toBeGreaterThanOrEqual(ROWS);
      // Sixty were waiting, and left together; what a busy machine does to this one is far less.
      expect(busiestSecond(times)).toBeLessThan(PER_SECOND * 2);
      const run = await fixture.run();
      audit(run, fixture);
      expect(run.success).toHaveLength(ROWS);
    });

    it('leave no row that looks as if it were in flight, where the program is killed', async () => {
      const fixture = await openStalling();
      const started = fixture.start(fixture.argv, address(fixture));
      await until(() => fixture.stalledAt() > 0);
      await pause(STALL_MS / 2);
      started.kill('SIGKILL');
      await started.ended;
      const journal = await readFile(join(await findRun(fixture.folder), 'journal.ndjson'), 'utf8');
      const sending = journal.split('\n').filter((line) => line.includes('"sending"'));
      const seen = fixture.front.seen.filter(({ form }) => form.get('action') === 'delete');
      // But for what was on its way when the connections were dropped.
      expect(sending.length).toBeLessThanOrEqual(seen.length + 4);
      const resumed = await fixture.sweep(
        ['resume', await findRun(fixture.folder), '--rate', 'unlimited', '--ca-file', 'ca1.pem'],
        address(fixture),
      );
      expect(resumed.code).toBe(0);
      audit(await fixture.run(), fixture);
    });
  },
);
