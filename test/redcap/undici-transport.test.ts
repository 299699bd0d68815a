import { gzipSync, deflateRawSync, deflateSync } from 'node:zlib';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { connect, summarize, FORM, listenHttp, listenRaw, readRequest } from './servers.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

describe('a request', () => {
  it('is a POST with a length, a name of its own and no more', async () => {
    const server = await listenHttp((_seen, response) => response.end('fine'));
    const answer = await connect(server.url)({ ...FORM, body: 'a=1&b=ü' });
    expect(answer).toMatchObject({ kind: 'response', status: 200, body: 'fine' });
    const { connection: _connection, ...headers } = server.seen[0]?.headers ?? {};
    expect({ ...server.seen[0], headers, body: server.seen[0]?.body.toString() }).toEqual({
      method: 'POST',
      path: '/api/',
      body: 'a=1&b=ü',
      headers: {
        host: `127.0.0.1:${server.port}`,
        'user-agent': 'redcap-sweep/1.2.3',
        accept: 'application/json, */*',
        'accept-encoding': 'gzip, deflate',
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': '8',
      },
    });
  });

  it('streams a body with its length, never chunked', async () => {
    const server = await listenHttp((_seen, response) => response.end());
    const pieces = [Buffer.alloc(300_000, 1), Buffer.alloc(5, 2)];
    const answer = await connect(server.url)({
      contentType: 'x/y',
      body: {
        length: 300_005,
        async *open() {
          yield* pieces;
        },
      },
    });
    expect(summarize(answer)).toBe('answer 200');
    expect(server.seen[0]?.headers['content-length']).toBe('300005');
    expect(server.seen[0]?.headers['transfer-encoding']).toBeUndefined();
    expect(server.seen[0]?.body.equals(Buffer.concat(pieces))).toBe(true);
  });

  it('reports a source that breaks, and frees the connection', async () => {
    const server = await listenHttp((_seen, response) => response.end());
    const answer = await connect(server.url)({
      contentType: 'x/y',
      body: {
        length: 10,
        async *open() {
          yield Buffer.alloc(5);
          throw new Error('the disk is gone');
        },
      },
    });
    expect(answer).toMatchObject({ code: 'connection', sent: true });
    expect(answer).toHaveProperty('message', expect.stringContaining('the disk is gone'));
  });

  it('keeps a connection for the next request, and follows no redirect', async () => {
    let sockets = 0;
    const server = await listenHttp((_seen, response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/elsewhere' }).end();
    });
    const transport = connect(server.url, { connections: 1 });
    for (let at = 0; at < 3; at += 1) {
      const answer = await transport({ ...FORM, onLeaving: () => (sockets += 1) > 0 });
      expect(answer).toMatchObject({ status: 302 });
      expect('headers' in answer && answer.headers.get('location')).toBe(
        'http://127.0.0.1:1/elsewhere',
      );
    }
    expect(sockets).toBe(3);
    expect(server.seen).toHaveLength(3);
  });
});

