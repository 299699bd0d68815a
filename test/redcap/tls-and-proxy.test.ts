import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  connect,
  summarize,
  FORM,
  listen,
  listenRaw,
  makeCertificates,
  readRequest,
  type Listening,
} from './servers.ts';

const made = makeCertificates();
const certificates = made ?? { ca1: '', ca2: '', key: '', cert: '' };
if (made === undefined) process.stderr.write('openssl is missing: the TLS tests are skipped\n');
const CREDENTIALS = 'user:s3cr%40t@';
const PROXIED = new URL('https://redcap.test/api/');

async function listenTls(): Promise<Listening> {
  const server = https.createServer(
    { key: certificates.key, cert: certificates.cert },
    (_, response) => response.end('hello'),
  );
  return listen(server, 'secureConnection', () => undefined);
}

interface Proxy extends Listening {
  readonly url: URL;
  readonly heads: string[];
}

/** A proxy of bare sockets: `answer` gets what the client sent. */
async function listenProxy(answer: (socket: net.Socket) => void): Promise<Proxy> {
  const heads: string[] = [];
  const listening = await listenRaw((socket) => {
    void readRequest(socket).then((head) => {
      heads.push(head);
      socket.removeAllListeners('data');
      answer(socket);
    });
  });
  return { ...listening, heads, url: new URL(`http://${CREDENTIALS}127.0.0.1:${listening.port}`) };
}

function tunnelTo(port: number, greeting = 'HTTP/1.1 200 Connection established\r\n\r\n') {
  return (socket: net.Socket): void => {
    const upstream = net.connect(port, '127.0.0.1');
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
    socket.on('close', () => upstream.destroy());
    socket.write(greeting);
    socket.pipe(upstream).pipe(socket);
  };
}

describe.skipIf(made === undefined)('certificates', () => {
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  beforeEach(() => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  });
  afterEach(() => {
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
  });

  it.each([
    ['the own authority', [() => certificates.ca1], 'answer 200'],
    ['the own one beside another', [() => certificates.ca2, () => certificates.ca1], 'answer 200'],
    ['another one alone', [() => certificates.ca2], 'certificate not sent'],
    ['none', [], 'certificate not sent'],
  ])('of %s, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async (_what, pems, expected) => {
    const server = await listenTls();
    const answer = await connect(new URL(`https://localhost:${server.port}/api/`), {
      caPems: pems.map((pem) => pem()),
    })(FORM);
    expect(summarize(answer)).toBe(expected);
    expect(server.connections()).toBe(1);
  });

  it('that are not trusted are described in plain words', async () => {
    const server = await listenTls();
    const url = new URL(`https://127.0.0.1:${server.port}/api/`);
    expect(await connect(url)(FORM)).toHaveProperty(
      'message',
      'The certificate of the server 127.0.0.1 is not trusted: its issuer is not known here (UNABLE_TO_VERIFY_LEAF_SIGNATURE). Where an institution has its own authority, give its certificate by --ca-file.',
    );
  });

  it('made out to another name are not trusted', async () => {
    const server = await listenTls();
    const proxy = await listenProxy(tunnelTo(server.port));
    const answer = await connect(new URL('https://other.test/api/'), {
      caPems: [certificates.ca1],
      proxy: proxy.url,
    })(FORM);
    expect(summarize(answer)).toBe('certificate not sent');
    expect(answer).toHaveProperty('message', expect.stringContaining('another name'));
  });

  it('are checked behind a proxy with the same authorities', async () => {
    const server = await listenTls();
    const proxy = await listenProxy(tunnelTo(server.port));
    const trusting = connect(PROXIED, {
      caPems: [certificates.ca1],
      proxy: proxy.url,
      connections: 1,
    });
    expect(await trusting(FORM)).toMatchObject({ kind: 'response', status: 200, body: 'hello' });
    expect(await trusting(FORM)).toMatchObject({ kind: 'response', status: 200, body: 'hello' });
    expect(proxy.connections()).toBe(1);
    const head = proxy.heads[0] ?? '';
    expect(head.split('\r\n')[0]).toBe('CONNECT redcap.test:443 HTTP/1.1');
    expect(head).toContain(`proxy-authorization: Basic ${btoa('user:s3cr@t')}`);
    expect(head).toContain('user-agent: redcap-sweep/1.2.3');

    const doubting = connect(PROXIED, { proxy: proxy.url });
    const answer = await doubting(FORM);
    expect(summarize(answer)).toBe('certificate not sent');
    expect(answer).toHaveProperty(
      'message',
      expect.stringContaining(`(through the proxy http://127.0.0.1:${proxy.port})`),
    );
  });

  it('of a proxy that speaks TLS are checked too', async () => {
    const server = await listenTls();
    const { key, cert } = certificates;
    const proxy = await listen(tls.createServer({ key, cert }), 'secureConnection', (socket) => {
      void readRequest(socket).then(() => {
        socket.removeAllListeners('data');
        tunnelTo(server.port)(socket);
      });
    });
    const url = new URL(`https://127.0.0.1:${proxy.port}`);
    const trusting = connect(PROXIED, { caPems: [certificates.ca1], proxy: url });
    expect(summarize(await trusting(FORM))).toBe('answer 200');
    const answer = await connect(PROXIED, { proxy: url })(FORM);
    expect(summarize(answer)).toBe('certificate not sent');
    expect(answer).toHaveProperty('message', expect.stringContaining(`the proxy ${url.origin}`));
  });

  it.each([
    ['reset at once', 0, true],
    ['reset soon after', 20, true],
    ['closed regularly', 0, false],
  ])('do not hide how a connection ends: %s', async (_what, pauseMs, reset) => {
    const raw: net.Socket[] = [];
    const { key, cert } = certificates;
    const server = tls.createServer({ key, cert });
    server.on('connection', (socket) => raw.push(socket));
    const { port } = await listen(server, 'secureConnection', (socket) => {
      void readRequest(socket).then(() => {
        const under = raw.shift();
        socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n', () => {
          if (!reset) socket.end();
          else if (pauseMs === 0) under?.resetAndDestroy();
          else setTimeout(() => under?.resetAndDestroy(), pauseMs);
        });
      });
    });
    const caPems = [certificates.ca1];
    const transport = connect(new URL(`https://localhost:${port}/`), { caPems });
    expect(summarize(await transport(FORM))).toBe(reset ? 'connection sent' : 'answer 200');
  });

  it('are never seen when the other side speaks no TLS, or hangs before', async () => {
    const plain = await listenRaw((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const hanging = await listenRaw(() => undefined);
    const summaries = [plain, hanging].map(async ({ port }) =>
      summarize(await connect(new URL(`https://localhost:${port}/`), { timeoutMs: 300 })(FORM)),
    );
    expect(await Promise.all(summaries)).toEqual(['connection not sent', 'timeout not sent']);
  });
});

