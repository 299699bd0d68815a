import { createHash } from 'node:crypto';
import { createArchiver } from '../../src/backup/archive-file.ts';
import type { BackupStore } from '../../src/backup/store.ts';
import { createFiles, createServer as createReads } from '../../src/cli/server.ts';
import { replayJournal } from '../../src/journal/replay.ts';
import { hasWorkLeft, type RunState } from '../../src/journal/run-state.ts';
import { openJournal } from '../../src/journal/write.ts';
import { createClient } from '../../src/redcap/client.ts';
import { createPacer } from '../../src/redcap/pacer.ts';
import { exitCodeOfJournal } from '../../src/report/exit-code.ts';
import { readRowReports, type RowReport } from '../../src/report/row-report.ts';
import type { PlanLine } from '../../src/rows/plan-line.ts';
import { reviewedLines } from '../../src/run/approved-check.ts';
import { unsavedRows } from '../../src/run/archive-rows.ts';
import { createRunControl } from '../../src/run/control.ts';
import { archiveSession, type SessionEnd } from '../../src/run/session.ts';
import { headerOf, type Checked } from './check.ts';
import { crashesAtWrites } from './crash-points.ts';
import { createDisk, type Disk } from './disk.ts';
import { createClock, createLife } from './life.ts';
import { currentFile, type Place } from './places.ts';
import { countReports } from './report-audit.ts';
import { bytesOf } from './serve-read.ts';
import { drawConditions, GOOD_CONDITIONS } from './server-cases.ts';
import { TOKEN } from './session.ts';
import type { Parts } from './simulation.ts';
import { calmSettings, drawSettings, type SessionSettings } from './settings.ts';

const CHAOS_SESSIONS = 5;
const CALM_SESSIONS = 4;

/** A check's archive under way. */
interface Archive extends Parts {
  readonly checked: Checked & { readonly model: NonNullable<Checked['model']> };
  readonly disk: Disk;
  /** What stands in the folder, by its path there: the digest of each. */
  readonly stored: Map<string, string>;
  readonly beganAt: number;
  /** What each row names when the archive begins. */
  readonly placeOf: ReadonlyMap<number, Place | undefined>;
  readonly violations: string[];
}

/**
 * Saves the files of a check in sessions that are stopped, killed and resumed,
 * audits each, and gives the check as a run that is approved finds it.
 */
