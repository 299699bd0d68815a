import { describe, expect, it } from 'vitest';
import { createClient, type RedcapClient, type ClientOptions } from '../../src/redcap/client.ts';
import { createPacer } from '../../src/redcap/pacer.ts';
import type { Transport, TransportResult, TransportRequest } from '../../src/redcap/transport.ts';
import { createRedactor } from '../../src/words/one-line.ts';
import { busiestSecond } from '../support/busiest-second.ts';
import { knownHeaders } from './known-headers.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

const TOKEN = '0123456789ABCDEF0123456789ABCDEF';
const EMPTY: TransportResult = {
  kind: 'response',
  status: 200,
  headers: knownHeaders({}),
  body: '',
};
const GIVEN_UP: TransportResult = {
  kind: 'failed',
  code: 'aborted',
  sent: false,
  message: 'given up',
};
/** What an empty answer comes out as, its headers aside. */
const ANSWERED = { kind: 'response', status: 200, body: '' };

interface Fixture {
  readonly client: RedcapClient;
  readonly clock: VirtualClock;
  readonly sent: { readonly request: TransportRequest; readonly at: number }[];
  readonly holds: [number, string][];
}

function open(
  answers: readonly (TransportResult | Promise<TransportResult>)[] = [],
  more: Partial<ClientOptions> & {
    readonly intervalMs?: number;
    readonly connecting?: (clock: VirtualClock) => Promise<unknown>;
    readonly atTheLast?: () => void;
  } = {},
): Fixture {
  const clock = createVirtualClock();
  const sent: Fixture['sent'] = [];
  const holds: Fixture['holds'] = [];
  const transport: Transport = async (request) => {
    await more.connecting?.(clock);
    if ((await request.beforeLeaving?.()) === false) return GIVEN_UP;
    more.atTheLast?.();
    if (request.onLeaving?.() === false) return GIVEN_UP;
    sent.push({ request, at: clock.now() });
    return answers[sent.length - 1] ?? EMPTY;
  };
  const client = createClient({
    transport,
    token: TOKEN,
    pacer: createPacer({ intervalMs: more.intervalMs ?? 0, clock }),
    redact: createRedactor([TOKEN]),
    onHold: (...hold) => holds.push(hold),
    ...more,
  });
  return { client, clock, sent, holds };
}

