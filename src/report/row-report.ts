import type { JournalView } from '../journal/fold.ts';
import type { PlanLine, Seen } from '../rows/plan-line.ts';
import { readOutcomes, seenName } from '../journal/outcome-of.ts';
import { readPlan } from '../journal/read-plan.ts';
import type { Manifest } from '../manifest/read.ts';
import type { ManifestRow } from '../rows/row.ts';
import type { FileFacts, Outcome } from '../rows/outcome.ts';
import { openHeldManifest } from '../run-directory/held-manifest.ts';

/** One row of the manifest with the state that the journal tells of it. */
export interface RowReport {
  readonly row: ManifestRow;
  readonly outcome: Outcome;
  readonly plan: PlanLine | undefined;
  readonly seen: Seen;
  /** The instance that was sent, or would be. */
  readonly instance: string;
  readonly signature: boolean;
}

export interface RowReports {
  readonly manifest: Manifest;
  batches(): AsyncIterable<readonly RowReport[]>;
}

/**
 * Manifest + journal, row by row in manifest order: all reports are views of this
 * stream. Throws ManifestChangedError where the manifest is not the journal's any more.
 */
export async function openRowReports(manifestPath: string, view: JournalView): Promise<RowReports> {
  const manifest = await openHeldManifest(manifestPath, view.header);
  return { manifest, batches: () => joinRows(manifest, view) };
}

/** The same for a manifest that is open already. */
export async function* joinRows(
  manifest: Manifest,
  view: JournalView,
): AsyncIterable<readonly RowReport[]> {
  const outcomes = readOutcomes(view);
  const plan = readPlan(view);
  const fields = view.header.project?.fileFields;
  try {
    for await (const batch of manifest.batches()) {
      const reports: RowReport[] = [];
      for (const row of batch) {
        const found = plan.of(row.row);
        const line = found instanceof Promise ? await found : found;
        const outcome = outcomes.outcomeOf(row.row, line);
        const seen = line?.plan === 'delete' ? line.seen : undefined;
        const field =
          fields !== undefined && Object.hasOwn(fields, row.field) ? fields[row.field] : undefined;
        const message = tell(outcome, seen, view);
        const file = fileOf(outcome, line);
        reports.push({
          row,
          outcome:
            message === outcome.message && file === outcome.file
              ? outcome
              : { ...outcome, message, file },
          plan: line,
          seen,
          instance:
            line !== undefined && 'instance' in line && line.instance !== undefined
              ? line.instance
              : row.instance,
          signature: field?.signature ?? false,
        });
      }
      yield reports;
    }
  } finally {
    outcomes.close();
    await plan.close();
  }
}

/** The name that the check saw stands in for one that nobody read since. */
function fileOf({ file }: Outcome, line: PlanLine | undefined): FileFacts | undefined {
  if (file?.name !== undefined) return file;
  const name = seenName(line);
  return name === undefined ? file : { ...file, name };
}

/** "Deleted" where nobody had seen the file before says that it only may have been this run. */
function tell(outcome: Outcome, seen: Seen, view: JournalView): string {
  if (outcome.status !== 'deleted' || outcome.message !== '' || seen !== undefined) {
    return outcome.message;
  }
  return view.header.project === null
    ? 'the server accepted the deletion; nobody had looked before, so that the run may have removed a file, or nothing was there'
    : 'the server accepted the deletion; no look had shown a file before, so that the run may have removed one';
}
