import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach } from 'vitest';

export interface Listener {
  readonly port: number;
  /** The head of each request to a proxy; one entry for each connection to other servers. */
  readonly seen: readonly string[];
}

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(server: Server, seen: readonly string[]): Promise<Listener> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return { port: address.port, seen };
}

/**
 * A proxy that answers every CONNECT by `status`; with 200 it tunnels to `to`,
 * and with another one it does so for as many as `grants` says, before that.
 */
export async function openProxy(
  status: string,
  to?: number,
  grants = status.startsWith('200') ? Number.POSITIVE_INFINITY : 0,
): Promise<Listener> {
  const seen: string[] = [];
  const server = createServer((socket) => {
    socket.once('data', (head) => {
      seen.push(head.toString('latin1'));
      if (to === undefined || seen.length > grants) {
        socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      const upstream = connect(to, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(upstream).pipe(socket);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
  });
  return listen(server, seen);
}

/** TLS in front of a plain server on loopback. */
export async function openTls(
  certificate: { readonly key: string; readonly cert: string },
  to: number,
): Promise<Listener> {
  const seen: string[] = [];
  const server = createTlsServer(certificate, (socket) => {
    const upstream = connect(to, '127.0.0.1');
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  server.on('connection', () => seen.push('connection'));
  server.on('tlsClientError', () => undefined);
  return listen(server, seen);
}