describe('the client', () => {
  it('adds token and format, and counts', async () => {
    const { client, sent } = open();
    await client.send({ content: 'record', fields: ['a'], type: 'flat' });
    await client.send((token) => ({ body: `own ${token}`, contentType: 'x/y' }));
    expect(sent.map(({ request }) => [request.contentType, request.body])).toEqual([
      [
        'application/x-www-form-urlencoded',
        `token=${TOKEN}&content=record&type=flat&returnFormat=json&fields%5B0%5D=a`,
      ],
      ['x/y', `own ${TOKEN}`],
    ]);
    expect(client.requests).toBe(2);
  });

  it('does not count what was given up before it left', async () => {
    const { client } = open();
    await client.send({}, { onLeaving: () => false });
    expect(client.requests).toBe(0);
    await client.send({});
    expect(client.requests).toBe(1);
  });

  it('lets the token out of no answer', async () => {
    const lower = TOKEN.toLowerCase();
    const { client } = open([
      {
        kind: 'response',
        status: 302,
        headers: knownHeaders({ location: `/?t=${lower}` }),
        body: `<${TOKEN}>`,
      },
      { kind: 'failed', code: 'connection', sent: true, message: `odd ${lower}` },
    ]);
    const echoed = await client.send({});
    expect(echoed).toMatchObject({ kind: 'response', status: 302, body: '<***>' });
    expect('headers' in echoed && echoed.headers.get('location')).toBe('/?t=***');
    expect(await client.send({})).toEqual({
      kind: 'failed',
      code: 'connection',
      sent: true,
      message: 'odd ***',
    });
  });

  it('runs beforeSend after pacing, right before the request leaves', async () => {
    const { client, clock, sent } = open([], { intervalMs: 1000 });
    const before: number[] = [];
    const asked = [1, 2, 3].map(() =>
      client.send({}, { beforeSend: () => void before.push(clock.now(), sent.length) }),
    );
    await clock.runTo(5000);
    await Promise.all(asked);
    expect(before).toEqual([0, 0, 1000, 1, 2000, 2]);
    expect(sent.map(({ at }) => at)).toEqual([0, 1000, 2000]);
  });

  it('lets no more leave than the ceiling, however long connections stall', async () => {
    const { client, clock, sent } = open([], {
      intervalMs: 100,
      concurrency: 64,
      // After four seconds none is made for eight.
      connecting: async ({ now, sleep }) => {
        if (now() > 4000 && now() < 12_000) await sleep(12_000 - now());
      },
    });
    const before: number[] = [];
    const asked = Array.from({ length: 200 }, () =>
      client.send({}, { beforeSend: () => void before.push(clock.now()) }),
    );
    await clock.runTo(11_999);
    // What waits for a connection is not on its way.
    expect([before.length, client.requests]).toEqual([41, 41]);
    await clock.runTo(60_000);
    await Promise.all(asked);
    expect(sent).toHaveLength(200);
    expect(before).toEqual(sent.map(({ at }) => at));
    expect(busiestSecond(before)).toBeLessThanOrEqual(11);
  });

  it('keeps its distance from one that the disk kept until it left', async () => {
    const { client, clock, sent } = open([], { intervalMs: 100, concurrency: 8 });
    const asked = Array.from({ length: 8 }, (_, at) =>
      client.send(
        {},
        { beforeSend: () => (at === 3 ? clock.sleep(1000).then(() => undefined) : undefined) },
      ),
    );
    await clock.runTo(5000);
    await Promise.all(asked);
    const times = sent.map(({ at }) => at);
    expect(times.slice(0, 4)).toEqual([0, 100, 200, 1300]);
    const gaps = times.slice(4).map((time, at) => time - (times[at + 3] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(50);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no journal');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no journal'))],
  ])('sends nothing where beforeSend %s, and frees the place', async (_what, beforeSend) => {
    const { client, sent } = open([], { concurrency: 1 });
    await expect(client.send({}, { beforeSend })).rejects.toThrow('no journal');
    expect([sent.length, client.requests]).toEqual([0, 0]);
    expect(await client.send({})).toMatchObject(ANSWERED);
  });

  it('ends every wait with the stop, and sends what was begun', async () => {
    const stop = new AbortController();
    let answerFirst: (answer: TransportResult) => void = () => undefined;
    const first = new Promise<TransportResult>((resolve) => {
      answerFirst = resolve;
    });
    const { client, clock, sent } = open([first], { intervalMs: 1000, concurrency: 2 });
    const options = { signal: stop.signal };
    const asked = [
      client.send({}, options),
      // In its pace, and behind both for a place.
      client.send({}, options),
      client.send({}, options),
    ];
    await clock.runTo(10);
    stop.abort();
    expect(await Promise.all(asked.slice(1))).toEqual([{ kind: 'not_sent' }, { kind: 'not_sent' }]);
    answerFirst(EMPTY);
    expect(await asked[0]).toMatchObject(ANSWERED);
    expect(await client.send({}, options)).toEqual({ kind: 'not_sent' });
    expect(sent).toHaveLength(1);

    const late = new AbortController();
    await clock.runTo(5000);
    const begun = client.send({}, { signal: late.signal, beforeSend: () => late.abort() });
    expect(await begun).toMatchObject(ANSWERED);
  });

  it.each([0, 100])(
    'announces nothing after a stop that came while it connected',
    async (intervalMs) => {
      const stop = new AbortController();
      const { client, clock, sent } = open([], {
        intervalMs,
        connecting: ({ sleep }) => sleep(4000),
      });
      const beforeSend = (): void => expect.unreachable();
      const asked = client.send({}, { signal: stop.signal, beforeSend });
      await clock.runTo(1000);
      stop.abort();
      await clock.runTo(5000);
      expect(await asked).toMatchObject({ kind: 'failed', code: 'aborted', sent: false });
      expect([sent.length, client.requests]).toEqual([0, 0]);
    },
  );

  it('keeps a reading back that the stop meets between its turn and its leaving', async () => {
    const stop = new AbortController();
    const { client, sent } = open([], {
      atTheLast: () => {
        stop.abort();
      },
    });
    expect(await client.send({}, { signal: stop.signal })).toMatchObject({ code: 'aborted' });
    expect([sent.length, client.requests]).toEqual([0, 0]);
  });

  it('frees the place of a request that gave up its turn', async () => {
    const { client, clock } = open([], { intervalMs: 1000, concurrency: 1 });
    await client.send({});
    const stop = new AbortController();
    const given = client.send({}, { signal: stop.signal });
    await clock.runTo(10);
    stop.abort();
    expect(await given).toEqual({ kind: 'not_sent' });
    const next = client.send({});
    await clock.runTo(5000);
    expect(await next).toMatchObject(ANSWERED);
  });

  it('has no more requests in flight than allowed', async () => {
    const answers: ((answer: TransportResult) => void)[] = [];
    const pending = Array.from(
      { length: 3 },
      () => new Promise<TransportResult>((resolve) => answers.push(resolve)),
    );
    const { client, clock, sent } = open(pending, { concurrency: 2 });
    const asked = [1, 2, 3].map(() => client.send({}));
    await clock.runTo(1);
    expect(sent).toHaveLength(2);
    answers[1]?.(EMPTY);
    await asked[1];
    await clock.runTo(2);
    expect(sent).toHaveLength(3);
    answers[0]?.(EMPTY);
    answers[2]?.(EMPTY);
    await Promise.all(asked);
  });

  it('keeps everybody back as long as a server asks, up to ten minutes', async () => {
    const busy = (status: number, seconds: number): TransportResult => ({
      kind: 'response',
      status,
      headers: knownHeaders({ 'retry-after': String(seconds) }),
      body: '',
    });
    const { client, clock, sent, holds } = open([busy(429, 5), busy(503, 601), busy(200, 600)]);
    await client.send({});
    const held = [client.send({}), client.send({})];
    await clock.runTo(6000);
    await Promise.all(held);
    const last = client.send({});
    await clock.runTo(700_000);
    await last;
    expect(sent.map(({ at }) => at)).toEqual([0, 5000, 5000, 605_000]);
    expect(holds).toEqual([
      [5000, 'the server asks to wait (HTTP 429)'],
      [600_000, 'the server asks to wait (HTTP 200)'],
    ]);
  });

  it('passes the other signal to the request in flight', async () => {
    const { client, sent } = open();
    const abort = new AbortController().signal;
    await client.send({}, { abort });
    expect(sent[0]?.request.signal).toBe(abort);
  });

  it('refuses what PHP would cut', async () => {
    const { client, sent } = open();
    const send = async (): Promise<unknown> =>
      client.send({ a: Array.from({ length: 501 }, () => 'x') });
    await expect(send()).rejects.toThrow(RangeError);
    expect(sent).toEqual([]);
  });
});
