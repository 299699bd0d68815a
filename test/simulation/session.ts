import { parseMaxFailures } from '../../src/config/run-options.ts';
import { createFiles, createRemover, createServer as createReads } from '../../src/cli/server.ts';
import type { Clock } from '../../src/clock.ts';
import { replayJournal } from '../../src/journal/replay.ts';
import { createClient } from '../../src/redcap/client.ts';
import { createPacer } from '../../src/redcap/pacer.ts';
import { readRetryAfter } from '../../src/redcap/response-headers.ts';
import { exitCodeOfEnding } from '../../src/report/exit-code.ts';
import type { MadeCsvs } from '../../src/report/make-reports.ts';
import type { Lock } from '../../src/run-directory/lock.ts';
import { runSession, syncsEachSend, type SessionEnd } from '../../src/run/session.ts';
import { createRunControl, type RunControl } from '../../src/run/control.ts';
import { lookBeforeSending, unfinishedRows } from '../../src/run/resume-rows.ts';
import type { SessionRows } from '../../src/run/session.ts';
import { freshRows } from '../../src/run/row-source.ts';
import { createRedactor } from '../../src/words/one-line.ts';
import { auditStop } from './stop-audit.ts';
import { crashesAtRequests } from './crash-points.ts';
import type { Simulation } from './simulation.ts';
import { takeLeasedLock } from './held-lock.ts';
import { keepLooks } from './kept-looks.ts';
import { openLivingJournal } from './living-journal.ts';
import { watchBeforeDelete } from './before-delete.ts';
import type { SessionSettings } from './settings.ts';
import { createWireAudit, type WireAudit } from './wire-audit.ts';
import { createClock, createLife, type Life } from './life.ts';

export const TOKEN = '0123456789ABCDEF0123456789ABCDEF';
const URL_OF_API = new URL('https://redcap.test/api/');

export interface SimulatedSession {
  /** Absent: the process was killed. */
  readonly ended: (SessionEnd & { readonly control: RunControl }) | undefined;
  readonly power: boolean | 'all';
  readonly wire: WireAudit;
  /** Another process was at work, or took the run over. */
  readonly elsewhere: boolean;
}

