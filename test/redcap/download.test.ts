import { gzipSync } from 'node:zlib';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { connect, summarize, FORM, listenHttp, listenRaw, readRequest } from './servers.ts';

const BYTES = Buffer.alloc(3_000_000, 'redcap');
const NAMED = { 'content-type': 'application/pdf; name="a.pdf"' };

describe('a file', () => {
  it('goes to the sink, packed or not, and is not kept', async () => {
    const server = await listenHttp((_seen, response, at) => {
      const packed = at === 2;
      response.writeHead(200, packed ? { ...NAMED, 'content-encoding': 'gzip' } : NAMED);
      response.end(packed ? gzipSync(BYTES) : BYTES);
    });
    const transport = connect(server.url);
    for (let at = 0; at < 2; at += 1) {
      const chunks: Uint8Array[] = [];
      const answer = await transport({ ...FORM, onData: (chunk) => void chunks.push(chunk) });
      expect(answer).toMatchObject({ kind: 'response', body: '' });
      expect(Buffer.concat(chunks).equals(BYTES)).toBe(true);
    }
    expect(server.seen.map((one) => one.headers['accept-encoding'])).toEqual([
      'identity',
      'identity',
    ]);
  });

  it.each(['UTF-8', 'none', 'binary', 'identity, utf-8'])(
    'is taken as it is where its coding is called %s',
    async (coding) => {
      const server = await listenHttp((_seen, response) => {
        response.writeHead(200, { ...NAMED, 'content-encoding': coding }).end(BYTES);
      });
      const chunks: Uint8Array[] = [];
      const answer = await connect(server.url)({
        ...FORM,
        onData: (chunk) => void chunks.push(chunk),
      });
      expect(summarize(answer)).toBe('answer 200');
      expect(Buffer.concat(chunks).equals(BYTES)).toBe(true);
    },
  );

  it('of no bytes is whole, packed or not', async () => {
    const server = await listenHttp((_seen, response, at) => {
      response.writeHead(200, at === 1 ? NAMED : { ...NAMED, 'content-encoding': 'gzip' }).end();
    });
    const transport = connect(server.url);
    for (let at = 0; at < 2; at += 1) {
      const answer = await transport({ ...FORM, onData: () => expect.unreachable() });
      expect(summarize(answer)).toBe('answer 200');
    }
  });

  it('in a coding that is not known is not taken, and named', async () => {
    const server = await listenHttp((_seen, response) => {
      response.writeHead(200, { ...NAMED, 'content-encoding': 'zstd' }).end(BYTES);
    });
    const transport = connect(server.url, { connections: 1 });
    for (let at = 0; at < 2; at += 1) {
      const answer = await transport({ ...FORM, onData: () => expect.unreachable() });
      expect(answer).toMatchObject({
        kind: 'failed',
        sent: true,
        message: 'The file came in a content coding that is not known here (zstd).',
      });
    }
  });

  it.each([
    ['another status', 400, NAMED],
    ['no name', 200, { 'content-type': 'text/html' }],
  ])('with %s is a text', async (_what, status, headers) => {
    const server = await listenHttp((_seen, response) =>
      response.writeHead(status, headers).end('no'),
    );
    const taken: unknown[] = [];
    const answer = await connect(server.url)({
      ...FORM,
      onData: (chunk) => void taken.push(chunk),
    });
    expect(answer).toMatchObject({ status, body: 'no' });
    expect(taken).toEqual([]);
  });

  it('waits for a slow sink, longer than silence is allowed', async () => {
    const server = await listenHttp((_seen, response) => response.writeHead(200, NAMED).end(BYTES));
    let taking = 0;
    let most = 0;
    let bytes = 0;
    let slow = true;
    const answer = await connect(server.url, { timeoutMs: 200 })({
      ...FORM,
      onData: async (chunk) => {
        taking += 1;
        most = Math.max(most, taking);
        bytes += chunk.length;
        if (slow) await delay(500);
        slow = false;
        taking -= 1;
      },
    });
    expect([summarize(answer), most, bytes]).toEqual(['answer 200', 1, BYTES.length]);
  });

  const lengthHeader = `Content-Length: ${BYTES.length}\r\n`;
  it.each([
    ['by its end alone', 'HTTP/1.1', 'Connection: close\r\n'],
    ['and states the length', 'HTTP/1.1', `Connection: close\r\n${lengthHeader}`],
    ['without a word on it', 'HTTP/1.1', lengthHeader],
    ['as HTTP/1.0 does', 'HTTP/1.0', lengthHeader],
    ['and says nothing', 'HTTP/1.0', ''],
  ])('is whole where the server closes %s, however slow the sink', async (_what, version, more) => {
    const { port } = await listenRaw((socket) => {
      void readRequest(socket).then(() => {
        socket.write(`${version} 200 OK\r\nContent-Type: a/b; name="a.pdf"\r\n${more}\r\n`);
        socket.end(BYTES);
      });
    });
    let taking = 0;
    let most = 0;
    const chunks: Uint8Array[] = [];
    const answer = await connect(port, { timeoutMs: 300 })({
      ...FORM,
      onData: async (chunk) => {
        taking += 1;
        most = Math.max(most, taking);
        await delay(chunks.length % 10 === 0 ? 60 : 1);
        chunks.push(chunk);
        taking -= 1;
      },
    });
    expect([summarize(answer), most]).toEqual(['answer 200', 1]);
    expect(Buffer.concat(chunks).equals(BYTES)).toBe(true);
  });

  it('cut short by a reset is broken, and the sink is left alone from then on', async () => {
    const { port } = await listenRaw((socket) => {
      void readRequest(socket).then(() => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Type: a/b; name="a.pdf"\r\n${lengthHeader}\r\n`);
        socket.write(BYTES.subarray(0, 500_000), () => {
          setTimeout(() => socket.resetAndDestroy(), 20);
        });
      });
    });
    let taking = 0;
    const answer = await connect(port)({
      ...FORM,
      onData: async () => {
        taking += 1;
        await delay(30);
        taking -= 1;
      },
    });
    expect([summarize(answer), taking]).toEqual(['connection sent', 0]);
    await delay(100);
    expect(taking).toBe(0);
  });

  it.each([
    ['HTTP/1.1', 'Connection: close\r\n'],
    ['HTTP/1.0', ''],
  ])('of no length in %s that is reset is broken, however slow the sink', async (version, more) => {
    for (const delayMs of [0, 5]) {
      const { port } = await listenRaw((socket) => {
        void readRequest(socket).then(() => {
          socket.write(`${version} 200 OK\r\nContent-Type: a/b; name="a.pdf"\r\n${more}\r\n`);
          socket.write(BYTES.subarray(0, 40_000), () => {
            setTimeout(() => socket.resetAndDestroy(), 20);
          });
        });
      });
      const answer = await connect(port)({
        ...FORM,
        onData: () => (delayMs === 0 ? undefined : delay(delayMs)),
      });
      expect(summarize(answer)).toBe('connection sent');
    }
  });

  it('that the sink cannot take is torn down, packed or not', async () => {
    const server = await listenHttp((_seen, response, at) => {
      if (at <= 2) response.writeHead(200, NAMED).end(BYTES);
      else response.writeHead(200, { ...NAMED, 'content-encoding': 'gzip' }).end(gzipSync(BYTES));
    });
    const reject = () => Promise.reject(new Error('the disk is full'));
    const fail = () => {
      throw new Error('the disk is full');
    };
    for (const onData of [reject, fail, reject, fail]) {
      const answer = await connect(server.url)({ ...FORM, onData });
      expect(answer).toMatchObject({
        kind: 'failed',
        message: expect.stringContaining('disk is full'),
      });
    }
  });

  it.each([
    ['cut off', NAMED, BYTES.subarray(0, 1000), 5000],
    [
      'packed and cut off',
      { ...NAMED, 'content-encoding': 'gzip' },
      gzipSync(BYTES).subarray(0, 1000),
      1000,
    ],
  ])('that is %s is broken, not short', async (_what, headers, bytes, length) => {
    const server = await listenHttp((_seen, response) => {
      response.writeHead(200, { ...headers, 'content-length': length });
      response.write(bytes, () => response.destroy());
    });
    const answer = await connect(server.url)({ ...FORM, onData: () => undefined });
    expect(summarize(answer)).toBe('connection sent');
  });
});
