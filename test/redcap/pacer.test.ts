import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createPacer, intervalWithin, nextSlot, type Pacer } from '../../src/redcap/pacer.ts';
import { createVirtualClock } from './virtual-clock.ts';

const NEVER = Number.NEGATIVE_INFINITY;

/** The most that any window of `ms` holds. */
function most(times: readonly number[], ms: number): number {
  let from = 0;
  let found = 0;
  times.forEach((time, at) => {
    while ((times[from] ?? time) <= time - ms) from += 1;
    found = Math.max(found, at - from + 1);
  });
  return found;
}

describe('nextSlot', () => {
  it.each([
    ['keeps to the schedule', 1000, 1010, NEVER, 1050],
    ['makes up for a timer that was late', 1000, 1070, NEVER, 1050],
    ['drops what is later than half an interval', 1000, 1080, NEVER, 1055],
    ['credits half an interval after idleness', 1000, 9000, NEVER, 8975],
    ['waits for a hold', 1000, 1010, 5000, 5000],
    ['forgets a hold that is over', 1000, 9000, 5000, 8975],
  ])('%s', (_what, lastSlot, now, holdUntil, slot) => {
    expect(nextSlot({ lastSlot }, now, 50, holdUntil)).toBe(slot);
  });

  it('credits high rates with the lateness of a timer', () => {
    expect(nextSlot({ lastSlot: 0 }, 1000, 1, NEVER)).toBe(990);
  });
});

async function take(pacer: Pacer, count: number, now: () => number): Promise<number[]> {
  const times: number[] = [];
  const turns = Array.from({ length: count }, async () => {
    expect(await pacer.turn()).toBe(true);
    expect(await pacer.leave(() => void times.push(now()))).toBe(true);
  });
  await Promise.all(turns);
  return times;
}

