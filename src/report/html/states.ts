import { STATUSES, type Status } from '../../run/outcome.ts';
import type { RowReport } from '../row-report.ts';
import type { HtmlCounts } from './counts.ts';

/** A state as the page tells it: that of the reports, a check's two apart. */
export type State = Status | 'would_delete' | 'nothing_to_delete';

export interface StateWords {
  readonly name: string;
  readonly meaning: string;
}

export const STATE_WORDS: Readonly<Record<State, StateWords>> = {
  would_delete: { name: 'Would be deleted', meaning: 'A run would delete this file.' },
  nothing_to_delete: {
    name: 'Nothing to delete',
    meaning: 'The field is empty. A run would send no request.',
  },
  deleted: { name: 'Deleted', meaning: 'The file is gone, and a request of this run removed it.' },
  already_empty: {
    name: 'Already empty',
    meaning: 'Nothing was there, and no request of this run is known to have removed it.',
  },
  failed: { name: 'Failed', meaning: 'The file was not deleted.' },
  unknown: {
    name: 'Unknown',
    meaning: 'A request was sent, and nothing trustworthy says what became of the file.',
  },
  guard_mismatch: {
    name: 'Another file',
    meaning: 'The stored file is not the one that was expected. It was left alone.',
  },
  invalid: { name: 'Invalid row', meaning: 'The row could not be sent: something in it is wrong.' },
  duplicate: {
    name: 'Repeated row',
    meaning: 'An earlier row names the same place. It was sent once at most.',
  },
  not_attempted: {
    name: 'Not attempted',
    meaning: 'The run ended before this row. It was not sent.',
  },
};

/** The order of the page: what went well, what did not, what was left. */
export const STATES: readonly State[] = ['would_delete', 'nothing_to_delete', ...STATUSES];

export function stateOf(status: Status, code: string): State {
  return code === 'would_delete' || code === 'nothing_to_delete' ? code : status;
}

/** The totals by state. They add up to the rows of the manifest, as the statuses do. */
export function stateTotals(
  totals: Readonly<Record<Status, number>>,
  counts: HtmlCounts,
): Record<State, number> {
  return {
    ...totals,
    would_delete: counts.wouldDelete,
    nothing_to_delete: counts.nothingToDelete,
    not_attempted: totals.not_attempted - counts.wouldDelete - counts.nothingToDelete,
  };
}

/** Rows that were sent and ended in a state that a look can confirm. */
export function isVerifiable({ outcome, seen }: RowReport): boolean {
  if (outcome.verified !== '') return true;
  if (outcome.attempts === 0) return false;
  return (
    outcome.status === 'deleted' ||
    outcome.status === 'unknown' ||
    (outcome.status === 'already_empty' && seen !== undefined)
  );
}

/** Rows outside error.csv that a person should look at. */
export function isNoteworthy({ outcome, seen, plan }: RowReport): boolean {
  const { code } = outcome;
  if (code === 'new_file' || code === 'not_confirmed' || code === 'gone_since_check') return true;
  return code === 'would_delete' && seen === undefined && plan !== undefined;
}

/** Rows that a run left behind. */
export function isNotReached(status: Status, code: string): boolean {
  return status === 'not_attempted' && code !== 'would_delete' && code !== 'nothing_to_delete';
}
