import type { Seen } from '../journal/lines.ts';
import type { Target } from '../manifest/target.ts';
import type { Effect, FileFacts } from './outcome.ts';

/** A row on its way through the deleting pass. */
export interface WorkRow {
  readonly row: number;
  readonly target: Target;
  /** What the check saw at the target. */
  readonly seen: Seen;
  readonly guards: Guards | undefined;
  /** What earlier sessions of the run did to this row. */
  readonly prior: Prior | undefined;
  /** Monotonic time of the look of `resume`, which goes stale while the row waits. */
  readonly lookedAt?: number;
}

export interface Guards {
  readonly filename: string;
  readonly sha256: string;
}

export interface Prior {
  readonly attempts: number;
  readonly effect: Effect;
  readonly startedAt: number | undefined;
  /** `sent`: a request may be in the air; `mark`: only the journal's mark says so. */
  readonly air: Air;
  readonly code: string;
  readonly httpStatus: number | undefined;
  readonly file: FileFacts | undefined;
}

export type Air = 'none' | 'sent' | 'mark';
