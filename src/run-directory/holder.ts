import { unlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir, hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

/** While it is up, the session is alive: the system itself takes it down when the process dies. */
export interface HolderSocket {
  close(): Promise<void>;
}

/** Listens under a session's name, which no other one has. */
export function listenAs(
  session: string,
  platform: NodeJS.Platform = process.platform,
): Promise<HolderSocket> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(addressOf(session, platform), () => {
      // It alone keeps no process alive.
      server.unref();
      resolve({
        close: () =>
          new Promise((closed) => {
            server.close(() => {
              closed();
            });
          }),
      });
    });
  });
}

/**
 * Is a session of this machine alive? A process that is stopped is: the system
 * answers for it. Only where nobody listens any more it is dead; whatever else
 * keeps the question from being answered (rights, too many askers) says nothing.
 */
export async function isAlive(
  session: string,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const address = addressOf(session, platform);
  const alive = await new Promise<boolean>((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT');
    });
  });
  // A socket that is a file outlives a crash.
  if (!alive && !isWithoutFile(platform)) await unlink(address).catch(() => undefined);
  return alive;
}

/** macOS allows 103 bytes, and its temporary folders take about 50 of them. */
function addressOf(session: string, platform: NodeJS.Platform): string {
  const name = `redcap-sweep-${session}`;
  if (platform === 'linux') return `\0${name}`;
  if (platform === 'win32') return `\\\\.\\pipe\\${name}`;
  return join(tmpdir(), `${name}.sock`);
}

function isWithoutFile(platform: NodeJS.Platform): boolean {
  return platform === 'linux' || platform === 'win32';
}

/**
 * Names what these sockets reach. Two processes with the same name
 * find each other's sockets; where that is not certain, the names differ, and
 * whoever reads one waits. `undefined` where nothing can be said at all.
 */
export function nameMachine(platform: NodeJS.Platform = process.platform): string | undefined {
  const facts = platform === 'linux' ? linuxFacts() : otherFacts();
  if (facts === undefined) return undefined;
  return createHash('sha256').update(facts.join('\0')).digest('hex').slice(0, 24);
}

/**
 * Sockets without a file are those of a network namespace. Its number is one
 * of this boot's: a container has its own, and so has the same container made
 * anew.
 */
function linuxFacts(): readonly string[] | undefined {
  try {
    return [
      readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(),
      readlinkSync('/proc/self/ns/net'),
    ];
  } catch {
    return undefined;
  }
}

/** Host names are given twice, network cards are not; socket files stand in the temporary folder. */
function otherFacts(): readonly string[] | undefined {
  const cards = new Set<string>();
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { internal, mac } of addresses ?? []) if (!internal) cards.add(mac);
  }
  if (cards.size === 0) return undefined;
  return [hostname(), tmpdir(), ...[...cards].toSorted()];
}
