import { joinRows, type ManifestBatches, type Replan } from '../journal/joined-rows.ts';
import { encodeOutcome } from '../journal/line-codec.ts';
import { settledOutcome } from '../journal/outcome-of.ts';
import { isUnfinished, isUnsaved, type RunState } from '../journal/run-state.ts';
import type { Journal } from '../journal/write.ts';
import type { LookedBatch } from '../rows/look.ts';
import type { FileFacts, Outcome, RowState } from '../rows/outcome.ts';
import type { Target } from '../rows/target.ts';
import { STOP_SENTENCES } from './breaker.ts';
import type { RunControl } from './control.ts';
import type { BeforeDelete } from './row-progress.ts';
import { rowToDelete, type RowToDelete } from './row-source.ts';
import { collectBugs, settleRows } from './settle-rows.ts';
import { createSilence } from './silence.ts';

export interface ArchiveRowsOptions {
  /** Saves the file of one row; see `backup/`. */
  readonly save: (row: RowToDelete) => Promise<BeforeDelete>;
  /** What is known to have changed of a target's place since the look. */
  readonly changeAt: (target: Target) => string | undefined;
  /** Looks that settle no row, to tell a silent server from silent answers. */
  readonly probe: (targets: readonly Target[]) => Promise<LookedBatch>;
  readonly journal: Journal;
  readonly control: RunControl;
  readonly concurrency: number;
  /** `--limit`: files that may be saved. */
  readonly limit: number | undefined;
  readonly onEnded?: ((row: number, outcome: Outcome) => void) | undefined;
}

/**
 * The archiving pass of a check: saves the file of each row that would be
 * deleted. A row that is left, for a stop, gets no line: what the journal does
 * not hold is not saved. This token has just looked, so that all workers begin
 * at once.
 */
export async function archiveRows(
  batches: AsyncIterable<readonly RowToDelete[]>,
  options: ArchiveRowsOptions,
): Promise<void> {
  const { journal, control, probe, concurrency, limit, onEnded } = options;
  const bugs = collectBugs(control);
  const silence = createSilence({
    look: probe,
    onSilent: () => {
      control.stop('no_answers', STOP_SENTENCES.no_answers);
    },
    onBug: bugs.add,
  });
  await settleRows(batches, {
    control,
    bugs,
    silence,
    concurrency,
    hires: () => true,
    ready: () => undefined,
    async settle(row) {
      const { outcome, confirmed } = await archiveRow(row, options);
      if (outcome === undefined) return false;
      journal.append(encodeOutcome(row.row, outcome, false));
      // A file counts once its line is on the disk as well.
      await journal.sync();
      onEnded?.(row.row, outcome);
      silence.finished(row.target, outcome, confirmed);
      return outcome.code === 'would_delete';
    },
    limit,
    limitReached: STOP_SENTENCES.archiveLimit,
  });
}

interface ArchivedRow {
  /** `undefined`: the command stops, and the row is left. */
  readonly outcome: Outcome | undefined;
  readonly confirmed: boolean;
}

async function archiveRow(
  row: RowToDelete,
  { save, changeAt, journal }: ArchiveRowsOptions,
): Promise<ArchivedRow> {
  const startedAt = journal.stamp();
  const end = (
    state: RowState,
    message: string,
    more: { readonly file?: FileFacts | undefined; readonly httpStatus?: number | undefined } = {},
  ): Outcome => ({
    ...state,
    message,
    attempts: 0,
    effect: 'none',
    verified: '',
    startedAt,
    finishedAt: journal.stamp(),
    ...more,
  });
  const moved = (): Outcome | undefined => {
    const change = changeAt(row.target);
    const state = { status: 'guard_mismatch', code: 'changed_since_check' } as const;
    return change === undefined ? undefined : end(state, `${change}; nothing is saved`);
  };
  const before = moved();
  if (before !== undefined) return { outcome: before, confirmed: true };
  const saved = await save(row);
  switch (saved.kind) {
    case 'stopped':
      return { outcome: undefined, confirmed: false };
    case 'no_file': {
      const state = { status: 'not_attempted', code: 'nothing_to_delete' } as const;
      const message = 'nothing was there when the file was to be saved; no request would be sent';
      return { outcome: end(state, message), confirmed: true };
    }
    case 'go': {
      const state = { status: 'not_attempted', code: 'would_delete' } as const;
      const { file } = saved;
      return {
        outcome: end(state, row.seen === undefined ? UNCONFIRMED : '', { file }),
        confirmed: true,
      };
    }
    case 'end': {
      const { state, message, file, httpStatus, confirmed } = saved;
      // What the export failed on may be that the place is another one by now.
      const after = state.status === 'failed' ? moved() : undefined;
      return { outcome: after ?? end(state, message, { file, httpStatus }), confirmed };
    }
  }
}

const UNCONFIRMED = 'unconfirmed: no look could tell whether a file is there; its export was saved';

/** The rows that are still to be saved, those that could not be saved before among them. */
export async function* unsavedRows(
  batches: ManifestBatches,
  run: RunState,
  { replan, journal }: { readonly replan: Replan | undefined; readonly journal: Journal },
): AsyncIterable<readonly RowToDelete[]> {
  const keeps = (row: number): boolean => isUnfinished(run, row) || isUnsaved(run, row);
  for await (const joined of joinRows(batches, run, { keeps, replan })) {
    const rows: RowToDelete[] = [];
    for (const one of joined) {
      const { plan } = one;
      // Its line in the plan is lost, and the project's rules settle it.
      if (plan !== undefined && plan.plan !== 'delete') {
        journal.append(encodeOutcome(plan.row, settledOutcome(run, plan), false));
      } else rows.push(rowToDelete(one, run, undefined));
    }
    if (rows.length > 0) yield rows;
  }
}
