import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { instantOf, mostElapsedMs, startTimer, type Clock } from '../clock.ts';
import { SweepError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { isHeldOpen } from '../files/disk.ts';
import { isAlive, listenAs, nameMachine, type HolderSocket } from './holder.ts';
import {
  claimLease,
  currentLease,
  dropLease,
  renewLease,
  type Holder,
  type Lease,
} from './lease.ts';
import { awaitSilence } from './silence.ts';

/** What is done in a directory by one process at a time, and the lease that says who does it. */
export const LEASE_FILES = { run: '.lock', reports: '.lock-reports' } as const;
export type LockPurpose = keyof typeof LEASE_FILES;

const BEAT_EVERY_MS = 5000;
/** So long after its last sign of life a holder no longer takes its lock for granted: a good deal less than a minute. */
const UNCERTAIN_AFTER_MS = 15_000;
/** Asking the disk before every write would be felt at full speed. */
const GLANCE_EVERY_MS = 100;
/** Windows renames onto no file that somebody is reading at that moment. */
const HELD_OPEN_TRIES = 20;
const HELD_OPEN_MS = 50;

/** Another process took the directory over; this one sends and writes nothing more. */
export class TakenOverError extends SweepError {
  override name = 'TakenOverError';

  constructor() {
    super(
      'Another process took this run over while this one gave no sign of life. It has sent and written nothing more.',
      // Whoever has sent something catches it and ends as stopped.
      EXIT.refused,
    );
  }
}

/** Held until released, or until the process dies, or stands still for so long that another one takes it over. */
export interface Lock {
  /** This process, as the journal names it. */
  readonly session: string;
  readonly lost: boolean;
  /** To be called before anything is written or sent. Throws TakenOverError, or why that is not known. */
  assertOurs(): void;
  /** Asked every now and then: does what this process alone writes look as it left it? */
  alsoCheck(check: () => boolean): void;
  onLost(act: () => void): void;
  /** While the directory is moved or removed, nothing in it is touched. Resolves with where it stands then. */
  still(work: () => Promise<string>): Promise<string>;
  release(): Promise<void>;
}

export interface LockOptions {
  readonly purpose: LockPurpose;
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'sleep'>;
  /** Ends the wait for a holder elsewhere. */
  readonly signal?: AbortSignal | undefined;
  /** A holder that is not on this machine is watched for a minute. */
  readonly onWait?: ((holder: Lease) => void) | undefined;
  readonly platform?: NodeJS.Platform;
  /** What nameMachine says; tests are other machines. */
  readonly machine?: string | undefined;
  /** How others on this machine find out that this process is alive; a simulated one has nothing of the kind. */
  readonly listen?: (session: string) => Promise<HolderSocket>;
  /** Runs a function after `ms` milliseconds; gives what cancels it. A timer by default. */
  readonly later?: (run: () => void, ms: number) => () => void;
}

/**
 * Takes the lock of a directory, wherever else it may be reached from.
 * Resolves `undefined` where another process holds it and is alive, or the
 * signal came first.
 */
export async function takeLock(directory: string, options: LockOptions): Promise<Lock | undefined> {
  const { purpose, clock, platform, machine = nameMachine(platform) } = options;
  const name = LEASE_FILES[purpose];
  // Not of the length of a token: nobody should take it for one.
  const session = randomBytes(12).toString('hex');
  // Up before the name is in a lease: whoever reads it there finds this process alive.
  const { listen = (own: string) => listenAs(own, platform) } = options;
  const socket = await listen(session).catch(() => undefined);
  const holder: Holder = {
    session,
    // Where nobody could ask whether it is alive, it is judged as from elsewhere.
    machine: socket === undefined ? undefined : machine,
    host: hostname(),
    pid: process.pid,
  };
  let held = false;
  try {
    for (let heldOpen = 0; ;) {
      const lease = currentLease(directory, name)?.lease;
      if (lease !== undefined && !(await isOver(directory, name, lease, holder, options))) {
        return undefined;
      }
      const began = instantOf(clock);
      try {
        held = claimLease(directory, name, holder, lease);
      } catch (error) {
        if (!isHeldOpen(error) || (heldOpen += 1) > HELD_OPEN_TRIES) throw error;
        await clock.sleep(HELD_OPEN_MS);
      }
      if (!held) continue;
      // Whoever fell asleep in the middle of it may have been taken for dead already.
      if (mostElapsedMs(clock, began) < UNCERTAIN_AFTER_MS) break;
      held = false;
      dropLease(directory, name, holder);
    }
    return hold(directory, name, holder, socket, options);
  } finally {
    if (!held) await socket?.close();
  }
}

/** Is the holder dead, or gone by now? */
async function isOver(
  directory: string,
  name: string,
  lease: Lease,
  { machine }: Holder,
  { clock, signal, onWait, platform }: LockOptions,
): Promise<boolean> {
  if (machine !== undefined && lease.machine === machine) {
    return !(await isAlive(lease.session, platform));
  }
  onWait?.(lease);
  let now = '';
  const read = (): string => {
    now = currentLease(directory, name)?.lease.text ?? '';
    return now;
  };
  const found = await awaitSilence(read, clock, signal);
  return found === 'silent' || (found === 'changed' && now === '');
}

function hold(
  directory: string,
  name: string,
  holder: Holder,
  socket: HolderSocket | undefined,
  { clock, later = startTimer }: LockOptions,
): Lock {
  const checks: (() => boolean)[] = [];
  const onLost: (() => void)[] = [];
  let place = directory;
  let beats = 0;
  let lost = false;
  let isStill = false;
  let released = false;
  let confirmed = instantOf(clock);
  let glanced = confirmed;

  const lose = (): void => {
    if (lost) return;
    lost = true;
    for (const act of onLost) act();
  };

  const isAsLeft = (): boolean => checks.every((check) => check());

  /** A lease that somebody removed is made anew, as long as nobody has come in between. */
  const isKept = (): boolean => {
    if (!isAsLeft()) return false;
    const found = renewLease(place, name, holder, (beats += 1));
    return found === 'ours' || (found === 'missing' && claimLease(place, name, holder, undefined));
  };

  const renew = (): void => {
    const began = instantOf(clock);
    if (isKept()) confirmed = began;
    else lose();
  };

  let cancel = (): void => undefined;
  const beat = (): void => {
    if (released || lost) return;
    try {
      if (!isStill) renew();
    } catch {
      // A disk that is full or away: no sign of life was given, and after some time the lock is uncertain.
    }
    cancel = later(beat, BEAT_EVERY_MS);
  };
  cancel = later(beat, BEAT_EVERY_MS);

  return {
    session: holder.session,
    get lost() {
      return lost;
    },
    assertOurs() {
      if (!lost && !isStill) {
        if (mostElapsedMs(clock, confirmed) >= UNCERTAIN_AFTER_MS) renew();
        else if (mostElapsedMs(clock, glanced) >= GLANCE_EVERY_MS) {
          glanced = instantOf(clock);
          if (!isAsLeft()) lose();
        }
      }
      if (lost) throw new TakenOverError();
    },
    alsoCheck(check) {
      checks.push(check);
    },
    onLost(act) {
      onLost.push(act);
      if (lost) act();
    },
    async still(work) {
      isStill = true;
      try {
        place = await work();
      } finally {
        isStill = false;
      }
      return place;
    },
    async release() {
      if (released) return;
      released = true;
      cancel();
      try {
        if (!lost) dropLease(place, name, holder);
      } catch {
        // What cannot be read now has no sign of life any more, and is overtaken.
      }
      await socket?.close();
    },
  };
}
