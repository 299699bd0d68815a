import { createHash } from 'node:crypto';
import { connect, createServer, type Server } from 'node:net';
import { unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Held until released or until the process ends, however it ends. */
export interface Lock {
  release(): Promise<void>;
}

/** Below the ports that systems give to outgoing connections (from 32768 on Linux, 49152 elsewhere). */
const FIRST_GUARD = 20_000;
const GUARDS = 12_000;
const GUARD_TRIES = 40;
const GUARD_EVERY_MS = 50;

export type LockPurpose = 'run' | 'reports';

/**
 * Takes a lock that the operating system itself gives up at a crash: a
 * listening local socket. Linux has sockets without a file, Windows has named
 * pipes; elsewhere a socket file is left behind by a crash, and taken over
 * under a second lock, so that two processes never both take it over.
 * Resolves `undefined` where another process holds it.
 */
export async function takeLock(
  realPath: string,
  purpose: LockPurpose,
  platform: NodeJS.Platform = process.platform,
): Promise<Lock | undefined> {
  const digest = createHash('sha256').update(`${purpose}\0${realPath}`).digest();
  const name = `redcap-sweep-${digest.toString('hex').slice(0, 24)}`;
  if (platform === 'linux') return listen(`\0${name}`);
  if (platform === 'win32') return listen(`\\\\.\\pipe\\${name}`);
  return listenOnFile(join(tmpdir(), `${name}.sock`), digest);
}

async function listenOnFile(path: string, digest: Buffer): Promise<Lock | undefined> {
  const first = await listen(path);
  if (first !== undefined) return first;
  if (await answers(path)) return undefined;
  // Stale. Whoever takes it over holds this port meanwhile, and looks again
  // once inside: the one before may have made a new socket already.
  const guard = await listenSoon(FIRST_GUARD + (digest.readUInt16BE(0) % GUARDS), path);
  if (guard === undefined) return undefined;
  try {
    if (await answers(path)) return undefined;
    await unlink(path).catch(() => undefined);
    return await listen(path);
  } finally {
    await guard.release();
  }
}

/** A port may be in use by a stranger for a moment: it is tried again, until the lock is seen to be held. */
async function listenSoon(port: number, path: string): Promise<Lock | undefined> {
  for (let tries = 0; tries < GUARD_TRIES; tries += 1) {
    const guard = await listen(port);
    if (guard !== undefined) return guard;
    await sleep(GUARD_EVERY_MS);
    if (await answers(path)) return undefined;
  }
  return undefined;
}

function listen(at: string | number): Promise<Lock | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    const taken = (): void => {
      // The lock alone keeps no process alive.
      server.unref();
      resolve({ release: () => close(server) });
    };
    if (typeof at === 'number') server.listen(at, '127.0.0.1', taken);
    else server.listen(at, taken);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
