import type { Status } from '../../rows/outcome.ts';
import type { RowReport } from '../row-report.ts';
import { shorten } from './visible-text.ts';

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

interface Building {
  readonly status: Status;
  readonly code: string;
  count: number;
  readonly firstRows: number[];
  readonly example: string;
}

export interface Causes {
  add(report: RowReport): void;
  /** Greatest first; `others` counts the rows of causes beyond the bound. */
  figures(): { readonly causes: readonly Cause[]; readonly others: number };
}

/** Rows that did not end well, grouped by why. */
export function createCauses(): Causes {
  const known = new Map<string, Building>();
  let others = 0;
  return {
    add({ row, outcome }) {
      const key = `${outcome.status} ${outcome.code}`;
      let cause = known.get(key);
      if (cause === undefined) {
        if (known.size >= MOST_CAUSES) {
          others += 1;
          return;
        }
        const { status, code } = outcome;
        cause = {
          status,
          code,
          count: 0,
          firstRows: [],
          example: shorten(outcome.message, LONGEST_EXAMPLE),
        };
        known.set(key, cause);
      }
      cause.count += 1;
      if (cause.firstRows.length < FIRST_ROWS) cause.firstRows.push(row.row);
    },
    figures: () => ({
      causes: [...known.values()].toSorted((one, other) => other.count - one.count),
      others,
    }),
  };
}
