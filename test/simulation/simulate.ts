import { hasWorkLeft } from '../../src/journal/run-state.ts';
import { replayJournal } from '../../src/journal/replay.ts';
import { begin } from './begin.ts';
import { auditEnd, auditEnding } from './ending-audit.ts';
import { drawConditions, GOOD_CONDITIONS } from './server-cases.ts';
import { addViolation, type Simulation } from './simulation.ts';
import { createChances } from './random.ts';
import { auditReport, countReports, unsettled } from './report-audit.ts';
import { simulateSession, type SimulatedSession } from './session.ts';
import { calmSettings, drawSettings, type SessionSettings } from './settings.ts';
import { createEnvironment } from './environment.ts';
import { TROUBLES } from './troubles.ts';

export interface SimulatedSeed {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly trace: readonly string[];
  readonly sessions: number;
}

const CHAOS_SESSIONS = 6;
const CALM_SESSIONS = 4;
/** By then every late effect has come. */
const LATEST_EFFECT_MS = 400_000;

/** Simulates one seed from the check to the last resume, audits as it goes, and says what it found. */
export async function simulate(
  seed: number,
  {
    traced = false,
    archived = false,
  }: { readonly traced?: boolean; readonly archived?: boolean } = {},
): Promise<SimulatedSeed> {
  // Not in the middle of a simulation: loading takes time that is not simulated.
  const environment = createEnvironment(traced);
  const violations: string[] = [];
  let sessions = 0;
  try {
    const simulation = await begin(environment, createChances(seed), violations, archived);
    if (simulation !== undefined) {
      try {
        await simulateSessions(simulation);
      } finally {
        simulation.leases?.remove();
        simulation.copy?.remove();
      }
      sessions = simulation.processes;
    }
  } catch (error) {
    violations.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return { seed, violations, trace: environment.trace, sessions };
}

async function simulateSessions(simulation: Simulation): Promise<void> {
  const { environment, chance, server } = simulation;
  const { tight } = simulation.scenario;
  const most = CHAOS_SESSIONS * (tight ? 2 : 1);
  for (let session = 0; session < most; session += 1) {
    if (simulation.violations.length > 0) return;
    server.conditions = drawConditions(chance.server, TROUBLES.doubles);
    server.banned = false;
    await simulateOne(simulation, drawSettings(chance.scenario, tight));
    if (session > 0 && (await isFinished(simulation))) break;
    if (chance.scenario.is(0.5)) simulation.copy?.putBack();
    await environment.pass(chance.scenario.whole(0, chance.scenario.pick([100, 10_000, 300_000])));
  }
  server.conditions = GOOD_CONDITIONS;
  server.banned = false;
  simulation.leave();
  simulation.copy?.putBack();
  for (let session = 0; session < CALM_SESSIONS; session += 1) {
    if (simulation.violations.length > 0) return;
    if (await isFinished(simulation)) break;
    await simulateOne(simulation, calmSettings(chance.scenario));
  }
  await environment.pass(LATEST_EFFECT_MS);
  await auditEnd(simulation);
}

/** One command over the run, and the reports that its end, or its crash, leaves behind. */
async function simulateOne(simulation: Simulation, settings: SessionSettings): Promise<void> {
  const { environment, disk, scenario, server } = simulation;
  environment.note(
    `-- session ${simulation.processes + 1}, ${server.conditions.name}, check ${scenario.checks}, verify ${scenario.verifies}, display ${JSON.stringify(scenario.display)}: ${JSON.stringify(settings)}`,
  );
  if (settings.intervalMs < 20) simulation.marked = true;
  const ongoing = simulateAudited(simulation, settings);
  const [session, anotherCame] = await Promise.all([ongoing, letAnotherCome(simulation, settings)]);
  if (session.elsewhere) {
    // Whoever took the run over has counted it as killed.
  } else if (session.ended === undefined) {
    simulation.crashes += 1;
    if (session.power !== false) {
      disk.cutPower(session.power === 'all');
      simulation.powerCuts += 1;
    }
  } else if (session.ended.failure !== undefined) simulation.crashes += 1;
  const reports = await auditReport(simulation, `after session ${simulation.processes}`);
  auditEnding(simulation, settings, session, unsettled(reports));
  if (session.ended?.stopped === true && !anotherCame && (await isFinished(simulation))) {
    addViolation(simulation, 'the run is told to be stopped, and nothing is left to do');
  }
}

function simulateAudited(
  simulation: Simulation,
  settings: SessionSettings,
): Promise<SimulatedSession> {
  return simulateSession(
    simulation,
    settings,
    async () => {
      await auditReport(simulation, 'of a live run', true);
    },
    async () => countReports(await auditReport(simulation, 'right before the end', true)),
  );
}

/** The process stands still, and somebody resumes the run elsewhere. */
async function letAnotherCome(
  simulation: Simulation,
  { overtaken }: SessionSettings,
): Promise<boolean> {
  const { environment, chance, scenario, lives, processes } = simulation;
  if (overtaken === undefined || simulation.leases === undefined) return false;
  const life = lives.get(processes);
  if (life === undefined) return false;
  if (overtaken.afterSends === 0) await environment.pass(overtaken.afterMs);
  // Right when a request is announced, and has not left yet.
  else
    await environment.runUntil(() => !life.alive || countSends(simulation) >= overtaken.afterSends);
  if (!life.alive) return false;
  life.freeze(overtaken.ms, overtaken.how);
  await environment.pass(chance.scenario.whole(0, 30_000));
  const drawn = drawSettings(chance.scenario, scenario.tight);
  const { crashPoint } = drawn;
  const settings: SessionSettings = {
    ...drawn,
    overtaken: undefined,
    // Both work on one disk, which is a file server's.
    crashPoint: crashPoint && { ...crashPoint, power: false },
  };
  environment.note(`-- another process: ${JSON.stringify(settings)}`);
  if (settings.intervalMs < 20) simulation.marked = true;
  const session = await simulateAudited(simulation, settings);
  if (!session.elsewhere && (session.ended === undefined || session.ended.failure !== undefined)) {
    simulation.crashes += 1;
  }
  return true;
}

function countSends({ disk }: Simulation): number {
  return disk.lines().filter(({ state }) => state === 'sending').length;
}

async function isFinished(simulation: Simulation): Promise<boolean> {
  return !hasWorkLeft(await replayJournal(simulation.disk.source));
}
