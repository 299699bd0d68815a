import type { PlanLine } from '../../src/rows/plan-line.ts';
import { openManifest } from '../../src/manifest/read.ts';
import type { Target } from '../../src/rows/target.ts';
import { makePlan, type PlannedRow } from '../../src/plan/make-plan.ts';
import { countPlans, type PlanTotals } from '../../src/plan/totals.ts';
import { exportAnswerOf } from '../../src/cli/server.ts';
import { lookAt } from '../../src/project/look.ts';
import type { LookedBatch } from '../../src/rows/look.ts';
import type { ProjectModel } from '../../src/project/model.ts';
import { readModel } from '../../src/project/read-model.ts';
import type { Sandbox } from '../../src/sandbox/handler.ts';
import { inChunks } from '../manifest/manifest-of.ts';
import { readSandbox } from '../project/builders.ts';

export interface PlanSettings {
  readonly defaultInstance?: string;
  readonly approved?: readonly PlanLine[];
  /** The project as the approved check read it; as it is now where absent. */
  readonly reviewed?: ProjectModel;
  readonly concurrency?: number;
}

export interface Planned {
  readonly rows: readonly PlannedRow[];
  readonly totals: PlanTotals;
  /** Targets of each look, in the order in which they were asked for. */
  readonly looks: readonly (readonly Target[])[];
  readonly blind: boolean;
}

/** A manifest's plan from rules and looks, put together as the commands do. */
export async function planOf(
  csv: string,
  model: ProjectModel,
  look: (targets: readonly Target[]) => LookedBatch | Promise<LookedBatch>,
  settings: PlanSettings = {},
): Promise<Planned> {
  const { defaultInstance, approved, concurrency = 2 } = settings;
  const manifest = await openManifest(inChunks(Buffer.from(csv), 65_536));
  const looks: (readonly Target[])[] = [];
  const rows: PlannedRow[] = [];
  const plans = countPlans(model);
  let blind = false;
  const planned = makePlan(manifest.batches(), {
    model,
    defaultInstance,
    look: async (targets) => {
      looks.push(targets);
      return look(targets);
    },
    concurrency,
    onBlind: () => (blind = true),
    ...(approved === undefined
      ? {}
      : { approved: { lines: oneByOne(approved), model: settings.reviewed ?? model } }),
  });
  for await (const batch of planned) {
    rows.push(...batch);
    for (const one of batch) plans.add(one);
  }
  return { rows, totals: plans.totals, looks, blind };
}

/** The same with the sandbox for a server. */
export async function planAgainst(
  sandbox: Sandbox,
  csv: string,
  settings: PlanSettings = {},
): Promise<Planned> {
  const reader = readSandbox(sandbox);
  const model = await readModel(reader);
  return planOf(
    csv,
    model,
    (targets) =>
      lookAt(async (query) => exportAnswerOf(await reader.exportRecords(query)), model, targets),
    settings,
  );
}

/** Row, verdict, and its code or what it repeats. */
export function briefly({ rows }: Planned): string[] {
  return rows.map(({ row, verdict }) => {
    const more =
      verdict.kind === 'duplicate'
        ? ` of ${verdict.of}`
        : 'code' in verdict
          ? ` ${verdict.code}`
          : '';
    return `${row.row} ${verdict.kind}${more}`;
  });
}

export function messageOf({ rows }: Planned, row: number): string {
  const verdict = rows[row - 1]?.verdict;
  return verdict !== undefined && 'message' in verdict ? verdict.message : '';
}

async function* oneByOne<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}
