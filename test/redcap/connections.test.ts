import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { connect, summarize, FORM, listenHttp, listenRaw, readRequest } from './servers.ts';

/** Answers with the request's own body, after so many milliseconds. */
function listenEcho(ms: number) {
  let open = 0;
  let most = 0;
  const server = listenHttp((seen, response) => {
    most = Math.max(most, (open += 1));
    setTimeout(() => {
      open -= 1;
      response.end(seen.body);
    }, ms);
  });
  return server.then((listening) => ({ ...listening, most: () => most }));
}

const bodies = (count: number) => Array.from({ length: count }, (_, at) => `row=${at + 1}`);

describe('connections', () => {
  it('are no more than allowed, and each request gets the answer to itself', async () => {
    const server = await listenEcho(5);
    const transport = connect(server.url, { connections: 3 });
    const answers = await Promise.all(bodies(20).map((body) => transport({ ...FORM, body })));
    expect(answers.map((answer) => (answer.kind === 'response' ? answer.body : answer))).toEqual(
      bodies(20),
    );
    expect([server.most(), server.connections()]).toEqual([3, 3]);
  });

  it('are opened when they are needed, and used again', async () => {
    const server = await listenEcho(1);
    const transport = connect(server.url, { connections: 8 });
    await Promise.all([transport(FORM), transport(FORM)]);
    for (let count = 0; count < 20; count += 1) await transport(FORM);
    // The pool takes one for busy until the turn after its response.
    expect(server.connections()).toBeLessThanOrEqual(3);
  });

  it('are there before a request may leave, again where one was lost', async () => {
    const server = await listenRaw((socket) => {
      void readRequest(socket).then(() => {
        socket.end('HTTP/1.0 200 OK\r\n\r\n');
      });
    });
    const transport = connect(server.port, { connections: 1 });
    const open: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      const beforeLeaving = (): Promise<boolean> => {
        open.push(server.connections());
        return delay(1).then(() => true);
      };
      expect(summarize(await transport({ ...FORM, beforeLeaving }))).toBe('answer 200');
    }
    expect(open.at(-1)).toBe(3);
    const unmade = connect(1);
    const answer = await unmade({ ...FORM, beforeLeaving: () => expect.unreachable() });
    expect(summarize(answer)).toBe('connection not sent');
  });

  it('that were opened for nothing are kept for the next one', async () => {
    const server = await listenEcho(1);
    const transport = connect(server.url, { connections: 1 });
    expect(summarize(await transport({ ...FORM, beforeLeaving: () => false }))).toBe(
      'aborted not sent',
    );
    const later = { ...FORM, beforeLeaving: () => delay(1).then(() => false) };
    expect(summarize(await transport(later))).toBe('aborted not sent');
    expect(summarize(await transport(FORM))).toBe('answer 200');
    expect([server.connections(), server.seen.length]).toEqual([1, 1]);
  });

  it('are made anew after they broke, for those that waited too', async () => {
    let sockets = 0;
    const server = await listenRaw((socket) => {
      const broken = (sockets += 1) <= 2;
      void readRequest(socket).then(() => {
        if (broken) socket.destroy();
        else socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      });
    });
    const transport = connect(server.port, { connections: 2 });
    const answers = await Promise.all(bodies(6).map((body) => transport({ ...FORM, body })));
    expect(answers.map(summarize).toSorted()).toEqual([
      ...Array<string>(4).fill('answer 200'),
      ...Array<string>(2).fill('connection sent'),
    ]);
  });

  it('of a server that closes without a word are looked at before they are used again', async () => {
    const server = await listenRaw((socket) => {
      void readRequest(socket).then(() =>
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
      );
    });
    const transport = connect(server.port, { connections: 1 });
    const summaries: string[] = [];
    for (let count = 0; count < 10; count += 1) summaries.push(summarize(await transport(FORM)));
    // Only before the first close was seen can a request have been written into one.
    expect(summaries.filter((one) => one !== 'answer 200').length).toBeLessThanOrEqual(1);
  });

  it('that broke are replaced by no more than are allowed', async () => {
    const server = await listenHttp((seen, response) => {
      if (seen.body.toString() === 'row=2') response.destroy();
      else response.end();
    });
    const transport = connect(server.url, { connections: 2 });
    const [one, other] = bodies(2).map((body) => transport({ ...FORM, body }));
    expect([await one, await other].map((answer) => answer && summarize(answer))).toEqual([
      'answer 200',
      'connection sent',
    ]);
    for (let count = 0; count < 3; count += 1)
      expect(summarize(await transport(FORM))).toBe('answer 200');
    expect(server.connections()).toBeLessThanOrEqual(3);
  });

  it('that close while a request waits to leave are replaced before anything is sent', async () => {
    const got: string[] = [];
    const server = await listenRaw((socket) => {
      const at = got.push('') - 1;
      socket.on('data', (chunk: Buffer) => {
        got[at] += chunk.toString();
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      });
      // A server may say so before it closes what was idle for too long.
      if (at === 1) setTimeout(() => socket.end('HTTP/1.1 408 Request Timeout\r\n\r\n'), 20);
      else setTimeout(() => socket.end(), at === 0 ? 20 : 200);
    });
    const transport = connect(server.port, { connections: 1 });
    let waits = 0;
    let left = 0;
    const answer = await transport({
      ...FORM,
      beforeLeaving: () => delay((waits += 1) < 3 ? 60 : 1).then(() => true),
      onLeaving: () => (left += 1) > 0,
    });
    expect([summarize(answer), waits, left]).toEqual(['answer 200', 3, 1]);
    expect(got.map((text) => text.slice(0, 4))).toEqual(['', '', 'POST']);
    // An open one that waits for its next request, too.
    waits = 0;
    const again = await transport({
      ...FORM,
      beforeLeaving: () => delay((waits += 1) === 1 ? 250 : 1).then(() => true),
    });
    expect([summarize(again), server.connections()]).toEqual(['answer 200', 4]);
  });

  it('that close at once, again and again, were never made', async () => {
    const server = await listenRaw((socket) => socket.end());
    const transport = connect(server.port, { connections: 1 });
    const answer = await transport({
      ...FORM,
      beforeLeaving: () => delay(20).then(() => true),
      onLeaving: () => expect.unreachable(),
    });
    expect([summarize(answer), server.connections()]).toEqual(['connection not sent', 3]);
  });

  it('whose requests wait to leave do not hold up the others', async () => {
    const server = await listenEcho(1);
    const transport = connect(server.url, { connections: 2 });
    await Promise.all([transport(FORM), transport(FORM)]);
    let letGo: (may: boolean) => void = () => undefined;
    const beforeLeaving = (): Promise<boolean> => new Promise((resolve) => (letGo = resolve));
    const waiting = transport({ ...FORM, body: 'waiting', beforeLeaving });
    for (const body of bodies(10))
      expect(summarize(await transport({ ...FORM, body }))).toBe('answer 200');
    expect(server.seen.map((seen) => seen.body.toString())).not.toContain('waiting');
    letGo(true);
    expect(summarize(await waiting)).toBe('answer 200');
    expect(server.connections()).toBe(2);
  });

  it('that are closed end what is under way or waits', async () => {
    const server = await listenHttp(() => undefined);
    const transport = connect(server.url, { connections: 1 });
    const answers = Promise.all(bodies(3).map((body) => transport({ ...FORM, body })));
    while (server.seen.length === 0) await delay(1);
    await transport.close();
    expect((await answers).map(summarize)).toEqual([
      'connection sent',
      'connection not sent',
      'connection not sent',
    ]);
    expect([summarize(await transport(FORM)), server.connections()]).toEqual([
      'connection not sent',
      1,
    ]);
  });

  it('are not made after closing', async () => {
    const server = await listenEcho(1);
    const transport = connect(server.url);
    await transport.close();
    expect(summarize(await transport(FORM))).toBe('connection not sent');
    expect(server.connections()).toBe(0);
  });
});
