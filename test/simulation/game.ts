import type { PlanLine } from '../../src/journal/lines.ts';
import type { Manifest } from '../../src/manifest/read.ts';
import type { Look } from '../../src/project/look.ts';
import type { Disk } from './disk.ts';
import { keyOf, type Place } from './places.ts';
import type { Chances } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { Server } from './server.ts';
import type { World } from './world.ts';

/** A look that the engine took at a row, and what it was told. */
export interface TakenLook {
  readonly process: number;
  readonly beganAt: number;
  readonly endedAt: number;
  readonly look: Look;
}

export interface Judged {
  readonly process: number;
  readonly beganAt: number;
}

/** One seed in play: the world, and what the audits have to know of it. */
export interface Game {
  readonly world: World;
  readonly chance: Chances;
  readonly scenario: Scenario;
  readonly server: Server;
  readonly disk: Disk;
  readonly plan: ReadonlyMap<number, PlanLine>;
  readonly rows: number;
  readonly openRows: () => Promise<Manifest>;
  readonly checkBeganAt: number;
  readonly people: { leave(): void };
  /** The row that may be sent for a place, by the place's key. */
  readonly rowOf: ReadonlyMap<string, number>;
  readonly placeOf: ReadonlyMap<number, Place | undefined>;
  readonly looks: Map<number, TakenLook[]>;
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
}

export function blame(game: Game, what: string): void {
  game.world.note(`VIOLATION ${what}`);
  game.violations.push(what);
}

export function lastLook(game: Game, row: number): TakenLook | undefined {
  return game.looks.get(row)?.at(-1);
}

/** The requests that left for a row, in order. */
export function deletionsOf(game: Game, row: number): Server['deletions'] {
  return game.server.deletions.filter(
    (one) => one.sent && game.rowOf.get(keyOf(one.target)) === row,
  );
}
