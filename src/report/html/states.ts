import { STATUSES, type Status } from '../../rows/outcome.ts';
import type { State } from '../../words/facts.ts';
import type { RowReport } from '../row-report.ts';

/** The order of the page: what went well, what did not, what was left. */
export const STATES: readonly State[] = ['would_delete', 'nothing_to_delete', ...STATUSES];

export function stateOf(status: Status, code: string): State {
  return code === 'would_delete' || code === 'nothing_to_delete' ? code : status;
}

/** The totals by state. They add up to the rows of the manifest, as the statuses do. */
export function stateTotals(
  totals: Readonly<Record<Status, number>>,
  counts: { readonly wouldDelete: number; readonly nothingToDelete: number },
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
