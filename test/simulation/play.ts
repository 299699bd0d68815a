import { hasWorkLeft } from '../../src/journal/run-state.ts';
import { replayJournal } from '../../src/journal/replay.ts';
import { begin } from './begin.ts';
import { auditEnd, auditEnding } from './ending-audit.ts';
import { drawWeather, FAIR_WEATHER } from './fates.ts';
import { blame, type Game } from './game.ts';
import { createChances } from './random.ts';
import { auditReport, countReports, unsettled } from './report-audit.ts';
import { playSession, type PlayedSession } from './session.ts';
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
  const world = createWorld(traced);
  const violations: string[] = [];
  let sessions = 0;
  try {
    const game = await begin(world, createChances(seed), violations);
    if (game !== undefined) {
      try {
        await playGame(game);
      } finally {
        game.leases?.remove();
        game.copy?.remove();
      }
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
    if (chance.scenario.is(0.5)) game.copy?.putBack();
    await world.pass(chance.scenario.whole(0, chance.scenario.pick([100, 10_000, 300_000])));
  }
  server.weather = FAIR_WEATHER;
  server.banned = false;
  game.leave();
  game.copy?.putBack();
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
  const playing = playAudited(game, settings);
  const [played] = await Promise.all([playing, letAnotherCome(game, settings)]);
  if (played.elsewhere) {
    // Whoever took the run over has counted it as killed.
  } else if (played.ended === undefined) {
    game.crashes += 1;
    if (played.power !== false) {
      disk.cutPower(played.power === 'all');
      game.powerCuts += 1;
    }
  } else if (played.ended.failure !== undefined) game.crashes += 1;
  const reports = await auditReport(game, `after session ${game.processes}`);
  auditEnding(game, settings, played, unsettled(reports));
  if (played.ended?.stopped === true && (await isFinished(game))) {
    blame(game, 'the run is told to be stopped, and nothing is left to do');
  }
}

function playAudited(game: Game, settings: SessionSettings): Promise<PlayedSession> {
  return playSession(
    game,
    settings,
    async () => {
      await auditReport(game, 'of a live run', true);
    },
    async () => countReports(await auditReport(game, 'right before the end', true)),
  );
}

/** The process stands still, and somebody resumes the run elsewhere. */
async function letAnotherCome(game: Game, { overtaken }: SessionSettings): Promise<void> {
  const { world, chance, scenario, lives, processes } = game;
  if (overtaken === undefined || game.leases === undefined) return;
  const life = lives.get(processes);
  if (life === undefined) return;
  if (overtaken.afterSends === 0) await world.pass(overtaken.afterMs);
  // Right when a request is announced, and has not left yet.
  else await world.runUntil(() => !life.alive || countSends(game) >= overtaken.afterSends);
  if (!life.alive) return;
  life.freeze(overtaken.ms, overtaken.how);
  await world.pass(chance.scenario.whole(0, 30_000));
  const drawn = drawSettings(chance.scenario, scenario.tight);
  const { death } = drawn;
  const settings: SessionSettings = {
    ...drawn,
    overtaken: undefined,
    // Both work on one disk, which is a file server's.
    death: death && { ...death, power: false },
  };
  world.note(`-- another process: ${JSON.stringify(settings)}`);
  if (settings.intervalMs < 20) game.marked = true;
  const played = await playAudited(game, settings);
  if (!played.elsewhere && (played.ended === undefined || played.ended.failure !== undefined)) {
    game.crashes += 1;
  }
}

function countSends({ disk }: Game): number {
  return disk.lines().filter(({ state }) => state === 'sending').length;
}

async function isFinished(game: Game): Promise<boolean> {
  return !hasWorkLeft(await replayJournal(game.disk.source));
}
