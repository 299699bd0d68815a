import type { RunState } from './run-state.ts';
import { isBodyLine } from './line-codec.ts';
import { readOutcomes } from './outcome-of.ts';
import { readJournal } from './read.ts';
import type { Outcome } from '../rows/outcome.ts';
import type { PlanLine, Seen } from '../rows/plan-line.ts';
import type { ManifestRow } from '../rows/row.ts';
import type { Target } from '../rows/target.ts';

/** One row of the manifest, with what the plan and the journal say of it. */
export interface JoinedRow {
  readonly row: ManifestRow;
  readonly plan: PlanLine | undefined;
  /** What is sent, or would be: with the instance that the plan found. */
  readonly target: Target;
  /** What the check saw there. */
  readonly seen: Seen;
  readonly outcome: Outcome;
}

export type ManifestBatches = AsyncIterable<readonly ManifestRow[]>;

/** A row's plan line, made anew from what needs no look. */
export type Replan = (row: ManifestRow) => PlanLine;

export interface JoinOptions {
  /** Leaves rows out before anything else is read of them. */
  readonly keeps?: ((row: number) => boolean) | undefined;
  /** Where lines of the plan are lost. */
  readonly replan?: Replan | undefined;
}

/**
 * Manifest, plan and journal side by side, in the order of the manifest.
 * Reports, a fresh run, resume and restore are filters of this one stream.
 */
export async function* joinRows(
  batches: ManifestBatches,
  run: RunState,
  { keeps, replan }: JoinOptions = {},
): AsyncGenerator<readonly JoinedRow[], void, undefined> {
  const plan = readPlan(run);
  const outcomes = readOutcomes(run);
  try {
    for await (const batch of batches) {
      const joined: JoinedRow[] = [];
      const planned = await plan.upTo(batch.at(-1)?.row ?? 0);
      for (const row of batch) {
        if (keeps?.(row.row) === false) continue;
        const line = planned.get(row.row) ?? replan?.(row);
        joined.push({
          row,
          plan: line,
          target: targetOf(row, line, run),
          seen: line?.plan === 'delete' ? line.seen : undefined,
          outcome: outcomes.outcomeOf(row.row, line),
        });
      }
      if (joined.length > 0) yield joined;
    }
  } finally {
    outcomes.close();
    await plan.close();
  }
}

/** The instance is the plan's own, or the manifest's; without a check, `--default-instance` where that is blank. */
function targetOf(
  { record, field, event, instance }: ManifestRow,
  plan: PlanLine | undefined,
  { header }: RunState,
): Target {
  const planned = plan !== undefined && 'instance' in plan ? plan.instance : undefined;
  const fallback = header.options['defaultInstance'];
  const isBlank = header.project === null && instance === '' && typeof fallback === 'string';
  return { record, field, event, instance: planned ?? (isBlank ? fallback : instance) };
}

/** The plan lines of a journal, read on as the rows come. */
function readPlan(run: RunState): {
  /** The lines of the rows up to this one that were not asked for before. */
  upTo: (row: number) => Promise<ReadonlyMap<number, PlanLine>>;
  close: () => Promise<void>;
} {
  const batches = planLines(run);
  let ahead: readonly PlanLine[] = [];
  return {
    async upTo(row) {
      const lines = new Map<number, PlanLine>();
      for (;;) {
        const next = ahead.findIndex((line) => line.row > row);
        for (const line of next === -1 ? ahead : ahead.slice(0, next)) lines.set(line.row, line);
        ahead = next === -1 ? [] : ahead.slice(next);
        if (ahead.length > 0) return lines;
        const read = await batches.next();
        if (read.done === true) return lines;
        ahead = read.value;
      }
    },
    async close() {
      await batches.return();
    },
  };
}

/** All plan lines in the order of the rows. */
export async function* planLines(
  run: RunState,
): AsyncGenerator<readonly PlanLine[], void, undefined> {
  for await (const lines of readJournal(run.path, run.planEnd)) {
    const plan: PlanLine[] = [];
    for (const { value } of lines) {
      if (value === undefined || !isBodyLine(value, run.header.manifest.rows)) continue;
      if ('plan' in value) plan.push(value);
    }
    if (plan.length > 0) yield plan;
  }
}
