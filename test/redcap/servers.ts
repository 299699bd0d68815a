import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import {
  createUndiciTransport,
  type TransportSettings,
} from '../../src/redcap/undici-transport.ts';
import type {
  ClosableTransport,
  TransportResult,
  TransportRequest,
} from '../../src/redcap/transport.ts';

const closers: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

export interface Listening {
  readonly port: number;
  readonly connections: () => number;
}

/** A server of bare sockets; every socket is dropped after the test. */
export async function listenRaw(onSocket: (socket: net.Socket) => void): Promise<Listening> {
  return listen(net.createServer(), 'connection', onSocket);
}

export async function listen(
  server: net.Server,
  event: 'connection' | 'secureConnection',
  onSocket: (socket: net.Socket) => void,
): Promise<Listening> {
  const sockets = new Set<net.Socket>();
  let connections = 0;
  server.on('connection', (socket: net.Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.on(event, (socket: net.Socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, connections: () => connections };
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An HTTP server that notes each request before it answers. */
export async function listenHttp(
  answer: (seen: Seen, response: http.ServerResponse, at: number) => void,
): Promise<Listening & { readonly url: URL; readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks),
      };
      seen.push(one);
      answer(one, response, seen.length);
    });
  });
  server.keepAliveTimeout = 60_000;
  const listening = await listen(server, 'connection', () => undefined);
  return { ...listening, url: new URL(`http://127.0.0.1:${listening.port}/api/`), seen };
}

/** Resolves with what the socket sent until an HTTP head and its body are there. */
export function readRequest(socket: net.Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (text.length >= end + 4 + length) resolve(text);
    });
  });
}

export function connect(
  url: URL | number,
  more: Partial<TransportSettings> = {},
): ClosableTransport {
  const transport = createUndiciTransport({
    url: typeof url === 'number' ? new URL(`http://127.0.0.1:${url}/api/`) : url,
    timeoutMs: 2000,
    connections: 4,
    caPems: [],
    proxy: undefined,
    userAgent: 'redcap-sweep/1.2.3',
    ...more,
  });
  closers.push(() => transport.close());
  return transport;
}

export const FORM: TransportRequest = {
  body: 'a=1',
  contentType: 'application/x-www-form-urlencoded',
};

/** The parts of a broken answer that tests compare; the message goes by itself. */
export function summarize(answer: TransportResult): string {
  if (answer.kind === 'response') return `answer ${answer.status}`;
  return `${answer.code} ${answer.sent ? 'sent' : 'not sent'}`;
}

export interface Certificates {
  readonly ca1: string;
  readonly ca2: string;
  readonly key: string;
  readonly cert: string;
}

/** Two authorities, and a server certificate of the first; undefined where there is no openssl. */
export function makeCertificates(): Certificates | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  };
  const elliptic = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    for (const name of ['ca1', 'ca2']) {
      const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
      run('req', '-x509', ...elliptic, ...files, '-days', '30', '-subj', `/CN=${name}`);
    }
    run('req', ...elliptic, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=redcap');
    writeFileSync(
      join(folder, 'server.ext'),
      'subjectAltName=DNS:redcap.test,DNS:localhost,IP:127.0.0.1\n',
    );
    const signed = ['-in', 'server.csr', '-CA', 'ca1.pem', '-CAkey', 'ca1.key', '-CAcreateserial'];
    run('x509', '-req', ...signed, '-out', 'server.pem', '-days', '30', '-extfile', 'server.ext');
  } catch {
    return undefined;
  }
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return {
    ca1: read('ca1.pem'),
    ca2: read('ca2.pem'),
    key: read('server.key'),
    cert: read('server.pem'),
  };
}

export function onClose(close: () => void): void {
  closers.push(close);
}
