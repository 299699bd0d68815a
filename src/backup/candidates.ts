import type { RunState } from '../journal/run-state.ts';
import type { ProjectModel } from '../project/model.ts';
import { joinRows, type JoinedRow, type Replan } from '../journal/joined-rows.ts';
import { openManifestCopy } from '../run-directory/manifest-copy.ts';
import type { Target } from '../rows/target.ts';

/** A file that a run backed up and may have deleted. */
export interface Candidate {
  readonly row: number;
  readonly target: Target;
  /** Under which name it was stored; the disk has another one. */
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Path inside the directory that holds the copy, with forward slashes. */
  readonly backup: string;
  /** Whose copy it is: the run's own, or that in the archive of the check which it carried out. */
  readonly heldBy: 'run' | 'archive';
  readonly signature: boolean;
}

export interface CandidateOptions {
  readonly directory: string;
  readonly run: RunState;
  /** Tells signatures; `null` where nobody has read the project yet. */
  readonly model: Pick<ProjectModel, 'fileFields'> | null;
  /** Where lines of the plan are lost: which instance a row means. */
  readonly replan?: Replan | undefined;
  /** `--rows`; all where absent. */
  readonly chosen?: ((row: number) => boolean) | undefined;
}

/** The backed-up or archived files whose row is `deleted` or `unknown`, in manifest order. */
export async function* findCandidates(options: CandidateOptions): AsyncGenerator<Candidate> {
  const { run, model, chosen, replan } = options;
  const manifest = await openManifestCopy(options.directory, run.header);
  for await (const batch of joinRows(manifest.batches(), run, { keeps: chosen, replan })) {
    for (const joined of batch) {
      // Where its instance is lost, nobody knows where the file belongs.
      if (joined.plan !== undefined && joined.plan.plan !== 'delete') continue;
      const candidate = candidateOf(joined, run, model);
      if (candidate !== undefined) yield candidate;
    }
  }
}

function candidateOf(
  { row, outcome, target, plan }: JoinedRow,
  run: RunState,
  model: CandidateOptions['model'],
): Candidate | undefined {
  if (outcome.status !== 'deleted' && outcome.status !== 'unknown') return undefined;
  const own = outcome.file?.backup === undefined ? run.backups.get(row.row) : outcome.file;
  const file = own ?? (plan?.plan === 'delete' ? plan.archived : undefined);
  if (file?.backup === undefined) return undefined;
  const { name = '', bytes = 0, sha256 = '', backup } = file;
  const fields = model?.fileFields ?? {};
  const signature = Object.hasOwn(fields, target.field) && fields[target.field]?.signature === true;
  const heldBy = own === undefined ? 'archive' : 'run';
  return { row: row.row, target, name, bytes, sha256, backup, heldBy, signature };
}

/** What a restore has to do, counted before anything is asked. */
export interface RestorePlan {
  readonly files: number;
  readonly bytes: number;
  readonly signatures: number;
  /** Of the others, those whose only copy is in the check's archive. */
  readonly archived: number;
}

export async function countCandidates(candidates: AsyncIterable<Candidate>): Promise<RestorePlan> {
  let files = 0;
  let bytes = 0;
  let signatures = 0;
  let archived = 0;
  for await (const candidate of candidates) {
    files += 1;
    if (candidate.signature) signatures += 1;
    else {
      bytes += candidate.bytes;
      if (candidate.heldBy === 'archive') archived += 1;
    }
  }
  return { files, bytes, signatures, archived };
}
