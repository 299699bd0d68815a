import { foldJournal } from '../../src/journal/fold.ts';
import { loadShapes } from '../../src/redcap/reader.ts';
import { hasWorkLeft } from '../../src/run/resume-rows.ts';
import { begin } from './begin.ts';
import { auditEnd, auditEnding } from './ending-audit.ts';
import { drawWeather, FAIR_WEATHER } from './fates.ts';
import type { Game } from './game.ts';
import { createChances } from './random.ts';
import { auditReport, countReports, unsettled } from './report-audit.ts';
import { playSession } from './session.ts';
import { calmSettings, drawSettings, type SessionSettings } from './settings.ts';
import { createWorld } from './world.ts';
import { WORLDS } from './worlds.ts';

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
  // Not in the middle of a play: loading takes time that is none of the world's.
  await loadShapes();
  const world = createWorld(traced);
  const violations: string[] = [];
  let sessions = 0;
  try {
    const game = await begin(world, createChances(seed), violations);
    if (game !== undefined) {
      await playGame(game);
      sessions = game.processes;
    }
  } catch (error) {
    violations.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return { seed, violations, trace: world.trace, sessions };
}

async function playGame(game: Game): Promise<void> {
  const { world, chance, server } = game;
  const { tight } = game.scenario;
  const most = CHAOS_SESSIONS * (tight ? 2 : 1);
  for (let session = 0; session < most; session += 1) {
    if (game.violations.length > 0) return;
    server.weather = drawWeather(chance.server, WORLDS.doubles);
    server.banned = false;
    await playOne(game, drawSettings(chance.scenario, tight));
    if (session > 0 && (await isFinished(game))) break;
    await world.pass(chance.scenario.whole(0, chance.scenario.pick([100, 10_000, 300_000])));
  }
  server.weather = FAIR_WEATHER;
  server.banned = false;
  game.leave();
  for (let session = 0; session < CALM_SESSIONS; session += 1) {
    if (game.violations.length > 0) return;
    if (await isFinished(game)) break;
    await playOne(game, calmSettings(chance.scenario));
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

async function isFinished(game: Game): Promise<boolean> {
  return !hasWorkLeft(await foldJournal(game.disk.source));
}
