import type { Instant } from '../clock.ts';
import type { Seen } from '../rows/plan-line.ts';
import type { Target } from '../rows/target.ts';
import type { Effect, FileFacts, UnknownCode } from '../rows/outcome.ts';

/** A row on its way through the deleting pass. */
export interface WorkRow {
  readonly row: number;
  readonly target: Target;
  /** What the check saw at the target. */
  readonly seen: Seen;
  readonly guards: Guards | undefined;
  /** What earlier sessions of the run did to this row. */
  readonly prior: Prior | undefined;
  /** When the look of `resume` was made, which goes stale while the row waits. */
  readonly lookedAt?: Instant;
}

export interface Guards {
  readonly filename: string;
  readonly sha256: string;
}

export interface Prior {
  readonly attempts: number;
  readonly effect: Effect;
  readonly startedAt: number | undefined;
  /** How the last try ended, where nothing tells what became of the file. */
  readonly code: UnknownCode | undefined;
  /** What the server had said. */
  readonly said: string | undefined;
  readonly httpStatus: number | undefined;
  readonly file: FileFacts | undefined;
}
