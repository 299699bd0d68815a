/** A whole number as people read it: 12,345. By hand, because Intl takes longer to load than a command to start. */
export function count(n: number): string {
  return String(n).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