/** One process, from its start to its end or its crash, over the journal as it stands. */
export async function simulateSession(
  simulation: Simulation,
  settings: SessionSettings,
  onReport: () => Promise<void>,
  onEnd: () => Promise<MadeCsvs>,
): Promise<SimulatedSession> {
  const { environment, chance, disk, scenario, server } = simulation;
  const process = (simulation.processes += 1);
  const fresh = process === 1;
  const life = createLife(environment, `process ${process}`, settings.skewMs);
  simulation.lives.set(process, life);
  const { crashPoint } = settings;
  const clock = createClock(environment, life);
  const random = (): number => chance.engine.next();
  const control = createRunControl((reason) => {
    environment.note(`stop: ${reason.code} (${reason.message})`);
    auditStop(simulation, process, reason.code);
  });
  const wire = createWireAudit(simulation, settings, process, control, life);
  let signal: NodeJS.Signals | undefined;
  const transport = server.transport(life, process, {
    timeoutMs: settings.timeoutMs,
    onDelete: crashesAtRequests(crashPoint, disk, life.kill, wire.onDelete),
    onRead: wire.onRead,
    onAnswered(deletion, answer) {
      wire.onAnswered(
        deletion,
        answer.kind === 'response' ? readRetryAfter(answer.headers) : undefined,
      );
    },
  });
  const client = createClient({
    transport,
    token: TOKEN,
    pacer: createPacer({ intervalMs: settings.intervalMs, clock }),
    redact: createRedactor([TOKEN]),
    concurrency: settings.concurrency,
    about: { url: URL_OF_API },
  });
  const reach = { client, control, clock, random, retries: settings.retries };
  const reads = createReads(reach);

  const cancels: (() => void)[] = [];
  const at = (ms: number | undefined, run: () => void): void => {
    if (ms === undefined) return;
    // Before anything else was done.
    if (ms === 0) {
      run();
      return;
    }
    cancels.push(
      environment.after(ms, () => {
        life.wake(run);
      }),
    );
  };
  if (crashPoint?.when.kind === 'time')
    cancels.push(environment.after(crashPoint.when.ms, life.kill));
  at(settings.signalAfterMs, () => {
    environment.note('first signal');
    signal = 'SIGINT';
    control.stop('interrupted', 'Interrupted by SIGINT.');
    at(settings.secondSignalAfterMs, () => {
      environment.note('second signal');
      control.abort();
    });
  });
  for (const { afterMs, ms, how } of settings.freezes) {
    cancels.push(
      environment.after(afterMs, () => {
        life.freeze(ms, how);
      }),
    );
  }
  at(settings.clockSet?.afterMs, () => {
    life.skewMs += settings.clockSet?.byMs ?? 0;
    environment.note(`the wall clock is set by ${settings.clockSet?.byMs} ms`);
  });
  for (const ms of settings.editsAfterMs) {
    cancels.push(environment.after(ms, () => simulation.copy?.edit()));
  }
  for (const ms of settings.reportsAfterMs) at(ms, () => void onReport());

  const lock = await lockRun(simulation, life, clock, control);
  if (lock === 'refused') {
    for (const cancel of cancels) cancel();
    life.kill();
    return { ended: undefined, power: false, wire, elsewhere: true };
  }
  simulation.beganAt.set(process, environment.now);
  const run = await replayJournal(disk.source);
  if (!fresh && simulation.copy !== undefined && !(await simulation.copy.isWhole(run.header))) {
    environment.note('refused: the copy of the manifest has changed');
    for (const cancel of cancels) cancel();
    await lock?.release();
    life.kill();
    return { ended: undefined, power: false, wire, elsewhere: true };
  }
  if (lock !== undefined) noteTakeover(simulation, process);
  disk.truncate(run.end);
  const syncEachSend = syncsEachSend(settings.intervalMs);
  simulation.atWork = process;
  const journal = openLivingJournal(simulation, settings, life, lock, {
    now: () => clock.now(),
    lastStamp: run.lastStamp,
    onFailure: (error) => {
      control.stop('journal_failed', error.message);
    },
  });
  const model = run.header.project;
  const running = runSession({
    remove: createRemover(reach),
    look:
      model !== null
        ? keepLooks(simulation, process, (targets) => reads.lookAfter(model, targets))
        : undefined,
    changeAt: model === null ? undefined : (target) => reads.changeAt(model, target),
    // Not kept as looks at the rows: they settle none.
    probe:
      model === null
        ? undefined
        : async (targets) => {
            // Settles no row by itself, but is a look before a stop.
            const beganAt = environment.now;
            const looked = await reads.lookAfter(model, targets);
            simulation.lookedAt.push({ process, beganAt, kind: looked.kind });
            return looked;
          },
    verifies: scenario.verifies,
    beforeDelete: watchBeforeDelete(simulation, {
      source: { ...reach, files: createFiles(reach) },
      journal,
      run,
      process,
      // Not kept as a look at the row: where it tells nothing, an export judges.
      look: model !== null ? (targets) => reads.look(model, targets) : undefined,
    }),
    journal,
    control,
    clock,
    random,
    concurrency: settings.concurrency,
    retries: settings.retries,
    limit: settings.limit,
    stopAtMs: settings.stopAfterMs === undefined ? undefined : clock.now() + settings.stopAfterMs,
    maxFailures:
      scenario.maxFailures === undefined ? undefined : parseMaxFailures(scenario.maxFailures),
    journalPath: disk.source,
    syncEachSend,
    watermarkRows: settings.markAheadRows,
    confirmed: run.confirmed ? undefined : { by: '--yes', files: simulation.rowOf.size },
    resumedBy: fresh ? undefined : 'simulation',
    ...(lock === undefined ? {} : { sessionId: lock.session }),
    rows: async (): Promise<SessionRows> => {
      const manifest = await simulation.openRows();
      if (model !== null) await reads.renewStructure(model, Object.keys(model.fileFields));
      const { copy } = simulation;
      const batches = copy === undefined ? manifest.batches() : copy.batches(run.header);
      if (fresh) return () => freshRows(batches, run);
      return (onLookOnly) =>
        lookBeforeSending(unfinishedRows(batches, run), {
          journal,
          control,
          clock,
          look:
            model !== null
              ? keepLooks(simulation, process, (targets) => reads.look(model, targets))
              : undefined,
          onLookOnly,
        });
    },
  });
  let ended: SessionEnd | undefined;
  let bug: unknown;
  running.then(
    (how) => {
      ended = how;
    },
    (error: unknown) => {
      bug = error ?? new Error('no reason');
    },
  );
  await environment.runUntil(() => !life.alive || ended !== undefined || bug !== undefined);
  for (const cancel of cancels) cancel();
  if (bug !== undefined && life.alive) throw bug;
  if (life.alive && lock !== undefined && isLost(lock)) {
    life.kill();
    return { ended: undefined, power: false, wire, elsewhere: true };
  }
  if (life.alive && ended !== undefined) {
    if (ended.failure === undefined) {
      const exitCode = exitCodeOfEnding(
        { signal, sent: wire.sentRows > 0, stopped: ended.stopped },
        await onEnd(),
      );
      if (life.alive) {
        const by = lock === undefined ? {} : { session: lock.session };
        journal.append({ state: 'end', at: journal.stamp(), exitCode, ...by });
      }
    }
    let closed = false;
    const closing = (): void => {
      closed = true;
    };
    journal.close().then(closing, closing);
    await environment.runUntil(() => !life.alive || closed);
    if (life.alive) await lock?.release();
  }
  const power = crashPoint?.power ?? false;
  if (life.alive && ended !== undefined) {
    life.kill();
    return {
      ended: { ...ended, failure: ended.failure ?? journal.failure, control },
      power,
      wire,
      elsewhere: false,
    };
  }
  return { ended: undefined, power, wire, elsewhere: false };
}

/** The run's lock, where it is simulated; every session that was at work is overtaken by whoever gets it. */
async function lockRun(
  simulation: Simulation,
  life: Life,
  clock: Clock,
  control: RunControl,
): Promise<Lock | undefined | 'refused'> {
  if (simulation.leases === undefined) return undefined;
  let taken: { readonly lock: Lock | undefined } | undefined;
  takeLeasedLock(simulation.leases, life, clock, control).then(
    (lock) => {
      taken = { lock };
    },
    () => {
      taken = { lock: undefined };
    },
  );
  await simulation.environment.runUntil(() => !life.alive || taken !== undefined);
  if (!life.alive || taken?.lock === undefined) return 'refused';
  return taken.lock;
}

/** From its first line on. One that is refused before leaves the run as it was, and whose it was. */
function noteTakeover(simulation: Simulation, process: number): void {
  for (const [other, { alive }] of simulation.lives) {
    // One that waits for the lock itself has nothing to lose.
    const holds = alive && simulation.beganAt.has(other) && !simulation.overtaken.has(other);
    if (other === process || !holds) continue;
    simulation.environment.note(`process ${process} takes over from process ${other}`);
    simulation.overtaken.add(other);
    simulation.crashes += 1;
  }
}

function isLost(lock: Lock): boolean {
  try {
    lock.assertOurs();
  } catch {
    return true;
  }
  return lock.lost;
}
