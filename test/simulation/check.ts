import { JOURNAL_VERSION, type JournalHeader } from '../../src/journal/lines.ts';
import type { PlanLine } from '../../src/rows/plan-line.ts';
import { openManifest, type Manifest } from '../../src/manifest/read.ts';
import { makePlan, planWithoutLooks } from '../../src/plan/make-plan.ts';
import { planLine } from '../../src/plan/verdict.ts';
import type { ManifestRow } from '../../src/rows/row.ts';
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

/** The check, by the real rules and plan. Throws LookFailed as they do. */
export async function check(
  model: ProjectModel | undefined,
  open: () => Promise<Manifest>,
  look: (model: ProjectModel, targets: readonly Target[]) => Promise<LookedBatch>,
  approved?: Checked,
): Promise<Checked> {
  const batches = (await open()).batches();
  const planned =
    model === undefined
      ? planWithoutLooks(batches, undefined)
      : makePlan(batches, {
          model,
          defaultInstance: undefined,
          look: (targets) => look(model, targets),
          concurrency: 2,
          ...(approved?.model === undefined
            ? {}
            : { approved: { lines: each(approved.plan), model: approved.model } }),
        });
  const plan: PlanLine[] = [];
  let rows = 0;
  for await (const batch of planned) {
    rows += batch.length;
    for (const { row, verdict } of batch) {
      if (model !== undefined || verdict.kind !== 'delete') plan.push(planLine(row, verdict));
    }
  }
  return { plan, rows, model };
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
    ...(scenario.archived ? { approved: { directory: '', sha256: '', archive: true } } : {}),
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