describe('a proxy', () => {
  it.each<[string, (socket: net.Socket) => void, string, RegExp]>([
    [
      'refuses for want of a password',
      (socket) =>
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno'),
      'proxy not sent',
      /answered 407 Proxy Authentication Required\..*user name and password/,
    ],
    [
      'refuses the server',
      (socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n<html>not allowed</html>'),
      'proxy not sent',
      /answered 403 Forbidden\./,
    ],
    [
      'refuses as it is busy',
      (socket) => socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n<html>busy</html>'),
      'connection not sent',
      /answered 503 Service Unavailable\./,
    ],
    [
      'answers garbage',
      (socket) => socket.end('hello, this is no HTTP\r\n\r\n'),
      'connection not sent',
      /the answer is no HTTP/,
    ],
    [
      'drops the connection',
      (socket) => socket.destroy(),
      'connection not sent',
      /broke the connection/,
    ],
    [
      'resets it',
      (socket) => socket.resetAndDestroy(),
      'connection not sent',
      /broke the connection/,
    ],
    ['hangs', () => undefined, 'timeout not sent', /within 0\.3 s/],
    [
      'hangs once the tunnel is there',
      (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n'),
      'timeout not sent',
      /within 0\.3 s/,
    ],
    [
      'drops once the tunnel is there',
      (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'),
      'connection not sent',
      /broke the connection/,
    ],
  ])('that %s', async (_what, answer, expected, message) => {
    const proxy = await listenProxy(answer);
    const transport = connect(PROXIED, { proxy: proxy.url, timeoutMs: 300 });
    const failed = await transport(FORM);
    expect(summarize(failed)).toBe(expected);
    const described = failed.kind === 'failed' ? failed.message : '';
    expect(described).toMatch(message);
    expect(described).toContain(`he proxy http://127.0.0.1:${proxy.port}`);
    expect(described).not.toMatch(/s3cr|abort/i);
    expect(proxy.connections()).toBe(1);
  });

  it('that is not there is named', async () => {
    const answer = await connect(PROXIED, { proxy: new URL('http://u:p@127.0.0.1:1') })(FORM);
    expect(answer).toEqual({
      kind: 'failed',
      code: 'connection',
      sent: false,
      message:
        'No connection to the proxy http://127.0.0.1:1: nothing accepts connections there (ECONNREFUSED).',
    });
  });

  it('carries plain HTTP through a tunnel too, and is named when the answer is lost', async () => {
    const server = await listenRaw((socket) => {
      void readRequest(socket).then(() => socket.destroy());
    });
    const proxy = await listenProxy(tunnelTo(server.port));
    const answer = await connect(new URL('http://redcap.test/api/'), { proxy: proxy.url })(FORM);
    expect(summarize(answer)).toBe('connection sent');
    expect(answer).toHaveProperty(
      'message',
      expect.stringContaining('through the proxy http://127'),
    );
    expect(proxy.heads[0]?.startsWith('CONNECT redcap.test:80 ')).toBe(true);
  });

  it('is asked once by many requests at once where it refuses', async () => {
    const proxy = await listenProxy((socket) => {
      setTimeout(() => socket.end('HTTP/1.1 407 No\r\n\r\n'), 50);
    });
    const transport = connect(PROXIED, { proxy: proxy.url, connections: 16 });
    const answers = await Promise.all(Array.from({ length: 40 }, () => transport(FORM)));
    expect(new Set(answers.map(summarize))).toEqual(new Set(['proxy not sent']));
    expect(summarize(await transport(FORM))).toBe('proxy not sent');
    expect(proxy.heads).toHaveLength(1);
  });

  it('is asked by the next one where the first gets no answer', async () => {
    const proxy = await listenProxy(() => undefined);
    const transport = connect(PROXIED, { proxy: proxy.url, connections: 3, timeoutMs: 300 });
    const first = transport(FORM);
    expect(summarize(await first)).toBe('timeout not sent');
    expect(summarize(await transport(FORM))).toBe('timeout not sent');
    expect(proxy.heads).toHaveLength(2);
  });

  it('serves all of many requests that come at once', async () => {
    const proxy = await listenProxy((socket) => socket.destroy());
    const transport = connect(PROXIED, { proxy: proxy.url, connections: 2, timeoutMs: 1000 });
    const answers = await Promise.all(Array.from({ length: 9 }, () => transport(FORM)));
    expect(new Set(answers.map(summarize))).toEqual(new Set(['connection not sent']));
  });
});
