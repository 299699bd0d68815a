import type { Journal } from '../journal/write.ts';
import type { Clock, Instant } from '../clock.ts';
import type { Target } from '../rows/target.ts';
import type { Look } from '../rows/look.ts';
import type { RemoveFile } from '../rows/server.ts';
import type { RunControl } from './control.ts';
import type { Effect, FileFacts, GuardCode, Outcome, UnknownCode } from '../rows/outcome.ts';
import type { Trust } from './trust.ts';
import type { WorkRow } from './work.ts';

/** What guards and backup say right before a deletion. */
export type Safeguarded =
  | { readonly kind: 'go'; readonly file: FileFacts | undefined }
  | { readonly kind: 'no_file' }
  | { readonly kind: 'stopped' }
  | {
      readonly kind: 'end';
      readonly state:
        | { readonly status: 'failed'; readonly code: 'backup_failed' }
        | { readonly status: 'guard_mismatch'; readonly code: GuardCode };
      readonly message: string;
      readonly httpStatus: number | undefined;
      readonly file: FileFacts | undefined;
      readonly trusted: boolean;
    };

export interface DeleteContext {
  readonly remove: RemoveFile;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: () => number;
  readonly control: RunControl;
  readonly trust: Trust;
  readonly retries: number;
  /** Guards and backup; absent where the run has neither. */
  readonly safeguard?: ((row: WorkRow) => Promise<Safeguarded>) | undefined;
  /** A look at one target; absent with `--no-check`. */
  readonly look?: ((target: Target) => Promise<Look | 'stopped'>) | undefined;
  /** What is known to have changed of a target's place since the check; absent with `--no-check`. */
  readonly changeAt?: ((target: Target) => string | undefined) | undefined;
  /** While nothing may be sent: what to wait for. Further tries wait as new rows do. */
  readonly held?: (() => Promise<void> | undefined) | undefined;
  /** Does verification follow? */
  readonly verifies: boolean;
  readonly onWait?: ((why: 'retry', ms: number) => void) | undefined;
}

export interface Ended {
  readonly outcome: Outcome;
  /** Had the row a trustworthy answer? */
  readonly trusted: boolean;
}

/** What a row carries through its tries. */
export interface Tries {
  attempts: number;
  effect: Effect;
  startedAt: number | undefined;
  /** How the last try ended; `undefined` before the first one did. */
  code: UnknownCode | undefined;
  httpStatus: number | undefined;
  message: string;
  file: FileFacts | undefined;
  trusted: boolean;
  /** The strongest words that the server had for this row so far, and whether they are REDCap's own. */
  said: string | undefined;
  saidByRedcap: boolean;
  /** What the journal has of them by now. */
  saidWritten: string | undefined;
  /** When the last request left. */
  leftAt: Instant | undefined;
  /** Of the first answer lost since the last look, or of the look of `resume`. */
  lostAt: Instant | undefined;
  /** A look has just come before a further try: it is sent next, whenever its turn comes. */
  lookedFirst: boolean;
  /** What the last answer asked for. */
  retryAfterMs: number | undefined;
}
