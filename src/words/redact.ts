export type Redact = (text: string) => string;

const MASK = '***';
/** Anything shorter would blank out ordinary words. */
const SHORTEST_SECRET = 4;

/**
 * Takes secrets out of texts, whatever the case in which a server echoes them.
 * Runs before any cutting: half a token is a token's half given away.
 */
export function createRedactor(secrets: readonly string[]): Redact {
  const kept = [...new Set(secrets)]
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    // A secret that holds another one goes first, or its rest would stay.
    .toSorted((one, other) => other.length - one.length);
  if (kept.length === 0) return (text) => text;
  const pattern = new RegExp(kept.map(escapePattern).join('|'), 'gi');
  const shortest = kept.at(-1)?.length ?? 0;
  return (text) => (text.length < shortest ? text : text.replace(pattern, MASK));
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
