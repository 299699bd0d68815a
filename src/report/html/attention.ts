import type { Status } from '../../rows/outcome.ts';
import type { RowReport } from '../row-report.ts';
import { shorten } from './visible-text.ts';

/** Rows of the table, at most. */
export const MOST_ATTENTION_ROWS = 2000;
const LONGEST_CELL = 120;
const LONGEST_MESSAGE = 500;

/** A row as the page shows it. */
export interface ShownRow {
  readonly row: number;
  readonly line: number;
  readonly record: string;
  readonly field: string;
  readonly event: string;
  readonly instance: string;
  readonly status: Status;
  readonly code: string;
  readonly message: string;
  readonly fileName: string;
  readonly signature: boolean;
}

export interface ShownRows {
  readonly rows: readonly ShownRow[];
  /** All rows of error.csv, those that are not shown included. */
  readonly urgent: number;
  /** All others that are worth a look. */
  readonly minor: number;
}

export function showRow({ row, outcome, target, signature }: RowReport): ShownRow {
  return {
    row: row.row,
    line: row.line,
    record: shorten(row.record, LONGEST_CELL),
    field: shorten(row.field, LONGEST_CELL),
    event: shorten(row.event, LONGEST_CELL),
    instance: shorten(target.instance, LONGEST_CELL),
    status: outcome.status,
    code: outcome.code,
    message: shorten(outcome.message, LONGEST_MESSAGE),
    fileName: shorten(outcome.file?.name ?? '', LONGEST_CELL),
    signature,
  };
}

/**
 * Keeps the first rows that need attention. Those of error.csv come before
 * those that are merely worth a look: a million of the latter hide none.
 */
export interface Attention {
  add(report: RowReport, urgent: boolean): void;
  figures(): ShownRows;
}

export function createAttention(most = MOST_ATTENTION_ROWS): Attention {
  const urgent: ShownRow[] = [];
  const minor: ShownRow[] = [];
  const counts = { urgent: 0, minor: 0 };
  return {
    add(report, isUrgent) {
      counts[isUrgent ? 'urgent' : 'minor'] += 1;
      const rows = isUrgent ? urgent : minor;
      if (rows.length < most) rows.push(showRow(report));
    },
    figures: () => ({
      rows: [...urgent, ...minor.slice(0, most - urgent.length)].toSorted(
        (one, other) => one.row - other.row,
      ),
      ...counts,
    }),
  };
}
