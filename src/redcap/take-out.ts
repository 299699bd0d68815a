/**
 * Takes an item out of a short list, whose order does not matter. For things
 * that come and go with every request this beats a Set: V8 replaces a Set's
 * table again and again, the old tables hold on to the new ones, and what has
 * long gone stays in memory until the next full collection.
 */
export function takeOut<T>(list: T[], item: T): boolean {
  const at = list.indexOf(item);
  if (at === -1) return false;
  const last = list.pop() as T;
  if (at < list.length) list[at] = last;
  return true;
}
