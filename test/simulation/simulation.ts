import type { PlanLine } from '../../src/rows/plan-line.ts';
import type { Manifest } from '../../src/manifest/read.ts';
import type { Look } from '../../src/rows/look.ts';
import type { ProjectModel } from '../../src/project/model.ts';
import type { Disk } from './disk.ts';
import type { LeaseFolder } from './held-lock.ts';
import type { Life } from './life.ts';
import type { ManifestCopy } from './manifest-copy.ts';
import type { Place } from './places.ts';
import type { Chances } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { Server } from './server.ts';
import type { Environment } from './environment.ts';

/** A look that the engine took at a row, and what it was told. */
export interface TakenLook {
  readonly process: number;
  readonly beganAt: number;
  readonly endedAt: number;
  readonly look: Look;
}

/** What the structure made of a row's target from a moment on. */
export interface PlaceThen {
  readonly at: number;
  /** As far as this token may read it. */
  readonly told: string;
  readonly whole: string;
}

export interface Judged {
  readonly process: number;
  readonly beganAt: number;
}

/** One seed under way: its environment, and what the audits have to know of it. */
export interface Simulation {
  readonly environment: Environment;
  readonly chance: Chances;
  readonly scenario: Scenario;
  readonly model: ProjectModel | undefined;
  readonly server: Server;
  readonly disk: Disk;
  readonly plan: ReadonlyMap<number, PlanLine>;
  readonly rows: number;
  readonly openRows: () => Promise<Manifest>;
  readonly checkBeganAt: number;
  /** Ends the concurrent edits. */
  leave(): void;
  /** When the place of a row changed, and what it is from then on; the first is what the check found. */
  readonly placeHistory: ReadonlyMap<number, PlaceThen[]>;
  /** When a session found that a row's place is not the same any more. */
  readonly moved: Map<number, { readonly process: number; readonly at: number }>;
  /** Where the run's lease stands; absent where one process after the other comes. */
  readonly leases: LeaseFolder | undefined;
  /** The run's copy of the manifest, where somebody edits it. */
  readonly copy: ManifestCopy | undefined;
  /** Sessions that were taken over by a later one. */
  readonly overtaken: Set<number>;
  /** Processes that work on the run now. */
  readonly lives: Map<number, Life>;
  /** When each session began, by its process. */
  readonly beganAt: Map<number, number>;
  /** The row that may be sent for a place, by the place's key. */
  readonly rowOf: ReadonlyMap<string, number>;
  readonly keyOfRow: ReadonlyMap<number, string>;
  readonly placeOf: ReadonlyMap<number, Place | undefined>;
  readonly looks: Map<number, TakenLook[]>;
  /** Every look that a session took, whatever came of it. */
  readonly lookedAt: {
    readonly process: number;
    readonly beganAt: number;
    readonly kind: string;
  }[];
  /** The name that a row's guard expects. */
  readonly guardOf: ReadonlyMap<number, string>;
  /** When guard and backup of a row let it go, in order. */
  readonly judged: Map<number, readonly Judged[]>;
  /** SHA-256 of everything that was saved. */
  readonly backedUp: Set<string>;
  /** What was found, each a sentence. */
  readonly violations: string[];
  /** Sessions that were killed, or whose journal failed: what they did last is in doubt. */
  crashes: number;
  powerCuts: number;
  /** A session ran above 50 requests a second. */
  marked: boolean;
  processes: number;
  /** The process that was the last to get at the run: whoever waits for the lock has done nothing yet. */
  atWork: number;
}

/** What a check works with too. */
export type Parts = Pick<Simulation, 'environment' | 'chance' | 'scenario' | 'openRows' | 'server'>;

export function addViolation(simulation: Simulation, what: string): void {
  simulation.environment.note(`VIOLATION ${what}`);
  simulation.violations.push(what);
}

export function lastLook(simulation: Simulation, row: number): TakenLook | undefined {
  return simulation.looks.get(row)?.at(-1);
}

/** The requests that left for a row, in order. */
export function deletionsOf(simulation: Simulation, row: number): Server['deletions'] {
  const key = simulation.keyOfRow.get(row);
  return (key === undefined ? [] : simulation.server.deletionsOf(key)).filter(({ sent }) => sent);
}

/** Is, or was, the place of a row another one at some moment between two, than what the check found? */
export function placeMoved(
  simulation: Simulation,
  row: number,
  from: number,
  to = Infinity,
): boolean {
  const history = simulation.placeHistory.get(row) ?? [];
  const found = history[0]?.whole;
  return history.some(
    ({ at, whole }, n) => whole !== found && at <= to && (history[n + 1]?.at ?? Infinity) >= from,
  );
}
