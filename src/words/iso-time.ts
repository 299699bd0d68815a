/**
 * Writes times as ISO 8601 in UTC with milliseconds. One writer for many times
 * near each other: the second that it wrote last is not worked out again.
 */
export function createIsoTime(): (atMs: number) => string {
  let second = Number.NaN;
  let head = '';
  return (atMs) => {
    const from = Math.floor(atMs / 1000);
    if (from !== second) {
      head = new Date(from * 1000).toISOString().slice(0, -'000Z'.length);
      second = from;
    }
    return `${head}${String(atMs - from * 1000).padStart(3, '0')}Z`;
  };
}
