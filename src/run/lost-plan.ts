import type { JournalView } from '../journal/fold.ts';
import type { Replan } from '../journal/joined-rows.ts';
import type { Manifest } from '../manifest/read.ts';
import type { ManifestRow } from '../rows/row.ts';
import { instanceRequired, ruleRow, type Ruled } from '../plan/rules.ts';
import { ruleUnchecked, surveyManifest } from '../plan/survey.ts';
import { invalidVerdict, planLine, unseenVerdict } from '../plan/verdict.ts';

/**
 * Judges the rows whose plan line a hole in the journal took: the project's
 * rules as the check knew them, and the manifest, say which instance is meant
 * and which rows are invalid or repeat another one. What the check saw there is
 * not known any more. `undefined` where no line of the plan can be lost.
 */
export async function replanLost(
  view: JournalView,
  open: () => Promise<Manifest>,
): Promise<Replan | undefined> {
  if (view.holes?.inPlan !== true) return undefined;
  const { project, options } = view.header;
  const fallback = options['defaultInstance'];
  const instance = typeof fallback === 'string' ? fallback : undefined;
  const rule = (row: ManifestRow): Ruled =>
    project === null ? ruleUnchecked(row, instance) : ruleRow(row, project, instance);
  const looseRecords = project === null;
  const { duplicateOf } = await surveyManifest({ open, rule, looseRecords, findsDuplicates: true });
  return (row) => {
    const ruled = rule(row);
    const of = ruled.target === undefined ? 0 : duplicateOf(row.row);
    if (of > 0) return planLine(row, { kind: 'duplicate', of });
    if (ruled.kind === 'faulty') return planLine(row, invalidVerdict(ruled.faults));
    if (!ruled.undecided) return planLine(row, unseenVerdict(ruled.target));
    const form = project?.fileFields[row.field]?.form ?? '';
    return planLine(row, invalidVerdict([instanceRequired(row, false, form)]));
  };
}
