import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startTimer, type Clock } from '../clock.ts';
import { isAlive, nameMachine } from './holder.ts';
import { currentLease, type Lease } from './lease.ts';
import { LEASE_FILES } from './lock.ts';
import { watchSilence } from './silence.ts';

/** What a staging folder is called, before six letters and digits of the system's. */
export const STAGING_PREFIX = '.redcap-sweep-';
const STAGING = /^\.redcap-sweep-[A-Za-z0-9]{6}$/;
/** One that is being removed; nobody is at work in it any more. */
const ASIDE = /^\.redcap-sweep-[A-Za-z0-9]{6}\.[0-9a-f]{12}$/;
const LOOK_EVERY_MS = 5000;

interface LeftoverOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly machine?: string | undefined;
  readonly platform?: NodeJS.Platform;
  readonly later?: (run: () => void, ms: number) => () => void;
}

/**
 * Takes away what commands that were killed before their run directory was there left in
 * this folder: at once where they are known to be dead, and after a minute
 * without a sign of life where they are not, if this command lives so long;
 * nobody waits for that. What cannot be removed is left for another time.
 */
export async function clearLeftovers(
  parent: string,
  own: string,
  options: LeftoverOptions,
): Promise<void> {
  const { platform, machine = nameMachine(platform) } = options;
  try {
    for (const entry of await readdir(parent)) {
      const path = join(parent, entry);
      if (ASIDE.test(entry)) await rm(path, { recursive: true, force: true });
      if (!STAGING.test(entry) || path === own) continue;
      const lease = leaseIn(path);
      if (lease === undefined || lease.machine === undefined || lease.machine !== machine) {
        watch(path, options);
      } else if (!(await isAlive(lease.session, platform))) await takeAway(path);
    }
  } catch {
    // Tidying up is not what this command was asked for.
  }
}

function watch(path: string, { clock, later = startTimer }: LeftoverOptions): void {
  const look = watchSilence(clock);
  const again = (): void => {
    try {
      const found = look(leaseIn(path)?.text ?? stateOf(path));
      if (found === 'waiting') later(again, LOOK_EVERY_MS);
      if (found === 'silent') void takeAway(path).catch(() => undefined);
    } catch {
      // Gone, or published by now.
    }
  };
  again();
}

function leaseIn(path: string): Lease | undefined {
  return currentLease(path, LEASE_FILES.run)?.lease;
}

/** A folder without a lease lives as long as something in it changes. */
function stateOf(path: string): string {
  const facts = readdirSync(path).map((name) => {
    const { size, mtimeMs } = statSync(join(path, name));
    return [name, size, mtimeMs];
  });
  return JSON.stringify(facts);
}

/** Renamed first: of two who remove it one alone comes to it, and nobody finds half of it. */
async function takeAway(path: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  await rename(path, aside);
  await rm(aside, { recursive: true, force: true });
}
