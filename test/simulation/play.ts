import { createServer as createReads } from '../../src/commands/server.ts';
import { foldJournal } from '../../src/journal/fold.ts';
import type { PlanLine } from '../../src/journal/lines.ts';
import { LookFailed } from '../../src/plan/make-plan.ts';
import { createDoor } from '../../src/redcap/door.ts';
import { createPacer } from '../../src/redcap/pacer.ts';
import type { RowReport } from '../../src/report/row-report.ts';
import { createRunControl } from '../../src/run/control.ts';
import { isUnfinished } from '../../src/run/resume-rows.ts';
import { check, headerOf, readRows, type Checked } from './check.ts';
import { createDisk } from './disk.ts';
import { drawCheckWeather, drawWeather, FAIR_WEATHER } from './fates.ts';
import { blame, lastLook, type Game } from './game.ts';
import { letPeopleMeddle } from './people.ts';
import { keyOf, type Place } from './places.ts';
import { createChance, type Chance } from './random.ts';
import { auditReport, countReports, unsettled } from './report-audit.ts';
import { drawScenario, type Scenario } from './scenario.ts';
import { createServer, type Server } from './server.ts';
import { playSession, TOKEN, type PlayedSession } from './session.ts';
import { calmSettings, drawSettings, type SessionSettings } from './settings.ts';
import { createClock, createWorld, type World } from './world.ts';

export interface Played {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly trace: readonly string[];
  readonly sessions: number;
}

const CHAOS_SESSIONS = 6;
const CALM_SESSIONS = 4;
/** By then every late effect has come. */
const LATEST_EFFECT_MS = 400_000;

