import { createServer as createReads } from '../../src/cli/server.ts';
import type { PlanLine } from '../../src/rows/plan-line.ts';
import type { Target } from '../../src/rows/target.ts';
import { LookFailed } from '../../src/plan/make-plan.ts';
import { createClient } from '../../src/redcap/client.ts';
import { createPacer } from '../../src/redcap/pacer.ts';
import { InterruptedError, RefusedError } from '../../src/errors.ts';
import { createRunControl } from '../../src/run/control.ts';
import { check, headerOf, readRows, type Checked } from './check.ts';
import { simulateArchive } from './archive.ts';
import { createDisk } from './disk.ts';
import { drawCheckConditions } from './server-cases.ts';
import type { Parts, PlaceThen, Simulation } from './simulation.ts';
import { makeLeaseFolder } from './held-lock.ts';
import { createClock, createLife } from './life.ts';
import { placeTexts } from './design.ts';
import { createManifestCopy } from './manifest-copy.ts';
import { redesignConcurrently, editConcurrently } from './concurrent-edits.ts';
import { keyOf, type Place } from './places.ts';
import type { Chances } from './random.ts';
import { drawScenario, type Scenario } from './scenario.ts';
import { createServer } from './server.ts';
import { TOKEN } from './session.ts';
import type { Environment } from './environment.ts';

/** The check and the birth of the run directory; undefined where the check fails. */
export async function begin(
  environment: Environment,
  chance: Chances,
  violations: string[],
  archived: boolean,
): Promise<Simulation | undefined> {
  const scenario = drawScenario(chance.scenario, chance.archive, archived);
  const { places, display } = scenario;
  const openRows = await readRows(scenario.manifest);
  const server = createServer({ environment, chance: chance.server, places, display });
  for (const place of places.all) {
    for (const file of place.files) Object.assign(file, { putAt: environment.now - 1 });
  }
  const concurrentEdits = editConcurrently(environment, places, scenario.concurrentEdits);
  server.conditions = drawCheckConditions(chance.server);
  const parts = { environment, chance, scenario, openRows, server };
  const targets = await readTargets(openRows);
  const placeHistory = new Map<number, PlaceThen[]>();
  const notePlaces = (): void => {
    for (const [row, target] of targets) {
      const then = { at: environment.now, ...placeTexts(places.design, target) };
      const history = placeHistory.get(row);
      if (history === undefined) placeHistory.set(row, [then]);
      else if (history.at(-1)?.whole !== then.whole) history.push(then);
    }
  };
  notePlaces();
  const startDesigners = (): { leave(): void } =>
    redesignConcurrently(environment, places, scenario.redesigns, notePlaces);
  const reviewed = scenario.approved ? await simulateCheck(parts) : undefined;
  if (scenario.approved && reviewed === undefined) return undefined;
  const moving = scenario.approved ? startDesigners() : undefined;
  const earlier =
    scenario.archived && reviewed !== undefined
      ? await simulateArchive(parts, reviewed, violations)
      : reviewed;
  if (violations.length > 0) return undefined;
  if (earlier !== undefined) await environment.pass(chance.scenario.whole(0, 60_000));
  const checkBeganAt = environment.now;
  const checked = await simulateCheck(parts, earlier);
  if (checked === undefined) return undefined;
  const designers = moving ?? startDesigners();
  const disk = createDisk(environment, chance.disk);
  const header = headerOf(scenario, checked, environment.now);
  const lines = [header, ...checked.plan, { state: 'planned', at: environment.now, totals: {} }];
  disk.install(Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
  const maps = await mapRows(scenario, openRows, checked.plan);
  environment.note(`plan:\n${checked.plan.map((line) => JSON.stringify(line)).join('\n')}`);
  // While the question is asked.
  await environment.pass(chance.scenario.whole(0, 5000));
  return {
    ...parts,
    ...maps,
    disk,
    plan: new Map(checked.plan.map((line) => [line.row, line])),
    rows: checked.rows,
    checkBeganAt,
    looks: new Map(),
    lookedAt: [],
    judged: new Map(),
    backedUp: new Set(),
    violations,
    model: checked.model,
    placeHistory,
    moved: new Map(),
    leases: scenario.shared ? makeLeaseFolder() : undefined,
    copy: scenario.edited
      ? createManifestCopy(environment, chance.scenario, scenario.manifest)
      : undefined,
    overtaken: new Set(),
    lives: new Map(),
    beganAt: new Map(),
    leave() {
      concurrentEdits.leave();
      designers.leave();
    },
    crashes: 0,
    powerCuts: 0,
    marked: false,
    processes: 0,
    atWork: 0,
  };
}

async function simulateCheck(
  { environment, chance, scenario, openRows, server }: Parts,
  approved?: Checked,
): Promise<Checked | undefined> {
  const life = createLife(environment, 'the check');
  const clock = createClock(environment, life);
  const nothing = (): void => undefined;
  const client = createClient({
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
  const random = (): number => chance.engine.next();
  const reads = createReads({ client, control, clock, random, retries: 5 });
  let done = false;
  const checking = (scenario.checks ? reads.readModel() : Promise.resolve(undefined))
    .then((read) => {
      const before = approved?.model?.repeats;
      const model =
        read?.repeats.kind === 'unknown' && before !== undefined
          ? { ...read, repeats: before }
          : read;
      return check(
        model,
        openRows,
        (known, targets) => reads.lookForCheck(known, targets),
        approved,
      );
    })
    .catch((error: unknown) => {
      if (REFUSALS.some((kind) => error instanceof kind)) return undefined;
      throw error;
    })
    .finally(() => {
      done = true;
    });
  await environment.runUntil(() => done);
  return checking;
}

/** Errors with which a check ends: no bugs. */
const REFUSALS = [InterruptedError, LookFailed, RefusedError];

/** What each row names, as it stands in the manifest. */
async function readTargets(openRows: Simulation['openRows']): Promise<Map<number, Target>> {
  const targets = new Map<number, Target>();
  for await (const batch of (await openRows()).batches()) {
    for (const { row, record, field, event, instance } of batch) {
      targets.set(row, { record, field, event, instance });
    }
  }
  return targets;
}

/** Which row may be sent for which place, and what its guard expects. */
async function mapRows(
  scenario: Scenario,
  openRows: Simulation['openRows'],
  plan: readonly PlanLine[],
): Promise<Pick<Simulation, 'rowOf' | 'keyOfRow' | 'placeOf' | 'guardOf'>> {
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
  const keyOfRow = new Map([...rowOf].map(([key, row]) => [row, key]));
  return { rowOf, keyOfRow, placeOf, guardOf };
}
