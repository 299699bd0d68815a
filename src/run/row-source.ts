import type { RunState } from '../journal/run-state.ts';
import type { Instant } from '../clock.ts';
import { joinRows, type JoinedRow, type ManifestBatches } from '../journal/joined-rows.ts';
import { PHASE } from '../journal/row-index.ts';
import type { Effect, FileFacts, UnknownCode } from '../rows/outcome.ts';
import type { Seen } from '../rows/plan-line.ts';
import type { ManifestRow } from '../rows/row.ts';
import type { Target } from '../rows/target.ts';

/** A row that the run may send. */
export interface RowToDelete {
  readonly row: number;
  readonly target: Target;
  /** What the check saw at the target. */
  readonly seen: Seen;
  readonly guards: Guards | undefined;
  readonly earlier: EarlierAttempts | undefined;
  /** When the look of `resume` was made, which goes stale while the row waits. */
  readonly lookedAt?: Instant;
}

/** What the stored file must still be; `''`: nothing says. */
export interface Guards {
  readonly filename: string;
  readonly sha256: string;
  /** The digest is that of the approved check's archive; `lost`: its line in the journal is. */
  readonly archive?: 'held' | 'lost';
}

/** What earlier sessions of the run did to a row. */
export interface EarlierAttempts {
  readonly attempts: number;
  readonly effect: Effect;
  readonly startedAt: number | undefined;
  /** How the last try ended, where nothing tells what became of the file. */
  readonly code: UnknownCode | undefined;
  /** What the server had said. */
  readonly said: string | undefined;
  readonly httpStatus: number | undefined;
  readonly file: FileFacts | undefined;
}

/** The rows that a fresh run deletes. */
export async function* freshRows(
  batches: ManifestBatches,
  run: RunState,
): AsyncIterable<readonly RowToDelete[]> {
  const keeps = (row: number): boolean => run.index.phase(row) !== PHASE.settledByPlan;
  for await (const joined of joinRows(batches, run, { keeps })) {
    yield joined.map((one) => rowToDelete(one, run, undefined));
  }
}

export function rowToDelete(
  { row, target, seen, plan }: JoinedRow,
  { header }: RunState,
  earlier: EarlierAttempts | undefined,
): RowToDelete {
  const guards = header.approved?.archive === true ? archiveGuards(row, plan) : manifestGuards(row);
  return { row: row.row, target, seen, guards, earlier };
}

/** A digest of the manifest's own is that of the archive, or the check had left the row out. */
function archiveGuards({ expectFilename: filename }: ManifestRow, plan: JoinedRow['plan']): Guards {
  const sha256 = plan?.plan === 'delete' ? plan.archived?.sha256 : undefined;
  return sha256 === undefined
    ? { filename, sha256: '', archive: 'lost' }
    : { filename, sha256, archive: 'held' };
}

function manifestGuards({ expectFilename, expectSha256 }: ManifestRow): Guards | undefined {
  return expectFilename === '' && expectSha256 === ''
    ? undefined
    : { filename: expectFilename, sha256: expectSha256 };
}
