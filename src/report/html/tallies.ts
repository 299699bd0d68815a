import { shorten } from './visible-text.ts';

// REDCap's variable names have at most 100 characters.
const LONGEST_NAME = 100;

export interface Tally {
  readonly name: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly total: number;
}

export interface TallyFigures {
  /** Greatest first. */
  readonly tallies: readonly Tally[];
  /** What did not fit, summed; `undefined` where everything did. */
  readonly others: Tally | undefined;
}

export interface Tallies {
  add(name: string, key: string): void;
  figures(most: number): TallyFigures;
}

interface Building {
  readonly name: string;
  readonly counts: Record<string, number>;
  total: number;
}

/**
 * Counts by name and key. A manifest may hold any number of names: beyond the
 * bound they are summed as others, and so are those beyond what a page shows.
 */
export function createTallies(bound: number): Tallies {
  const known = new Map<string, Building>();
  const beyond = emptyTally();
  return {
    add(name, key) {
      let tally = known.get(name);
      if (tally === undefined) {
        const short = shorten(name, LONGEST_NAME);
        tally = known.get(short);
        if (tally === undefined && known.size < bound) {
          tally = emptyTally(short);
          known.set(short, tally);
        }
        tally ??= beyond;
      }
      tally.total += 1;
      tally.counts[key] = (tally.counts[key] ?? 0) + 1;
    },
    figures(most) {
      const sorted = [...known.values()].toSorted((one, other) => other.total - one.total);
      const others = emptyTally();
      for (const tally of [...sorted.slice(most), beyond]) addUp(others, tally);
      return { tallies: sorted.slice(0, most), others: others.total === 0 ? undefined : others };
    },
  };
}

function emptyTally(name = ''): Building {
  return { name, counts: {}, total: 0 };
}

function addUp(into: Building, tally: Building): void {
  into.total += tally.total;
  for (const [key, count] of Object.entries(tally.counts)) {
    into.counts[key] = (into.counts[key] ?? 0) + count;
  }
}