/** Plays one seed from the check to the last resume, audits as it goes, and tells what it found. */
export async function play(seed: number, traced = false): Promise<Played> {
  const world = createWorld(traced);
  const chance = createChance(seed);
  const violations: string[] = [];
  let sessions = 0;
  try {
    const game = await begin(world, chance, violations);
    if (game !== undefined) {
      await playGame(game);
      sessions = game.processes;
    }
  } catch (error) {
    violations.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return { seed, violations, trace: world.trace, sessions };
}

/** The check and the birth of the run directory; undefined where the check fails. */
async function begin(
  world: World,
  chance: Chance,
  violations: string[],
): Promise<Game | undefined> {
  const scenario = drawScenario(chance);
  const { places, model, display } = scenario;
  const openRows = await readRows(scenario.manifest);
  const server = createServer({ world, chance, places, model, display });
  for (const place of places.all) {
    for (const file of place.files) Object.assign(file, { putAt: world.now - 1 });
  }
  const people = letPeopleMeddle(world, places, scenario.people);
  server.weather = drawCheckWeather(chance);
  const earlier = scenario.approved
    ? await playCheck(world, chance, scenario, openRows, server)
    : undefined;
  if (scenario.approved && earlier === undefined) return undefined;
  if (earlier !== undefined) await world.pass(chance.whole(0, 60_000));
  const checkBeganAt = world.now;
  const checked = await playCheck(world, chance, scenario, openRows, server, earlier?.plan);
  if (checked === undefined) return undefined;
  const disk = createDisk(world, chance);
  const header = headerOf(scenario, checked.rows, world.now);
  const lines = [header, ...checked.plan, { state: 'planned', at: world.now, totals: {} }];
  disk.install(Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
  const maps = await mapRows(scenario, openRows, checked.plan);
  world.note(`plan:\n${checked.plan.map((line) => JSON.stringify(line)).join('\n')}`);
  // While the question is asked.
  await world.pass(chance.whole(0, 5000));
  return {
    world,
    chance,
    scenario,
    server,
    disk,
    plan: new Map(checked.plan.map((line) => [line.row, line])),
    rows: checked.rows,
    openRows,
    checkBeganAt,
    ...maps,
    looks: new Map(),
    judged: new Map(),
    backedUp: new Set(),
    violations,
    people,
    crashes: 0,
    powerCuts: 0,
    marked: false,
    processes: 0,
  };
}

async function playCheck(
  world: World,
  chance: Chance,
  scenario: Scenario,
  openRows: Game['openRows'],
  server: Server,
  approved?: readonly PlanLine[],
): Promise<Checked | undefined> {
  const life = { alive: true };
  const clock = createClock(world, life);
  const nothing = (): void => undefined;
  const door = createDoor({
    transport: server.transport(life, 0, {
      timeoutMs: 5000,
      onDelete: () => {
        throw new Error('a check has sent a deletion');
      },
      onRead: nothing,
      onAnswered: nothing,
    }),
    token: TOKEN,
    pacer: createPacer({ intervalMs: 1, clock }),
    redact: (text) => text,
  });
  const control = createRunControl();
  const reads = createReads({ door, control, clock, random: () => chance.next(), retries: 5 });
  let done = false;
  const checking = check(
    scenario,
    openRows,
    (targets) => reads.look(scenario.model, targets),
    approved,
  )
    .catch((error: unknown) => {
      if (error instanceof LookFailed) return undefined;
      throw error;
    })
    .finally(() => {
      done = true;
    });
  await world.runUntil(() => done);
  return checking;
}

async function mapRows(
  scenario: Scenario,
  openRows: Game['openRows'],
  plan: readonly PlanLine[],
): Promise<Pick<Game, 'rowOf' | 'placeOf' | 'guardOf'>> {
  const lines = new Map(plan.map((line) => [line.row, line]));
  const rowOf = new Map<string, number>();
  const placeOf = new Map<number, Place | undefined>();
  const guardOf = new Map<number, string>();
  for await (const batch of (await openRows()).batches()) {
    for (const row of batch) {
      const line = lines.get(row.row);
      const settled = line !== undefined && line.plan !== 'delete';
      const instance =
        line !== undefined && 'instance' in line ? (line.instance ?? row.instance) : row.instance;
      const target = { record: row.record, field: row.field, event: row.event, instance };
      guardOf.set(row.row, row.expectFilename);
      placeOf.set(row.row, scenario.places.of(target));
      if (!settled) rowOf.set(keyOf(target), row.row);
    }
  }
  return { rowOf, placeOf, guardOf };
}

async function playGame(game: Game): Promise<void> {
  const { world, chance, server } = game;
  const { tight } = game.scenario;
  const most = CHAOS_SESSIONS * (tight ? 2 : 1);
  for (let session = 0; session < most; session += 1) {
    if (game.violations.length > 0) return;
    server.weather = drawWeather(chance);
    server.banned = false;
    await playOne(game, drawSettings(chance, tight));
    if (session > 0 && (await isFinished(game))) break;
    await world.pass(chance.whole(0, chance.pick([100, 10_000, 300_000])));
  }
  server.weather = FAIR_WEATHER;
  server.banned = false;
  game.people.leave();
  for (let session = 0; session < CALM_SESSIONS; session += 1) {
    if (game.violations.length > 0) return;
    if (await isFinished(game)) break;
    await playOne(game, calmSettings(chance));
  }
  await world.pass(LATEST_EFFECT_MS);
  await auditEnd(game);
}

/** One command over the run, and the reports that its end, or its death, leaves behind. */
async function playOne(game: Game, settings: SessionSettings): Promise<void> {
  const { world, disk, scenario, server } = game;
  world.note(
    `-- session ${game.processes + 1}, ${server.weather.name}, check ${scenario.checks}, verify ${scenario.verifies}, display ${JSON.stringify(scenario.display)}: ${JSON.stringify(settings)}`,
  );
  if (settings.intervalMs < 20) game.marked = true;
  const played = await playSession(
    game,
    settings,
    async () => {
      await auditReport(game, 'of a live run', true);
    },
    async () => countReports(await auditReport(game, 'right before the end', true)),
  );
  if (played.ended === undefined) {
    game.crashes += 1;
    if (played.power) {
      disk.cutPower();
      game.powerCuts += 1;
    }
  } else if (played.ended.failure !== undefined) game.crashes += 1;
  const reports = await auditReport(game, `after session ${game.processes}`);
  auditEnding(game, settings, played, unsettled(reports));
}

function auditEnding(
  game: Game,
  settings: SessionSettings,
  { ended, wire }: PlayedSession,
  unsettledRows: readonly RowReport[],
): void {
  if (wire.sentRows > (settings.limit ?? Infinity)) {
    blame(game, `${wire.sentRows} rows were sent in spite of --limit ${settings.limit}`);
  }
  if (ended === undefined) return;
  const { control, stopped, failure } = ended;
  const left = unsettledRows.length;
  if (!stopped && failure === undefined && control.reason === undefined) {
    for (const { row, outcome } of unsettledRows) {
      if (outcome.status === 'unknown' || outcome.code === 'not_confirmed') continue;
      blame(
        game,
        `row ${row.row} is ${outcome.status}/${outcome.code} though nothing stopped the run`,
      );
    }
  }
  if (stopped && failure === undefined && control.reason?.code === 'limit') {
    if (wire.sentRows !== settings.limit) {
      blame(game, `stopped at --limit ${settings.limit}, and ${wire.sentRows} rows were sent`);
    }
  }
  if (!stopped && failure === undefined && left > 0 && control.reason !== undefined) {
    blame(game, `${left} rows are left, and the run is told to be finished`);
  }
}

async function isFinished(game: Game): Promise<boolean> {
  const view = await foldJournal(game.disk.source);
  for (let row = 1; row <= game.rows; row += 1) if (isUnfinished(view, row)) return false;
  return true;
}

/** With a server that answers and nobody about, only rows that no look, or no guard, lets be settled are left. */
async function auditEnd(game: Game): Promise<void> {
  const reports = await auditReport(game, 'at the end');
  for (const { row, outcome } of unsettled(reports)) {
    const look = lastLook(game, row.row)?.look.kind;
    const guarded = outcome.code.startsWith('guard_') || outcome.code === 'backup_failed';
    // Each resume may come to the same failures first.
    const capped = game.scenario.maxFailures !== undefined;
    if (look !== 'nothing' && look !== 'no_record' && !guarded && !capped) {
      blame(
        game,
        `row ${row.row} is ${outcome.status}/${outcome.code} at the end, look ${String(look)}`,
      );
    }
  }
}
