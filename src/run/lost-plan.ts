import type { RunState } from '../journal/run-state.ts';
import type { Replan } from '../journal/joined-rows.ts';
import type { Manifest } from '../manifest/read.ts';
import type { ManifestRow } from '../rows/row.ts';
import { createTargetIndex } from '../manifest/duplicates.ts';
import {
  instanceRequired,
  validateRow,
  validateRows,
  validateUnchecked,
  type Validated,
} from '../plan/validate.ts';
import { invalidVerdict, planLine, unseenVerdict } from '../plan/verdict.ts';

/**
 * Judges the rows whose plan line a hole in the journal took: the project's
 * rules as the check knew them, and the manifest, say which instance is meant
 * and which rows are invalid or repeat another one. What the check saw there is
 * not known any more. `undefined` where no line of the plan can be lost.
 */
export async function replanLost(
  run: RunState,
  open: () => Promise<Manifest>,
): Promise<Replan | undefined> {
  if (run.holes?.inPlan !== true) return undefined;
  const { project, options } = run.header;
  const fallback = options['defaultInstance'];
  const instance = typeof fallback === 'string' ? fallback : undefined;
  const validate = (row: ManifestRow): Validated =>
    project === null ? validateUnchecked(row, instance) : validateRow(row, project, instance);
  const seen = createTargetIndex({ looseRecords: project === null });
  const duplicates = new Map<number, number>();
  for await (const batch of validateRows((await open()).batches(), validate, seen)) {
    for (const one of batch) if (one.kind === 'duplicate') duplicates.set(one.row.row, one.of);
  }
  return (row) => {
    const of = duplicates.get(row.row);
    if (of !== undefined) return planLine(row, { kind: 'duplicate', of });
    const one = validate(row);
    if (one.kind === 'invalid') return planLine(row, invalidVerdict(one.faults));
    if (!one.undecided) return planLine(row, unseenVerdict(one.target));
    const form = project?.fileFields[row.field]?.form ?? '';
    return planLine(row, invalidVerdict([instanceRequired(row, false, form)]));
  };
}
