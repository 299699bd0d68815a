import type { JournalView } from '../journal/fold.ts';
import type { ProjectModel } from '../project/model.ts';
import { openRowReports, type RowReport } from '../report/row-report.ts';
import type { Replan } from '../run/lost-plan.ts';
import { workRow } from '../run/work-rows.ts';
import type { Candidate } from './restored.ts';

export interface CandidateOptions {
  readonly manifestPath: string;
  readonly view: JournalView;
  /** Tells signatures; `null` where nobody has read the project yet. */
  readonly model: Pick<ProjectModel, 'fileFields'> | null;
  /** Where lines of the plan are lost: which instance a row means. */
  readonly replan?: Replan | undefined;
  /** `--rows`; all where absent. */
  readonly chosen?: ((row: number) => boolean) | undefined;
}

/** The backed-up files whose row is `deleted` or `unknown`, in manifest order. */
export async function* findCandidates(options: CandidateOptions): AsyncGenerator<Candidate> {
  const { view, model, chosen } = options;
  const reports = await openRowReports(options.manifestPath, view);
  for await (const batch of reports.batches()) {
    for (const report of batch) {
      if (chosen?.(report.row.row) === false) continue;
      const plan = report.plan ?? options.replan?.(report.row);
      // Where its instance is lost, nobody knows where the file belongs.
      if (plan !== undefined && plan.plan !== 'delete') continue;
      const candidate = candidateOf({ ...report, plan }, view, model);
      if (candidate !== undefined) yield candidate;
    }
  }
}

function candidateOf(
  { row, outcome, plan }: RowReport,
  view: JournalView,
  model: CandidateOptions['model'],
): Candidate | undefined {
  if (outcome.status !== 'deleted' && outcome.status !== 'unknown') return undefined;
  const file = outcome.file?.backup === undefined ? view.backups.get(row.row) : outcome.file;
  if (file?.backup === undefined) return undefined;
  const { name = '', bytes = 0, sha256 = '', backup } = file;
  const { target } = workRow(row, plan, view, undefined);
  const fields = model?.fileFields ?? {};
  const signature = Object.hasOwn(fields, target.field) && fields[target.field]?.signature === true;
  return { row: row.row, target, name, bytes, sha256, backup, signature };
}
