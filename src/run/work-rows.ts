import type { JournalView } from '../journal/fold.ts';
import type { PlanLine } from '../rows/plan-line.ts';
import { readPlan } from '../journal/read-plan.ts';
import { PHASE } from '../journal/row-index.ts';
import type { ManifestRow } from '../rows/row.ts';
import type { Guards, Prior, WorkRow } from './work.ts';

export type ManifestBatches = AsyncIterable<readonly ManifestRow[]>;

/** The rows that a fresh run deletes: manifest and plan side by side. */
export async function* freshWork(
  batches: ManifestBatches,
  view: JournalView,
): AsyncIterable<readonly WorkRow[]> {
  const plan = readPlan(view);
  try {
    for await (const batch of batches) {
      const work: WorkRow[] = [];
      for (const row of batch) {
        const found = plan.of(row.row);
        const line = found instanceof Promise ? await found : found;
        if (view.index.phase(row.row) === PHASE.settledByPlan) continue;
        work.push(workRow(row, line, view, undefined));
      }
      if (work.length > 0) yield work;
    }
  } finally {
    await plan.close();
  }
}

export function workRow(
  row: ManifestRow,
  line: PlanLine | undefined,
  view: JournalView,
  prior: Prior | undefined,
): WorkRow {
  const planned = line?.plan === 'delete' ? line : undefined;
  const fallback = view.header.options['defaultInstance'];
  const instance =
    planned?.instance ??
    (view.header.project === null && row.instance === '' && typeof fallback === 'string'
      ? fallback
      : row.instance);
  return {
    row: row.row,
    target: { record: row.record, field: row.field, event: row.event, instance },
    seen: planned?.seen,
    guards: guardsOf(row),
    prior,
  };
}

function guardsOf({ expectFilename, expectSha256 }: ManifestRow): Guards | undefined {
  return expectFilename === '' && expectSha256 === ''
    ? undefined
    : { filename: expectFilename, sha256: expectSha256 };
}
