import pLimit from 'p-limit';

/**
 * Maps a stream with at most `concurrency` calls in flight, and gives the
 * results in the order of the source. At most `window` items are taken before
 * the first of them has its result: how far the others may get ahead of a slow
 * one. The first failure ends it, once the calls in flight have ended.
 */
export async function* mapConcurrently<T, R>(
  source: AsyncIterable<T>,
  { concurrency, window = concurrency }: { concurrency: number; window?: number },
  map: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const limit = pLimit({ concurrency, rejectOnClear: true });
  const results: Promise<R>[] = [];
  try {
    for await (const item of source) {
      const result = limit(map, item);
      // Awaited in its turn; until then a rejection is not "unhandled".
      result.catch(() => undefined);
      results.push(result);
      const first = results.length < window ? undefined : results.shift();
      if (first !== undefined) yield await first;
    }
    for (const result of results) yield await result;
  } finally {
    limit.clearQueue();
    await Promise.allSettled(results);
  }
}
