/**
 * Maps a stream with up to `ahead` calls under way at once, and gives the
 * results in the order of the source. The first failure ends it.
 */
export async function* mapOrdered<T, R>(
  source: AsyncIterable<T>,
  ahead: number,
  map: (item: T) => Promise<R>,
): AsyncIterable<R> {
  const underway: Promise<R>[] = [];
  try {
    for await (const item of source) {
      const result = map(item);
      // Awaited in its turn below; until then a rejection is not "unhandled".
      result.catch(() => undefined);
      underway.push(result);
      if (underway.length >= ahead) yield await (underway.shift() as Promise<R>);
    }
    while (underway.length > 0) yield await (underway.shift() as Promise<R>);
  } finally {
    await Promise.allSettled(underway);
  }
}
