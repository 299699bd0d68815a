import { unlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
