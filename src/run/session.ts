import type { Clock } from '../clock.ts';
import type { Mark } from '../journal/mark.ts';
import type { Journal } from '../journal/write.ts';
import type { Target } from '../rows/target.ts';
import type { Look } from '../rows/look.ts';
import type { LookedBatch } from '../rows/look.ts';
import { createBreaker, type MaxFailures } from './breaker.ts';
import type { RunControl } from './control.ts';
import type { Safeguarded } from './delete-context.ts';
import type { RemoveFile } from '../rows/server.ts';
import type { Outcome } from '../rows/outcome.ts';
import { deletePass } from './pass.ts';
import {
  createVerifier,
  SECOND_LOOK,
  type SecondLook,
  type Unverified,
  type Verifier,
} from './verify.ts';
import type { WorkRow } from './work.ts';

/** What one command does to a run: deletes what is left, and looks afterwards. */
export interface SessionOptions {
  readonly remove: RemoveFile;
  /** Absent with `--no-check`: nothing is looked at before or after. */
  readonly look: ((targets: readonly Target[]) => Promise<LookedBatch>) | undefined;
  /** Looks that settle no row, to tell a silent server from silent answers; `look` by default. */
  readonly ask?: ((targets: readonly Target[]) => Promise<LookedBatch>) | undefined;
  /** What is known to have changed of a target's place since the check; absent with `--no-check`. */
  readonly changeAt?: ((target: Target) => string | undefined) | undefined;
  readonly verifies: boolean;
  /** How long a file that is still seen is looked at again; a rehearsal may wait less. */
  readonly secondLook?: SecondLook | undefined;
  readonly safeguard: ((row: WorkRow) => Promise<Safeguarded>) | undefined;
  readonly journal: Journal;
  readonly mark: Mark | undefined;
  readonly control: RunControl;
  readonly clock: Clock;
  readonly random: () => number;
  readonly concurrency: number;
  readonly retries: number;
  readonly limit: number | undefined;
  /** `--stop-at`, epoch milliseconds. */
  readonly stopAtMs: number | undefined;
  readonly maxFailures: MaxFailures | undefined;
  readonly onEnded?: ((row: number, outcome: Outcome) => void) | undefined;
  readonly onVerified?: ((before: Outcome, after: Outcome) => void) | undefined;
  readonly onWait?: ((why: 'retry', ms: number) => void) | undefined;
  readonly onVerifying?: (() => void) | undefined;
}

/** The rows of a session; rows that are only to be looked at go to the second argument. */
export type SessionRows = (
  onLookOnly: (one: Unverified) => void,
) => AsyncIterable<readonly WorkRow[]>;

/**
 * Deletes, verifies alongside, and returns when nothing is left to do or the
 * control says stop. Throws for a journal that cannot be written, and for bugs.
 */
export async function runSession(rows: SessionRows, options: SessionOptions): Promise<void> {
  const { control, journal, clock, look } = options;
  const breaker = createBreaker(options.maxFailures);
  const catchingUp = new Set<number>();
  const verifier = look && createSessionVerifier(options, look, breaker, catchingUp);
  const night = new AbortController();
  if (options.stopAtMs !== undefined) void stopAt(options.stopAtMs, clock, control, night.signal);
  try {
    const work = rows((one) => {
      catchingUp.add(one.row);
      verifier?.add(one);
    });
    await deletePass(work, {
      context: {
        remove: options.remove,
        journal,
        clock,
        random: options.random,
        control,
        retries: options.retries,
        safeguard: options.safeguard,
        look: look && ((target) => lookAtOne(look, target)),
        changeAt: options.changeAt,
        verifies: options.verifies && look !== undefined,
        onWait: options.onWait,
      },
      concurrency: options.concurrency,
      breaker,
      verifier,
      mark: options.mark,
      ask: options.verifies ? (options.ask ?? look) : undefined,
      limit: options.limit,
      ...(options.onEnded === undefined ? {} : { onEnded: options.onEnded }),
    });
    options.onVerifying?.();
    await verifier?.finish();
  } finally {
    night.abort();
  }
}

function createSessionVerifier(
  options: SessionOptions,
  look: NonNullable<SessionOptions['look']>,
  breaker: ReturnType<typeof createBreaker>,
  catchingUp: Set<number>,
): Verifier {
  const { control, journal } = options;
  return createVerifier({
    look,
    journal,
    clock: options.clock,
    secondLook: options.secondLook ?? SECOND_LOOK,
    ended: control.looking,
    onVerified(one, after, streak) {
      options.onVerified?.(one.outcome, after);
      // What is looked at on behalf of an earlier session counts towards no stop.
      if (catchingUp.delete(one.row)) return;
      const stop = breaker.verified(one.outcome, after, streak);
      if (stop !== undefined) control.stop(stop.code, stop.message);
    },
  });
}

async function lookAtOne(
  look: NonNullable<SessionOptions['look']>,
  target: Target,
): Promise<Look | 'stopped'> {
  const looked = await look([target]);
  if (looked.kind === 'stopped') return 'stopped';
  const first = looked.kind === 'looked' ? looked.looks[0] : undefined;
  return first ?? { kind: 'nothing', why: 'the look could not be read' };
}

async function stopAt(
  atMs: number,
  clock: Clock,
  control: RunControl,
  ended: AbortSignal,
): Promise<void> {
  // Slept in pieces: a laptop that was asleep must not overshoot the hour by its nap.
  while (clock.now() < atMs) {
    if (!(await clock.sleep(Math.min(atMs - clock.now(), 30_000), ended))) return;
  }
  control.stop('stop_at', 'The hour of --stop-at has come.');
}