export async function simulateArchive(
  parts: Parts,
  checked: Checked,
  violations: string[],
): Promise<Checked | undefined> {
  const { environment, chance, scenario, server } = parts;
  const { model } = checked;
  if (model === undefined) return undefined;
  const disk = createDisk(environment, chance.archive);
  const run = headerOf(scenario, checked, environment.now);
  const header = { ...run, kind: 'check', options: { backup: true }, approved: undefined };
  const lines = [header, ...checked.plan, { state: 'planned', at: environment.now, totals: {} }];
  disk.install(Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
  const beganAt = environment.now;
  const placeOf = new Map<number, Place | undefined>();
  for await (const batch of readRowReports(
    (await parts.openRows()).batches(),
    await replayJournal(disk.source),
  )) {
    for (const { row, target } of batch) placeOf.set(row.row, scenario.places.of(target));
  }
  const whole = { ...checked, model };
  const archive: Archive = {
    ...parts,
    checked: whole,
    disk,
    stored: new Map(),
    beganAt,
    placeOf,
    violations,
  };
  for (let session = 0; session < CHAOS_SESSIONS + CALM_SESSIONS; session += 1) {
    const calm = session >= CHAOS_SESSIONS;
    server.conditions = calm ? GOOD_CONDITIONS : drawConditions(chance.archive);
    server.banned = false;
    const settings = calm
      ? calmSettings(chance.archive)
      : drawSettings(chance.archive, scenario.tight);
    environment.note(`-- archive session ${session + 1}: ${JSON.stringify(settings)}`);
    await simulateSaving(archive, settings, session > 0);
    const state = await auditArchive(archive);
    if (violations.length > 0) return undefined;
    if (!hasWorkLeft(state)) {
      const plan = await readReviewed(archive, state);
      exchangeFiles(archive);
      return { ...checked, plan };
    }
    await environment.pass(chance.archive.whole(0, 20_000));
  }
  violations.push('an archive is not whole after sessions to which nothing happened');
  return undefined;
}

/** One process over the archive, to its end or its crash. */
async function simulateSaving(
  archive: Archive,
  settings: SessionSettings,
  resumes: boolean,
): Promise<void> {
  const { environment, chance, disk, server, checked, openRows } = archive;
  const life = createLife(environment, 'the archive', settings.skewMs);
  const clock = createClock(environment, life);
  const random = (): number => chance.archive.next();
  const control = createRunControl(({ code }) => {
    environment.note(`stop: ${code}`);
  });
  const { crashPoint } = settings;
  let asked = 0;
  const client = createClient({
    transport: server.transport(life, 0, {
      timeoutMs: settings.timeoutMs,
      onDelete: () => {
        throw new Error('an archive has sent a deletion');
      },
      onRead() {
        asked += 1;
        if (crashPoint?.when.kind === 'request' && crashPoint.when.n === asked) life.kill();
      },
      onAnswered: () => undefined,
    }),
    token: TOKEN,
    pacer: createPacer({ intervalMs: settings.intervalMs, clock }),
    redact: (text) => text,
    concurrency: settings.concurrency,
  });
  const reach = { client, control, clock, random, retries: settings.retries };
  const reads = createReads(reach);
  const cancels: (() => void)[] = [];
  const after = (ms: number | undefined, act: () => void): void => {
    if (ms !== undefined) cancels.push(environment.after(ms, act));
  };
  if (crashPoint?.when.kind === 'time') after(crashPoint.when.ms, life.kill);
  after(settings.signalAfterMs, () => {
    life.wake(() => {
      control.stop('interrupted', 'Interrupted by SIGINT.');
      after(settings.secondSignalAfterMs, control.abort);
    });
  });
  const state = await replayJournal(disk.source);
  disk.truncate(state.end);
  const { fullAtWrite, failedSync } = settings;
  const journal = openJournal({
    file: disk.openFile(life, { fullAtWrite, failedSync, dies: crashesAtWrites(crashPoint) }),
    now: () => clock.now(),
    lastStamp: state.lastStamp,
    syncEachSend: false,
    syncEveryMs: 200,
    defer: (act) => {
      life.after(0, act);
    },
    later: (act, ms) => life.after(ms, act),
    onFailure: (error) => {
      control.stop('journal_failed', error.message);
    },
  });
  const { model } = checked;
  let ended: SessionEnd | undefined;
  let bug: unknown;
  archiveSession({
    save: createArchiver({
      source: { ...reach, files: createFiles(reach) },
      store: storeOf(archive),
      look: (target) => reads.look(model, [target]),
    }),
    changeAt: (target) => reads.changeAt(model, target),
    probe: (targets) => reads.look(model, targets),
    journal,
    journalPath: disk.source,
    control,
    clock,
    concurrency: settings.concurrency,
    limit: settings.limit,
    stopAtMs: settings.stopAfterMs === undefined ? undefined : clock.now() + settings.stopAfterMs,
    resumedBy: resumes ? 'simulation' : undefined,
    async rows() {
      await reads.renewStructure(model, Object.keys(model.fileFields));
      const manifest = await openRows();
      return unsavedRows(manifest.batches(), state, { replan: undefined, journal });
    },
  }).then(
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
  if (life.alive) {
    let closed = false;
    const close = (): void => {
      closed = true;
    };
    journal.close().then(close, close);
    await environment.runUntil(() => closed);
  } else if (crashPoint?.power !== undefined && crashPoint.power !== false) {
    disk.cutPower(crashPoint.power === 'all');
  }
  life.kill();
}

/** A folder in memory; what stands in its place there has come to the disk. */
function storeOf({ stored, environment, chance }: Archive): BackupStore {
  return {
    save(row) {
      let bytes = '';
      return {
        begin() {
          bytes = '';
          return Promise.resolve();
        },
        write(chunk) {
          bytes += Buffer.from(chunk).toString();
          return Promise.resolve();
        },
        commit({ sha256 }) {
          return new Promise((resolve) => {
            environment.after(chance.archive.whole(0, 5), () => {
              for (let take = 1; ; take += 1) {
                const path = `backup/${row}.${take}-file`;
                const there = stored.get(path);
                if (there !== undefined && there !== sha256) continue;
                stored.set(path, digestOf(bytes));
                resolve(path);
                return;
              }
            });
          });
        },
        discard: () => Promise.resolve(),
      };
    },
  };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Holds what the reports would say of the archive against its folder and the server's own history. */
async function auditArchive(archive: Archive): Promise<RunState> {
  const { disk, openRows, violations, stored, scenario, checked, beganAt } = archive;
  const state = await replayJournal(disk.source);
  const reports: RowReport[] = [];
  for await (const batch of readRowReports((await openRows()).batches(), state)) {
    reports.push(...batch);
  }
  const lie = ({ row, outcome }: RowReport, why: string): void => {
    violations.push(
      `the archive says of row ${row.row} ${outcome.status}/${outcome.code} (${outcome.message}), and ${why}`,
    );
  };
  if (reports.length !== checked.rows) violations.push('the archive has lost rows');
  let left = 0;
  for (const report of reports) {
    const { outcome, plan, target } = report;
    const { code, file } = outcome;
    if (plan?.plan !== 'delete') continue;
    // What a target names is another place once designers have been there.
    const places = [archive.placeOf.get(report.row.row), scenario.places.of(target)];
    const files = places.flatMap((place) => place?.files ?? []);
    const live = files.filter(({ goneAt }) => goneAt >= beganAt);
    if (code === 'would_delete') {
      if (file?.backup === undefined || stored.get(file.backup) !== file.sha256) {
        lie(report, 'the folder holds no such bytes');
      }
      const isStored = live.some(
        (one) => one.name === file?.name && digestOf(bytesOf(one.documentId)) === file.sha256,
      );
      if (!isStored) lie(report, 'no such file was ever there');
      if (typeof report.seen === 'string' && scenario.display.files === 'names') {
        if (report.seen !== file?.name) lie(report, `the look had seen ${report.seen}`);
      }
    } else if (file?.backup !== undefined) lie(report, 'it is no saved file');
    if (outcome.status === 'not_attempted' && code !== 'would_delete') {
      if (code !== 'nothing_to_delete') left += 1;
    }
    if (outcome.attempts > 0) lie(report, 'an archive sends no deletion');
  }
  if (left > 0 !== hasWorkLeft(state))
    violations.push('the archive does not know whether it is whole');
  const code = exitCodeOfJournal(state, countReports(reports));
  if ((code === 3) !== left > 0) violations.push(`the archive exits ${code}, and ${left} are left`);
  return state;
}

/** Somebody stores other files under the same names, which no look can tell. */
function exchangeFiles({ scenario: { places }, chance, environment }: Archive): void {
  for (const place of places.all) {
    const file = currentFile(place);
    if (file === undefined || !chance.archive.is(0.1)) continue;
    places.remove(place, environment.now, false);
    places.put(place, file.name, environment.now);
  }
}

/** The check as an approved run finds it: now and then a file of its archive is lost by then. */
async function readReviewed(archive: Archive, state: RunState): Promise<PlanLine[]> {
  const { chance, stored } = archive;
  const plan: PlanLine[] = [];
  const verify = (file: {
    readonly backup?: string | undefined;
    readonly sha256?: string | undefined;
  }) =>
    Promise.resolve(
      stored.get(file.backup ?? '') === file.sha256 && !chance.archive.is(0.05)
        ? undefined
        : 'it is not there',
    );
  for await (const line of reviewedLines(state, verify)) plan.push(line);
  return plan;
}
