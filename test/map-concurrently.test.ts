import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { mapConcurrently } from '../src/map-concurrently.ts';

async function* numbers(count: number, onTaken?: (n: number) => void): AsyncGenerator<number> {
  for (let n = 0; n < count; n += 1) {
    onTaken?.(n);
    yield await Promise.resolve(n);
  }
}

describe('mapping concurrently', () => {
  it.each([
    { concurrency: 3, window: undefined },
    { concurrency: 3, window: 7 },
    { concurrency: 3, window: 2 },
  ])('keeps the order, with no more in flight than it may: %o', async ({ concurrency, window }) => {
    let inFlight = 0;
    let most = 0;
    let taken = 0;
    const results: number[] = [];
    const options = { concurrency, ...(window === undefined ? {} : { window }) };
    const source = numbers(20, () => (taken += 1));
    for await (const result of mapConcurrently(source, options, async (n) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await sleep(n % 3);
      inFlight -= 1;
      return n;
    })) {
      results.push(result);
      expect(taken - results.length).toBeLessThan(window ?? concurrency);
    }
    expect(results).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(most).toBe(Math.min(concurrency, window ?? concurrency));
  });

  it('ends with the first failure: what is in flight ends, and nothing else begins', async () => {
    const begun: number[] = [];
    let ended = 0;
    const results: number[] = [];
    await expect(async () => {
      const options = { concurrency: 2, window: 5 };
      for await (const result of mapConcurrently(numbers(20), options, async (n) => {
        begun.push(n);
        await sleep(n === 1 ? 0 : 5);
        ended += 1;
        if (n === 1) throw new Error('the second');
        return n;
      })) {
        results.push(result);
      }
    }).rejects.toThrow('the second');
    expect(results).toEqual([0]);
    expect(begun.length).toBeLessThan(7);
    expect(ended).toBe(begun.length);
  });
});