describe('a text answer', () => {
  it.each([
    ['gzip', gzipSync('{"a":"ü"}'), '{"a":"ü"}'],
    ['x-gzip', gzipSync('x'), 'x'],
    ['deflate', deflateSync('x'), 'x'],
    ['deflate', deflateRawSync('x'), 'x'],
    ['gzip', gzipSync(''), ''],
    ['gzip', Buffer.alloc(0), ''],
    ['identity', Buffer.from('x'), 'x'],
    ['UTF-8', Buffer.from('{"a":"ü"}'), '{"a":"ü"}'],
    ['UTF-8', Buffer.alloc(0), ''],
    ['utf8', Buffer.from('\ufeff[]'), '\ufeff[]'],
    [' None ', Buffer.from('x'), 'x'],
    ['BINARY', Buffer.from('x'), 'x'],
    ['identity, utf-8', Buffer.from('x'), 'x'],
    ['charset=UTF-8', Buffer.from('x'), 'x'],
    ['"utf-8"', Buffer.from('x'), 'x'],
    ['iso-8859-1', Buffer.from('x'), 'x'],
    ['gzip, UTF-8', gzipSync('x'), 'x'],
    ['utf-8, gzip', gzipSync('x'), 'x'],
  ])('in %s is unpacked, an empty one too', async (encoding, body, text) => {
    const server = await listenHttp((_seen, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(body);
    });
    const answer = await connect(server.url)(FORM);
    expect(answer).toMatchObject({ kind: 'response', body: text });
    expect(answer).not.toHaveProperty('truncated');
  });

  it.each([
    ['cut short', gzipSync('x'.repeat(1000)).subarray(0, 15), 'gzip'],
    ['no gzip at all', Buffer.from('<html>'), 'gzip'],
    ['of an unknown kind', Buffer.from('abc'), 'zstd'],
    ['of an unknown kind besides', Buffer.from('abc'), 'UTF-8, zstd'],
    ['called UTF-8', gzipSync('x'), 'UTF-8'],
    ['called none', Buffer.from([0x78, 0, 1, 2]), 'none'],
  ])('that is packed and %s is never taken for empty', async (_what, body, encoding) => {
    const server = await listenHttp((_seen, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(body);
    });
    const answer = await connect(server.url)(FORM);
    const coding = encoding.replace('UTF-8, ', '').toLowerCase();
    expect(answer).toMatchObject({ kind: 'response', truncated: true, coding });
    expect(answer.kind === 'response' && answer.body.length > 0).toBe(true);
  });

  it('keeps its byte order mark, and is kept to a measure', async () => {
    const server = await listenHttp((_seen, response, at) => {
      response.end(at === 1 ? '\ufeff' : 'y'.repeat(5000));
    });
    const transport = connect(server.url, { maxBodyBytes: 1000 });
    expect(await transport(FORM)).toMatchObject({ body: '\ufeff' });
    expect(await transport(FORM)).toMatchObject({ body: 'y'.repeat(1000), truncated: true });
    expect(await transport({ ...FORM, maxBodyBytes: 9000 })).toMatchObject({
      body: 'y'.repeat(5000),
    });
  });

  it('after a 103 is the one behind it', async () => {
    const server = await listenRaw((socket) => {
      socket.once('data', () => socket.write(`HTTP/1.1 103 Early Hints\r\nx: 1\r\n\r\n${OK}`));
    });
    expect(await connect(server.port)(FORM)).toMatchObject({ status: 200, body: '' });
  });
});

