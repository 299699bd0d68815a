import type { RunState } from '../../src/journal/run-state.ts';
import { createHash } from 'node:crypto';
import { createBeforeDelete } from '../../src/backup/before-delete.ts';
import type { BackupStore } from '../../src/backup/store.ts';
import type { FileSource } from '../../src/backup/download-file.ts';
import type { Journal } from '../../src/journal/write.ts';
import type { LookedBatch } from '../../src/rows/look.ts';
import type { BeforeDelete } from '../../src/run/row-progress.ts';
import type { RowToDelete } from '../../src/run/row-source.ts';
import type { Target } from '../../src/rows/target.ts';
import { addViolation, deletionsOf, type Simulation } from './simulation.ts';
import { bytesOf } from './serve-read.ts';

export interface BeforeDeleteParts {
  readonly source: FileSource;
  readonly journal: Journal;
  readonly run: RunState;
  readonly process: number;
  readonly look: ((targets: readonly Target[]) => Promise<LookedBatch>) | undefined;
}

/** The real guards and backup, with a store in memory; when each was judged is kept for the audit. */
export function watchBeforeDelete(
  simulation: Simulation,
  { source, journal, run, process, look }: BeforeDeleteParts,
): ((work: RowToDelete) => Promise<BeforeDelete>) | undefined {
  const { scenario, environment } = simulation;
  if (!scenario.guards && !scenario.backup && !scenario.archived) return undefined;
  const judge = createBeforeDelete({
    source,
    store: scenario.backup ? memoryStore(simulation) : undefined,
    journal,
    look: look && ((target) => look([target])),
    earlier: (row) => run.backups.get(row),
  });
  return async (work) => {
    const beganAt = environment.now;
    const result = await judge(work);
    if (result.kind !== 'go') return result;
    const earlier = simulation.judged.get(work.row) ?? [];
    simulation.judged.set(work.row, [...earlier, { process, beganAt }]);
    return result;
  };
}

function memoryStore(simulation: Simulation): BackupStore {
  return {
    save(row) {
      const hash = createHash('sha256');
      let digest = hash.copy();
      return {
        begin: () => {
          digest = hash.copy();
          return Promise.resolve();
        },
        write: (chunk) => {
          digest.update(chunk);
          return Promise.resolve();
        },
        commit: () => {
          simulation.backedUp.add(digest.digest('hex'));
          return Promise.resolve(`backup/${row}`);
        },
        discard: () => Promise.resolve(),
      };
    },
  };
}

/** A guarded or saved row leaves only once it was judged anew. */
export function auditBeforeDelete(simulation: Simulation, row: number, process: number): void {
  const { scenario } = simulation;
  if (!isGuardedOrSaved(simulation, row)) return;
  const judged = simulation.judged.get(row)?.at(-1);
  if (judged?.process !== process)
    addViolation(simulation, `row ${row} was sent and its guard not judged`);
  const lost = deletionsOf(simulation, row).filter((one) => one.process === process);
  const last = lost.at(-2);
  if (judged !== undefined && last !== undefined && judged.beganAt < (last.answeredAt ?? 0)) {
    addViolation(simulation, `row ${row} was sent again and its guard not judged anew`);
  }
  if (!scenario.backup) return;
  const { durableBytes } = simulation.disk;
  const line = simulation.disk.lines().findLast((one) => one.row === row && one.state === 'backup');
  if (line === undefined || line.end > durableBytes) {
    addViolation(simulation, `row ${row} was sent before its backup was in the journal`);
  }
}

/** What was removed must be what was guarded and saved, or have come after the judgement. */
export function auditRemovals(simulation: Simulation, row: number): void {
  const expected = simulation.guardOf.get(row) ?? '';
  for (const { removed, leftAt } of deletionsOf(simulation, row)) {
    if (removed === undefined || !isGuardedOrSaved(simulation, row)) continue;
    const { file } = removed;
    const judged = simulation.judged.get(row)?.findLast(({ beganAt }) => beganAt <= leftAt);
    const judgedAt = judged?.beganAt ?? leftAt;
    // Put there after the judgement that let this request go.
    if (file.putAt >= judgedAt) continue;
    // Names are judged by an export, which may not have shown it yet.
    const wasShown = file.putAt < judgedAt - simulation.scenario.display.lagMs;
    if (expected !== '' && file.name !== expected && wasShown) {
      addViolation(simulation, `row ${row} removed ${file.name}, its guard expects ${expected}`);
    }
    const digest = createHash('sha256').update(bytesOf(file.documentId)).digest('hex');
    const line = simulation.plan.get(row);
    const archived = line?.plan === 'delete' ? line.archived?.sha256 : undefined;
    if (simulation.scenario.archived && digest !== archived) {
      addViolation(simulation, `row ${row} removed ${file.name}, whose bytes no archive holds`);
    }
    if (simulation.scenario.backup && !simulation.backedUp.has(digest)) {
      addViolation(simulation, `row ${row} removed ${file.name}, of which there is no backup`);
    }
  }
}

function isGuardedOrSaved(simulation: Simulation, row: number): boolean {
  const { backup, archived } = simulation.scenario;
  return backup || archived || (simulation.guardOf.get(row) ?? '') !== '';
}
