import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/clock.ts';
import { takeLock, TakenOverError, type Lock } from '../../src/run-directory/lock.ts';
import type { RunControl } from '../../src/run/control.ts';
import type { Life } from './life.ts';

/** A real directory for the lease, where seeds have processes from elsewhere. */
export interface LeaseFolder {
  readonly path: string;
  remove(): void;
}

export function makeLeaseFolder(): LeaseFolder {
  const path = mkdtempSync(join(tmpdir(), 'redcap-sweep-simulation-'));
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Takes the real lock as a process of a machine of its own would; undefined where it is refused. */
export async function takeLeasedLock(
  { path }: LeaseFolder,
  life: Life,
  clock: Clock,
  control: RunControl,
): Promise<Lock | undefined> {
  const lock = await takeLock(path, {
    purpose: 'run',
    clock,
    signal: control.stopping,
    // Nobody can be asked whether it is alive.
    listen: () => Promise.reject(new Error('no sockets here')),
    later: (run, ms) => life.after(ms, run),
  });
  lock?.onLost(() => {
    control.stop('taken_over', new TakenOverError().message);
    control.abort();
  });
  return lock;
}
