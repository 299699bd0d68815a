const LONGEST = 500;
/** White space, controls (those of terminals too), line and direction marks. */
const BREAK = '[\\s\\p{Cc}\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]';
/** Any run of them but a single blank, which is what it becomes. */
const BREAKS = new RegExp(`(?! (?!${BREAK}))${BREAK}+`, 'gu');
/** What a spreadsheet takes for the start of a formula, full-width forms included. */
const FORMULA = /^[=+\-@＝＋－＠]/u;

/**
 * A text as one line that is safe in a terminal, a CSV cell and a spreadsheet,
 * of at most `max` UTF-16 units and cut at a character's border. Redact first.
 */
export function oneLine(text: string, max = LONGEST): string {
  if (text === '') return text;
  // Nothing behind this can be shown, and server pages may be megabytes.
  const head = text.slice(0, max * 40);
  const line = head.toWellFormed().replace(BREAKS, ' ').trim();
  return cut(FORMULA.test(line) ? `'${line}` : line, max);
}

/** A text that ends as a sentence does: with one mark at its end, whatever it brought along. */
export function asSentence(text: string): string {
  const bare = text.trim();
  return /[.!?…][)"'”’]?$/.test(bare) ? bare.replace(/\.{2,}$/, '.') : `${bare}.`;
}

function cut(line: string, max: number): string {
  if (line.length <= max) return line;
  const end = max - 1;
  const code = line.charCodeAt(end - 1);
  const splitsPair = code >= 0xd800 && code <= 0xdbff;
  return `${line.slice(0, splitsPair ? end - 1 : end).trimEnd()}…`;
}

/** A text as it stood, as one line of at most `limit` characters, cut at a character's border. */
export function shortened(value: string, limit: number): string {
  // Cut before cleaning: a cell may hold megabytes.
  const near = value.length > limit * 4 ? value.slice(0, limit * 4) : value;
  const characters = Array.from(near.replace(/\p{Cc}+/gu, ' '));
  if (characters.length <= limit && near === value) return characters.join('');
  return `${characters.slice(0, limit - 1).join('')}…`;
}

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
