import { request } from 'node:http';
import { createServer as createPlainServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach } from 'vitest';

/** A request as it came over the wire. */
export interface FrontRequest {
  readonly form: URLSearchParams;
  /** Milliseconds, of this process's clock. */
  readonly at: number;
  /** The server's own answer. */
  forward(): Promise<{ readonly head: string; readonly body: Buffer }>;
}

export interface FrontOptions {
  /** The plain server behind it, on loopback. */
  readonly to: number;
  readonly certificate?: { readonly key: string; readonly cert: string };
  /** Answers a request in its own way, and says so. */
  readonly answer?: (request: FrontRequest, socket: Socket) => boolean | Promise<boolean>;
  /** Milliseconds that a new connection is kept waiting before anything is said to it. */
  readonly stallMs?: () => number;
}

export interface Front {
  readonly port: number;
  readonly seen: readonly FrontRequest[];
  /** Drops every connection. */
  drop(): void;
}

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server of bare sockets in front of another one, to be as rough as networks are. */
export async function openFront(options: FrontOptions): Promise<Front> {
  const { to, certificate, answer, stallMs } = options;
  const seen: FrontRequest[] = [];
  const raw = new Set<Socket>();

  const serve = (socket: Socket): void => {
    socket.on('error', () => undefined);
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      const end = pending.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = pending.toString('latin1', 0, end);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (pending.length < end + 4 + length) return;
      const body = pending.subarray(end + 4, end + 4 + length);
      pending = pending.subarray(end + 4 + length);
      const one: FrontRequest = {
        form: new URLSearchParams(body.toString('utf8')),
        at: performance.now(),
        forward: () => forward(to, head, body),
      };
      seen.push(one);
      void respond(one, socket);
    });
  };

  const respond = async (one: FrontRequest, socket: Socket): Promise<void> => {
    if ((await answer?.(one, socket)) === true) return;
    const { head, body } = await one.forward();
    socket.write(`${head}Content-Length: ${body.length}\r\n\r\n`);
    socket.write(body);
  };

  // TLS begins on a socket only when its waiting is over.
  const tls = certificate === undefined ? undefined : createTlsServer(certificate, serve);
  tls?.on('tlsClientError', () => undefined);
  const server: Server = createPlainServer((socket) => {
    raw.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => raw.delete(socket));
    const begin = (): void => {
      if (tls === undefined) serve(socket);
      else tls.emit('connection', socket);
    };
    const waitMs = stallMs?.() ?? 0;
    if (waitMs > 0) setTimeout(begin, waitMs);
    else begin();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const drop = (): void => {
    for (const socket of raw) socket.resetAndDestroy();
  };
  closers.push(() => {
    for (const socket of raw) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return { port: address.port, seen, drop };
}

/** Sends a request on, on a connection of its own. The head is without a length. */
function forward(
  port: number,
  head: string,
  body: Buffer,
): Promise<{ readonly head: string; readonly body: Buffer }> {
  return new Promise((resolve, reject) => {
    const type = /content-type: ([^\r]*)/i.exec(head)?.[1] ?? '';
    const headers = { 'content-type': type, 'content-length': body.length };
    const sent = request(
      { host: '127.0.0.1', port, path: '/api/', method: 'POST', headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          let lines = `HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\n`;
          for (let at = 0; at + 1 < response.rawHeaders.length; at += 2) {
            const name = response.rawHeaders[at] ?? '';
            if (/^(connection|keep-alive|content-length|transfer-encoding)$/i.test(name)) continue;
            lines += `${name}: ${response.rawHeaders[at + 1]}\r\n`;
          }
          resolve({ head: lines, body: Buffer.concat(chunks) });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
