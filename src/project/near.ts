import { distance } from 'fastest-levenshtein';

/** Spelling differences that people do not see: letter case, white space, leading zeros. */
function fold(name: string): string {
  return name
    .replace(/\s+/gu, '')
    .replace(/^0+(?=.)/u, '')
    .toLowerCase();
}

/** A name that differs from the wanted one by case, white space or leading zeros alone. */
export function nearestSpelling(wanted: string, names: Iterable<string>): string | undefined {
  const folded = fold(wanted);
  for (const name of names) {
    if (name !== wanted && fold(name) === folded) return name;
  }
  return undefined;
}

/** The most similar valid name, where one is near enough to be a slip of the pen. */
export function nearestName(wanted: string, names: Iterable<string>): string | undefined {
  const lower = wanted.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const far = distance(lower, name.toLowerCase());
    if (far < bestDistance) {
      best = name;
      bestDistance = far;
    }
  }
  return best;
}