describe('a pacer', () => {
  it('keeps to 1,200 a minute, and reaches it though its timers are late', async () => {
    let seed = 7;
    const clock = createVirtualClock(() => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed % 15;
    });
    const pacer = createPacer({ intervalMs: 50, clock });
    const taken = take(pacer, 1200, clock.now);
    await clock.runTo(120_000);
    const times = await taken;
    expect(most(times, 1000)).toBeLessThanOrEqual(21);
    // Nor where the network lets late ones catch up by so much.
    expect(most(times, 1020)).toBeLessThanOrEqual(21);
    const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
    expect(1199 / (spanMs / 50)).toBeGreaterThan(0.99);
  });

  it('makes no burst after idleness or a sleep', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer({ intervalMs: 50, clock });
    await clock.runTo(20_000);
    const taken = take(pacer, 100, clock.now);
    await clock.runTo(30_000);
    const times = await taken;
    expect(times.slice(0, 4)).toEqual([20_000, 20_025, 20_075, 20_125]);
    expect(most(times, 1000)).toBe(21);
  });

  it('serves first come, first served, and frees the place of one that gave up', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer({ intervalMs: 1000, clock });
    const order: string[] = [];
    const stop = new AbortController();
    const ask = async (name: string, signal?: AbortSignal): Promise<void> => {
      const turn = await pacer.turn(signal);
      order.push(`${name} ${turn} ${clock.now()}`);
    };
    const asked = [ask('a'), ask('b'), ask('c', stop.signal), ask('d'), ask('e', stop.signal)];
    await clock.runTo(500);
    stop.abort();
    await clock.runTo(5000);
    await Promise.all(asked);
    expect(order).toEqual(['a true 0', 'c false 500', 'e false 500', 'b true 1000', 'd true 2000']);
    expect(await pacer.turn(stop.signal)).toBe(false);
  });

  it('goes on when those that waited are gone', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer({ intervalMs: 1000, clock });
    expect(await pacer.turn()).toBe(true);
    const stop = new AbortController();
    const given = pacer.turn(stop.signal);
    await clock.runTo(100);
    stop.abort();
    const next = pacer.turn();
    expect(await given).toBe(false);
    await clock.runTo(1000);
    expect(await next).toBe(true);
    expect(clock.now()).toBe(1000);
  });

  it('holds back everybody, the waiting too, and then keeps the pace', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer({ intervalMs: 100, clock });
    const taken = take(pacer, 5, clock.now);
    await clock.runTo(150);
    pacer.holdFor(5000);
    pacer.holdFor(10);
    expect(pacer.heldMs).toBe(5000);
    await clock.runTo(10_000);
    expect(await taken).toEqual([0, 100, 5150, 5250, 5350]);
  });

  it('grants every turn at once without a limit, unless there is a hold', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer({ intervalMs: 0, clock });
    const ask = () => Promise.all([pacer.turn(), pacer.turn(), pacer.turn()]);
    expect(await ask()).toEqual([true, true, true]);
    pacer.holdFor(1000);
    let held: boolean[] = [];
    const asked = ask().then((turns) => (held = turns));
    await clock.runTo(999);
    expect(held).toEqual([]);
    await clock.runTo(1000);
    expect(await asked).toEqual([true, true, true]);
    expect(await pacer.turn()).toBe(true);
  });

  it('lets those wait that come after late ones, so that they do not bunch up', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer({ intervalMs: 50, clock });
    const left: number[] = [];
    const asked = Array.from({ length: 60 }, async (_, at) => {
      await pacer.turn();
      await pacer.leave(async () => {
        // The disk stands still for half a second.
        if (at > 5 && clock.now() < 900) await clock.sleep(900 - clock.now());
        left.push(clock.now());
      });
    });
    await clock.runTo(20_000);
    await Promise.all(asked);
    expect(most(left, 1000)).toBeLessThanOrEqual(22);
  });

  it('lets those whose connections stalled leave one after the other, at the pace', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer({ intervalMs: intervalWithin(100), clock });
    const left: number[] = [];
    const asked = Array.from({ length: 1000 }, async (_, at) => {
      // After four seconds no connection is made for 8 s, 64 at a time.
      await pacer.turn();
      const now = clock.now();
      if (now > 4000 && now < 12_000 && at < 104) await clock.sleep(12_000 - now);
      await pacer.leave(() => void left.push(clock.now()));
    });
    await clock.runTo(200_000);
    await Promise.all(asked);
    expect(left).toHaveLength(1000);
    expect(most(left, 1000)).toBeLessThanOrEqual(11);
    expect(most(left, 60_000)).toBeLessThanOrEqual(600);
  });

  it('lets nobody else through while one prepares, and goes on where that fails', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer({ intervalMs: 10, clock });
    const left: string[] = [];
    const slow = pacer.leave(async () => {
      await clock.sleep(500);
    });
    const failing = (async () => pacer.leave(() => Promise.reject(new Error('no journal'))))();
    const next = pacer.leave(() => void left.push(`next ${clock.now()}`));
    const failed = failing.catch(String);
    await clock.runTo(499);
    expect(left).toEqual([]);
    await clock.runTo(1000);
    expect([await slow, await next]).toEqual([true, true]);
    expect(await failed).toBe('Error: no journal');
    expect(left).toEqual(['next 510']);
  });

  it('holds back what has its turn and its connection, by the clock that says more', async () => {
    const clock = createVirtualClock();
    let asleepMs = 0;
    const sleeping = { ...clock, now: () => clock.now() + asleepMs };
    for (const intervalMs of [0, 100]) {
      const pacer = createPacer({ intervalMs, clock: sleeping });
      const from = clock.now();
      pacer.holdFor(300_000);
      const left: number[] = [];
      const leaving = pacer.leave(() => void left.push(clock.now() - from));
      await clock.runTo(from + 50_000);
      expect(left).toEqual([]);
      // The laptop is closed for a night: what the server asked for is long over.
      asleepMs += 8 * 3_600_000;
      await clock.runTo(from + 60_000);
      expect(left).toHaveLength(1);
      expect(await leaving).toBe(true);
      expect(left[0]).toBeLessThanOrEqual(55_000);
    }
  });

  it.each([600, 300, 60, 1200])(
    'keeps any minute to %i, however late timers are',
    async (ceiling) => {
      let seed = 11;
      const clock = createVirtualClock(() => {
        seed = (seed * 16_807) % 2_147_483_647;
        return seed % 24;
      });
      const pacer = createPacer({ intervalMs: intervalWithin(60_000 / ceiling), clock });
      const taken = take(pacer, ceiling * 3, clock.now);
      await clock.runTo(400_000);
      const times = await taken;
      expect(times).toHaveLength(ceiling * 3);
      // As the server sees them, too: what left late may have come early.
      expect(most(times, 60_050)).toBeLessThanOrEqual(ceiling);
      expect(most(times, 60_000)).toBeGreaterThan(ceiling * 0.97);
    },
  );

  it('keeps to it with real timers, however late a busy machine makes them', async () => {
    const pacer = createPacer({ intervalMs: 20, clock: systemClock });
    const times = await take(pacer, 100, () => performance.now());
    expect(times).toHaveLength(100);
    expect(most(times, 1000)).toBeLessThanOrEqual(52);
  });
});
