import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/**
 * A lease is a small file in the directory that it is for, and so reaches as
 * far as the directory does: it names the session that holds it, and its
 * number changes every few seconds while that session is alive.
 *
 * Taking one over is not replacing the file, which two could do after each
 * other: whoever takes over from session X makes the file `.lock.X`, which one
 * alone can, on every file system. Until that one has become `.lock`, the
 * lease in force is the end of the chain. Everything here is done without a
 * pause, and no file stays open.
 */
export interface Lease {
  /** All that stands there: as long as it stays the same, there was no sign of life. */
  readonly text: string;
  readonly session: string;
  /** Of nameMachine; `undefined`: not known. */
  readonly machine: string | undefined;
  readonly host: string;
  readonly pid: number | undefined;
}

export interface Holder {
  readonly session: string;
  readonly machine: string | undefined;
  readonly host: string;
  readonly pid: number;
}

/** Longer than any lease. */
const ROOM_BYTES = 4096;
/** The number keeps its width, so that it is written over in place. */
const BEAT_DIGITS = 10;
const LONGEST_CHAIN = 100;

/** The lease in force, and the file that it stands in; `undefined`: nobody holds one. */
export function currentLease(
  directory: string,
  name: string,
): { readonly file: string; readonly lease: Lease } | undefined {
  let file = name;
  let lease = readLease(join(directory, file));
  if (lease === undefined) return undefined;
  for (let length = 0; length < LONGEST_CHAIN; length += 1) {
    const next = followerOf(name, lease.session);
    const follower = readLease(join(directory, next));
    if (follower === undefined) break;
    file = next;
    lease = follower;
  }
  return { file, lease };
}

/**
 * Takes the lease, from a holder that is known to be dead or to be silent, or
 * from nobody. False: somebody was faster, or nothing is as it was. Throws what
 * the file system says.
 */
export function claimLease(
  directory: string,
  name: string,
  holder: Holder,
  follows: Lease | undefined,
): boolean {
  const file = follows === undefined ? name : followerOf(name, follows.session);
  if (!create(join(directory, file), textOf(holder, 0))) return false;
  try {
    // The chain may have become another one before the file was there: then this file is no part of it.
    if (currentLease(directory, name)?.lease.session !== holder.session) {
      remove(join(directory, file));
      return false;
    }
    if (file !== name) renameSync(join(directory, file), join(directory, name));
  } catch (error) {
    remove(join(directory, file));
    throw error;
  }
  sweepClaims(directory, name, holder);
  return true;
}

/**
 * The sign of life. `lost`: another session holds the lease. `missing`: nobody
 * does. Throws where neither is known, or the number cannot be written.
 */
export function renewLease(
  directory: string,
  name: string,
  holder: Holder,
  beat: number,
): 'ours' | 'lost' | 'missing' {
  const path = join(directory, name);
  let file: number;
  try {
    file = openSync(path, 'r+');
  } catch (error) {
    if (isMissing(error)) return 'missing';
    throw error;
  }
  try {
    const room = Buffer.allocUnsafe(ROOM_BYTES);
    const text = room.toString('utf8', 0, readSync(file, room, 0, ROOM_BYTES, 0));
    if (leaseOf(text).session !== holder.session) return 'lost';
    if (existsSync(join(directory, followerOf(name, holder.session)))) return 'lost';
    // Into the file that was just read: one that has been put in its place meanwhile is not touched.
    writeSync(file, textOf(holder, beat), 0, 'utf8');
    return 'ours';
  } finally {
    closeSync(file);
  }
}

/** Gives up a lease that is still this holder's. */
export function dropLease(directory: string, name: string, holder: Holder): void {
  if (currentLease(directory, name)?.lease.session !== holder.session) return;
  remove(join(directory, name));
}

/** Claims that came too late for their chain, of processes that were killed just then. */
function sweepClaims(directory: string, name: string, { session }: Holder): void {
  for (const entry of readdirSync(directory)) {
    const isClaim = entry.startsWith(`${name}.`) && entry !== followerOf(name, session);
    if (isClaim) remove(join(directory, entry));
  }
}

function followerOf(name: string, session: string): string {
  return `${name}.${session}`;
}

function textOf({ session, machine, host, pid }: Holder, beat: number): string {
  const number = String(beat).padStart(BEAT_DIGITS, '0');
  return `${JSON.stringify({ session, machine, host, pid, beat: number })}\n`;
}

function readLease(path: string): Lease | undefined {
  try {
    return leaseOf(readFileSync(path, 'utf8'));
  } catch (error) {
    if (isMissing(error)) return undefined;
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return strangersLease(path);
    throw error;
  }
}

/** Another user's is not to be read; its signs of life are seen from outside. */
function strangersLease(path: string): Lease | undefined {
  const { dev, ino, mtimeMs } = statSync(path);
  const lease = leaseOf(`${dev} ${ino}`);
  return { ...lease, text: `${lease.text} ${mtimeMs}` };
}

/** One that cannot be read has no holder that could be asked: it is judged by its silence. */
export function leaseOf(text: string): Lease {
  let value: Partial<Record<keyof Holder, unknown>> = {};
  try {
    value = (JSON.parse(text) ?? {}) as typeof value;
  } catch {
    // Being written just now, or torn by a crash.
  }
  const { session, machine, host, pid } = value;
  const known = typeof session === 'string' && /^[0-9a-f]{24}$/.test(session);
  return {
    text,
    session: known ? session : createHash('sha256').update(text).digest('hex').slice(0, 24),
    machine: known && typeof machine === 'string' ? machine : undefined,
    host: typeof host === 'string' ? host : '',
    pid: typeof pid === 'number' ? pid : undefined,
  };
}

/** False: there is one already. */
function create(path: string, text: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    writeSync(file, text);
  } catch (error) {
    closeSync(file);
    remove(path);
    throw error;
  }
  closeSync(file);
  return true;
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Gone already, or not to be removed now: a lease without signs of life is simply overtaken.
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
