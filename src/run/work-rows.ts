import type { JournalView } from '../journal/fold.ts';
import { joinRows, type JoinedRow, type ManifestBatches } from '../journal/joined-rows.ts';
import { PHASE } from '../journal/row-index.ts';
import type { ManifestRow } from '../rows/row.ts';
import type { Guards, Prior, WorkRow } from './work.ts';

/** The rows that a fresh run deletes. */
export async function* freshWork(
  batches: ManifestBatches,
  view: JournalView,
): AsyncIterable<readonly WorkRow[]> {
  const keeps = (row: number): boolean => view.index.phase(row) !== PHASE.settledByPlan;
  for await (const joined of joinRows(batches, view, { keeps })) {
    yield joined.map((one) => workRow(one, undefined));
  }
}

export function workRow({ row, target, seen }: JoinedRow, prior: Prior | undefined): WorkRow {
  return { row: row.row, target, seen, guards: guardsOf(row), prior };
}

function guardsOf({ expectFilename, expectSha256 }: ManifestRow): Guards | undefined {
  return expectFilename === '' && expectSha256 === ''
    ? undefined
    : { filename: expectFilename, sha256: expectSha256 };
}
