import type { Status } from '../../rows/outcome.ts';
import type { RowReport } from '../row-report.ts';
import { shorten } from './markup.ts';

const FIRST_ROWS = 5;
const LONGEST_EXAMPLE = 240;
/** Statuses times codes are a closed set, but for `http_` codes, which a server chooses. */
const MOST_CAUSES = 60;

export interface Cause {
  readonly status: Status;
  readonly code: string;
  readonly count: number;
  readonly firstRows: readonly number[];
  /** The first message that the reports hold of it. */
  readonly example: string;
}

export interface CauseFigures {
  /** Greatest first. */
  readonly causes: readonly Cause[];
  /** Rows of causes beyond the bound. */
  readonly others: number;
}

/** Rows that did not end well, grouped by why. */
export function countCauses(): {
  add: (report: RowReport) => void;
  figures: () => CauseFigures;
} {
  const known = new Map<string, Cause>();
  let others = 0;
  return {
    add({ row, outcome, message }) {
      const { status, code } = outcome;
      const key = `${status} ${code}`;
      const cause = known.get(key);
      if (cause !== undefined) {
        const { count, firstRows } = cause;
        known.set(key, {
          ...cause,
          count: count + 1,
          firstRows: firstRows.length < FIRST_ROWS ? [...firstRows, row.row] : firstRows,
        });
      } else if (known.size < MOST_CAUSES) {
        const example = shorten(message, LONGEST_EXAMPLE);
        known.set(key, { status, code, count: 1, firstRows: [row.row], example });
      } else others += 1;
    },
    figures: () => ({
      causes: [...known.values()].toSorted((one, other) => other.count - one.count),
      others,
    }),
  };
}

// REDCap's variable names have at most 100 characters.
const LONGEST_NAME = 100;

/** How many rows name it, by their state. */
export interface NameCount {
  readonly name: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly total: number;
}

export interface NameCounts {
  /** Greatest first. */
  readonly names: readonly NameCount[];
  /** What did not fit, summed; `undefined` where everything did. */
  readonly others: NameCount | undefined;
}

/**
 * Counts by name and state. A manifest may hold any number of names: beyond the
 * bound they are summed as others, and so are those beyond what a page shows.
 */
export function countByName(bound: number): {
  add: (name: string, state: string) => void;
  figures: (most: number) => NameCounts;
} {
  const known = new Map<string, NameSum>();
  const beyond = emptySum();
  const sumOf = (name: string): NameSum => {
    const short = shorten(name, LONGEST_NAME);
    const sum = known.get(short) ?? (known.size < bound ? emptySum(short) : beyond);
    if (sum !== beyond) known.set(short, sum);
    return sum;
  };
  return {
    add(name, state) {
      const sum = known.get(name) ?? sumOf(name);
      sum.total += 1;
      sum.counts[state] = (sum.counts[state] ?? 0) + 1;
    },
    figures(most) {
      const sorted = [...known.values()].toSorted((one, other) => other.total - one.total);
      const others = emptySum();
      for (const sum of [...sorted.slice(most), beyond]) addUp(others, sum);
      return { names: sorted.slice(0, most), others: others.total === 0 ? undefined : others };
    },
  };
}

interface NameSum {
  readonly name: string;
  readonly counts: Record<string, number>;
  total: number;
}

function emptySum(name = ''): NameSum {
  return { name, counts: {}, total: 0 };
}

function addUp(into: NameSum, sum: NameSum): void {
  into.total += sum.total;
  for (const [state, count] of Object.entries(sum.counts)) {
    into.counts[state] = (into.counts[state] ?? 0) + count;
  }
}