describe('a connection', () => {
  it.each<[string, (socket: import('node:net').Socket) => void, string]>([
    [
      'reset without reading',
      (socket) => setTimeout(() => socket.resetAndDestroy(), 30),
      'connection sent',
    ],
    [
      'reset after the request',
      (socket) => void readRequest(socket).then(() => socket.resetAndDestroy()),
      'connection sent',
    ],
    [
      'closed after the request',
      (socket) => void readRequest(socket).then(() => socket.end()),
      'connection sent',
    ],
    [
      'closed halfway through the answer',
      (socket) =>
        void readRequest(socket).then(() =>
          socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'),
        ),
      'connection sent',
    ],
    [
      'that speaks no HTTP',
      (socket) => void readRequest(socket).then(() => socket.write('SSH-2.0-OpenSSH_9\r\n\r\n')),
      'connection sent',
    ],
    ['that hangs', () => undefined, 'timeout sent'],
    [
      'that hangs halfway through the answer',
      (socket) =>
        void readRequest(socket).then(() =>
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'),
        ),
      'timeout sent',
    ],
  ])('%s', async (_what, onSocket, expected) => {
    const server = await listenRaw(onSocket);
    const answer = await connect(server.port, { timeoutMs: 300 })(FORM);
    expect(summarize(answer)).toBe(expected);
    expect(server.connections()).toBe(1);
  });

  const CLOSING = 'HTTP/1.1 200 OK\r\nConnection: close\r\n';
  it.each([
    ['and an empty body', `${CLOSING}\r\n`],
    ['and a body', `${CLOSING}\r\n{"success":true}`],
    ['as HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\n'],
    ['and a refusal', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n{"error":"x"}'],
    ['and a length not reached', `${CLOSING}Content-Length: 9\r\n\r\nhalf`],
    ['and no last chunk', `${CLOSING}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`],
    ['and a broken chunk', `${CLOSING}Transfer-Encoding: chunked\r\n\r\nxyz\r\nhalf\r\n`],
  ])('reset after an answer without an end %s is broken', async (_what, answer) => {
    for (const pauseMs of [0, 20]) {
      const server = await listenRaw((socket) => {
        void readRequest(socket).then(() => {
          socket.write(answer);
          // At once: bytes and reset arrive together, and Node.js reports a regular end.
          if (pauseMs === 0) socket.resetAndDestroy();
          else setTimeout(() => socket.resetAndDestroy(), pauseMs);
        });
      });
      const transport = connect(server.port, { connections: 1 });
      expect([summarize(await transport(FORM)), pauseMs]).toEqual(['connection sent', pauseMs]);
      // The way is free for the next one.
      expect(summarize(await transport(FORM))).toBe('connection sent');
      expect(server.connections()).toBe(2);
    }
  });

  it.each([
    ['closed regularly', `${CLOSING}\r\n`, 'end' as const],
    ['reset, with a length', `${CLOSING}Content-Length: 0\r\n\r\n`, 'resetAndDestroy' as const],
    [
      'reset, with chunks',
      `${CLOSING}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      'resetAndDestroy' as const,
    ],
  ])('%s at the end of its answer is whole', async (_what, answer, how) => {
    const server = await listenRaw((socket) => {
      void readRequest(socket).then(() => {
        socket.write(answer);
        socket[how]();
      });
    });
    const transport = connect(server.port, { connections: 1 });
    for (let at = 0; at < 3; at += 1) expect(summarize(await transport(FORM))).toBe('answer 200');
  });

  it('that nothing accepts was never made', async () => {
    const answer = await connect(1)(FORM);
    expect(answer).toEqual({
      kind: 'failed',
      code: 'connection',
      sent: false,
      message:
        'No connection to the server 127.0.0.1: nothing accepts connections there (ECONNREFUSED).',
    });
  });

  it('that was kept and is stale counts as sent once the request was written', async () => {
    let requests = 0;
    const server = await listenRaw((socket) => {
      socket.on('data', () => {
        requests += 1;
        if (requests === 1) socket.write(OK);
        else socket.resetAndDestroy();
      });
    });
    const transport = connect(server.port, { connections: 1 });
    expect(summarize(await transport(FORM))).toBe('answer 200');
    let sent = 0;
    const answer = await transport({ ...FORM, onLeaving: () => (sent += 1) > 0 });
    expect([summarize(answer), sent, requests]).toEqual(['connection sent', 1, 2]);
  });

  it('that the server closed while idle is replaced before anything is sent', async () => {
    const server = await listenRaw((socket) => {
      socket.once('data', () => {
        socket.write(OK);
        setTimeout(() => socket.end(), 20);
      });
    });
    const transport = connect(server.port, { connections: 1 });
    expect(summarize(await transport(FORM))).toBe('answer 200');
    await delay(80);
    expect(summarize(await transport(FORM))).toBe('answer 200');
    expect(server.connections()).toBe(2);
  });

  it('lives as long as something comes now and then', async () => {
    const server = await listenHttp((_seen, response) => {
      void (async () => {
        for (let at = 0; at < 5; at += 1) {
          await delay(150);
          response.write('x');
        }
        response.end();
      })();
    });
    expect(await connect(server.url, { timeoutMs: 400 })(FORM)).toMatchObject({ body: 'xxxxx' });
  });
});

describe('giving up', () => {
  it('ends a request in flight at once, and says that it was sent', async () => {
    const server = await listenRaw(() => undefined);
    const abort = new AbortController();
    const asked = connect(server.port)({
      ...FORM,
      signal: abort.signal,
      onLeaving: () => {
        setTimeout(() => {
          abort.abort();
        }, 20);
        return true;
      },
    });
    expect(summarize(await asked)).toBe('aborted sent');
  });

  it('before the start sends nothing', async () => {
    const server = await listenRaw(() => undefined);
    const answer = await connect(server.port)({ ...FORM, signal: AbortSignal.abort() });
    expect([summarize(answer), server.connections()]).toEqual(['aborted not sent', 0]);
  });

  it('right before it leaves sends nothing, and leaves the way free', async () => {
    let requests = 0;
    const server = await listenRaw((socket) => {
      socket.on('data', () => {
        requests += 1;
        socket.write(OK);
      });
    });
    const transport = connect(server.port, { connections: 1 });
    for (let at = 0; at < 2; at += 1) {
      const answer = await transport({ ...FORM, onLeaving: () => false });
      expect([summarize(answer), requests]).toEqual(['aborted not sent', at]);
      expect(summarize(await transport(FORM))).toBe('answer 200');
    }
    expect(requests).toBe(2);
  });

  it('while connecting resolves at once, and sends nothing afterwards', async () => {
    const got: string[] = [];
    const server = await listenRaw((socket) => {
      socket.on('data', (chunk: Buffer) => got.push(chunk.toString()));
    });
    const abort = new AbortController();
    const asked = connect(server.port)({ ...FORM, signal: abort.signal });
    abort.abort();
    expect(summarize(await asked)).toBe('aborted not sent');
    await delay(50);
    expect(got).toEqual([]);
  });
});
