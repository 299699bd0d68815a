import { JOURNAL_VERSION, type JournalHeader } from '../../src/journal/lines.ts';
import type { PlanLine } from '../../src/rows/plan-line.ts';
import { openManifest, type Manifest } from '../../src/manifest/read.ts';
import { makePlan, type PlannedRow } from '../../src/plan/make-plan.ts';
import { ruleRow } from '../../src/plan/rules.ts';
import { ruledRows, ruleUnchecked, surveyManifest } from '../../src/plan/survey.ts';
import { invalidVerdict, planLine } from '../../src/plan/verdict.ts';
import type { ManifestRow } from '../../src/rows/row.ts';
import type { Ruled } from '../../src/plan/rules.ts';
import type { LookedBatch } from '../../src/rows/look.ts';
import type { ProjectModel } from '../../src/project/model.ts';
import type { Target } from '../../src/rows/target.ts';
import { digestOf } from './manifest-copy.ts';
import type { Scenario } from './scenario.ts';

export interface Checked {
  readonly plan: readonly PlanLine[];
  readonly rows: number;
  /** Absent with `--no-check`. */
  readonly model: ProjectModel | undefined;
}

/** Reads the manifest once; the rows are then given again and again. */
export async function readRows(text: string): Promise<() => Promise<Manifest>> {
  const manifest = await openManifest(chunksOf(Buffer.from(text)));
  const batches: (readonly ManifestRow[])[] = [];
  for await (const batch of manifest.batches()) batches.push(batch);
  return () => Promise.resolve({ ...manifest, batches: () => each(batches) });
}

/** The check, by the real rules, survey and plan. Throws LookFailed as they do. */
export async function check(
  model: ProjectModel | undefined,
  open: () => Promise<Manifest>,
  look: (model: ProjectModel, targets: readonly Target[]) => Promise<LookedBatch>,
  approved?: Checked,
): Promise<Checked> {
  const rule = (row: ManifestRow): Ruled =>
    model === undefined ? ruleUnchecked(row, undefined) : ruleRow(row, model, undefined);
  const survey = await surveyManifest({
    open,
    rule,
    looseRecords: model === undefined,
    findsDuplicates: true,
  });
  const rows = ruledRows(await open(), rule, survey.duplicateOf);
  const plan: PlanLine[] = [];
  if (model === undefined) {
    for await (const batch of rows) {
      for (const { row, ruled, duplicateOf } of batch) {
        if (ruled.kind === 'faulty') plan.push(planLine(row, invalidVerdict(ruled.faults)));
        else if (duplicateOf > 0) plan.push({ row: row.row, plan: 'duplicate', of: duplicateOf });
      }
    }
    return { plan, rows: survey.rows, model };
  }
  const planned: AsyncIterable<readonly PlannedRow[]> = makePlan(rows, {
    model,
    defaultInstance: undefined,
    look: (targets) => look(model, targets),
    ahead: 2,
    ...(approved?.model === undefined
      ? {}
      : { approved: { lines: each(approved.plan), model: approved.model } }),
  });
  for await (const batch of planned) {
    for (const { row, verdict } of batch) plan.push(planLine(row, verdict));
  }
  return { plan, rows: survey.rows, model };
}

/** The first bytes of a run's journal, as they stand when the run directory is born. */
export function headerOf(
  scenario: Scenario,
  { rows, model }: Checked,
  startedAtMs: number,
): JournalHeader {
  return {
    version: JOURNAL_VERSION,
    kind: 'run',
    tool: 'redcap-sweep simulation',
    startedAt: new Date(startedAtMs).toISOString(),
    host: 'nowhere',
    user: 'nobody',
    manifest: {
      name: 'manifest.csv',
      sha256: digestOf(scenario.manifest),
      bytes: scenario.manifest.length,
      rows,
    },
    columns: {},
    url: 'https://redcap.test/api/',
    project: model ?? null,
    options: {
      check: scenario.checks,
      verify: scenario.verifies,
      backup: scenario.backup,
    },
    token: { salt: '', sha256: '' },
  };
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield bytes;
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  await Promise.resolve();
  yield* items;
}
