import type { Chance } from './random.ts';
import { TROUBLES } from './troubles.ts';

/** How one command (run or resume) is called, and what befalls it. */
export interface SessionSettings {
  readonly intervalMs: number;
  readonly concurrency: number;
  readonly markAheadRows: number;
  readonly retries: number;
  readonly timeoutMs: number;
  readonly limit: number | undefined;
  readonly stopAfterMs: number | undefined;
  readonly signalAfterMs: number | undefined;
  readonly secondSignalAfterMs: number | undefined;
  readonly crashPoint: CrashPoint | undefined;
  readonly fullAtWrite: number | undefined;
  readonly failedSync: number | undefined;
  /** The lid is shut, or somebody stops the process: nothing happens in it for so long. */
  readonly freezes: readonly Freeze[];
  /** It stands still for so long, and another process comes from elsewhere. */
  readonly overtaken: (Freeze & { readonly afterSends: number }) | undefined;
  readonly clockSet: { readonly afterMs: number; readonly byMs: number } | undefined;
  /** How far this process's wall clock is off. */
  readonly skewMs: number;
  /** Moments at which somebody edits the copy of the manifest. */
  readonly editsAfterMs: readonly number[];
  /** Moments at which somebody makes a report of the live run. */
  readonly reportsAfterMs: readonly number[];
}

export interface Freeze {
  readonly afterMs: number;
  readonly ms: number;
  readonly how: 'asleep' | 'stopped';
}

export interface CrashPoint {
  readonly when:
    | { readonly kind: 'time'; readonly ms: number }
    | { readonly kind: 'write'; readonly n: number }
    /** Right after the nth line that says so was written. */
    | { readonly kind: 'line'; readonly says: string; readonly n: number }
    | { readonly kind: 'request'; readonly n: number; readonly before: boolean }
    /** Right after a request has left, the nth or a later one, while a mark is not on the disk yet. */
    | { readonly kind: 'marking'; readonly n: number };
  /** A power cut takes what was not synced, or some of it; a killed process loses nothing. */
  readonly power: boolean | 'all';
}

/** What a line says after which a process may die; trouble between two tries is the rarest. */
const LINES = [
  '"sending"',
  '"tried"',
  '"tried"',
  '"tried"',
  '"at":',
  '"verified":"',
  '"resumed"',
  '"mark"',
  '"stop"',
  '"not_attempted"',
  '"unknown"',
  '"deleted"',
] as const;

export function drawSettings(chance: Chance, tight = false): SessionSettings {
  const drawn = drawOrdinary(chance, tight);
  if (!chance.is(tight ? 0.12 : 0.04)) return drawn;
  // The power fails right when a request has left that a mark alone speaks of.
  return {
    ...drawn,
    intervalMs: chance.pick([0, 1, 16]),
    markAheadRows: chance.pick([1, 2, 2, 3]),
    limit: undefined,
    signalAfterMs: undefined,
    secondSignalAfterMs: undefined,
    crashPoint: {
      when: chance.is(0.6)
        ? { kind: 'marking', n: chance.whole(1, 4) }
        : { kind: 'request', n: chance.whole(1, 6), before: chance.is(0.2) },
      power: chance.pick([true, 'all']),
    },
  };
}

function drawOrdinary(chance: Chance, tight: boolean): SessionSettings {
  const sometimes = <T>(probability: number, draw: () => T): T | undefined =>
    chance.is(probability) ? draw() : undefined;
  const moment = (): number => chance.whole(0, chance.pick([1, 300, 3000, 20_000, 200_000]));
  const signalAfterMs = sometimes(0.12, moment);
  const freezes =
    TROUBLES.sleep && chance.is(0.15)
      ? Array.from({ length: chance.pick([1, 1, 3]) }, () => drawFreeze(chance, moment()))
      : [];
  return {
    intervalMs: chance.weighted([
      [4, 200],
      [2, 20],
      [1, 10_000],
      [2, 16],
      [3, 1],
      [3, 0],
    ]),
    concurrency: chance.whole(1, 8),
    markAheadRows: chance.pick([1024, 1024, 8, 2]),
    retries: chance.pick([0, 1, 2, 5, 5]),
    timeoutMs: chance.pick([1000, 5000, 60_000]),
    limit: sometimes(tight ? 0.05 : 0.15, () => chance.whole(1, 12)),
    stopAfterMs: sometimes(0.05, moment),
    signalAfterMs,
    secondSignalAfterMs:
      signalAfterMs === undefined ? undefined : sometimes(0.5, () => chance.whole(300, 3000)),
    crashPoint: sometimes(tight ? 0.85 : 0.5, () => ({
      when: chance.weighted<CrashPoint['when']>([
        [2, { kind: 'time', ms: moment() }],
        [4, { kind: 'write', n: chance.whole(1, chance.pick(tight ? [4, 8, 12] : [6, 30, 120])) }],
        [tight ? 6 : 2, { kind: 'line', says: chance.pick(LINES), n: chance.pick([1, 1, 2, 5]) }],
        [
          3,
          {
            kind: 'request',
            n: chance.whole(1, chance.pick(tight ? [2, 4] : [5, 40])),
            before: chance.is(0.5),
          },
        ],
      ]),
      power: chance.is(0.5),
    })),
    fullAtWrite: sometimes(0.06, () => chance.whole(1, tight ? 8 : 60)),
    failedSync: sometimes(0.03, () => chance.whole(1, 20)),
    freezes,
    overtaken:
      TROUBLES.takeovers && chance.is(0.35)
        ? {
            ...drawFreeze(chance, moment()),
            ms: chance.whole(20_000, 400_000),
            afterSends: chance.pick([0, 1, 2, 5]),
          }
        : undefined,
    // What both clocks miss, nobody can know.
    clockSet:
      TROUBLES.sleep && freezes.length === 0 && chance.is(0.1)
        ? { afterMs: moment(), byMs: chance.pick([-1, 1]) * chance.whole(1000, 7_200_000) }
        : undefined,
    skewMs: chance.is(0.15) ? chance.whole(-3_600_000, 3_600_000) : 0,
    editsAfterMs: TROUBLES.edits && chance.is(0.3) ? [moment()] : [],
    reportsAfterMs: chance.is(0.15) ? [moment(), moment()] : [],
  };
}

function drawFreeze(chance: Chance, afterMs: number): Freeze {
  const ms = chance.whole(100, chance.pick([3000, 100_000, 4_000_000]));
  return { afterMs, ms, how: chance.pick(['asleep', 'stopped']) };
}

/** A session to which nothing happens: it must bring the run to its end. */
export function calmSettings(chance: Chance): SessionSettings {
  return {
    ...drawSettings(chance),
    overtaken: undefined,
    editsAfterMs: [],
    limit: undefined,
    stopAfterMs: undefined,
    signalAfterMs: undefined,
    secondSignalAfterMs: undefined,
    crashPoint: undefined,
    fullAtWrite: undefined,
    failedSync: undefined,
  };
}
