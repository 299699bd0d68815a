import { InterruptedError } from '../errors.ts';
import { createTargetIndex, type TargetIndex } from '../manifest/duplicates.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { createLabels } from '../project/labels.ts';
import { readLook, showsBase, showsInstance } from '../project/look.ts';
import type { ProjectModel } from '../project/model.ts';
import type { Look, LookedBatch } from '../rows/look.ts';
import type { PlanLine } from '../rows/plan-line.ts';
import type { ManifestRow } from '../rows/row.ts';
import type { Target } from '../rows/target.ts';
import { compareWithApproved } from './compare-with-approved.ts';
import { groupByRecords } from './groups.ts';
import {
  instanceRequired,
  validateRow,
  validateRows,
  validateUnchecked,
  type Validated,
  type ValidatedRow,
} from './validate.ts';
import { invalidVerdict, judgeLook, unseenVerdict, type Verdict } from './verdict.ts';

export interface PlannedRow {
  readonly row: ManifestRow;
  readonly verdict: Verdict;
}

type LookAnswer = Extract<LookedBatch, { kind: 'unreadable' }>;

/** A look could not be read: who cannot look makes no plan. */
export class LookFailed extends Error {
  override name = 'LookFailed';
  readonly answer: LookAnswer;

  constructor(answer: LookAnswer) {
    super(answer.message);
    this.answer = answer;
  }
}

export interface PlanOptions {
  readonly model: ProjectModel;
  readonly defaultInstance: string | undefined;
  readonly look: (targets: readonly Target[]) => Promise<LookedBatch>;
  /** Looks in flight at once. */
  readonly concurrency: number;
  /** The plan lines of an approved check, in the order of the rows, and the project as it was then. */
  readonly approved?: { readonly lines: AsyncIterator<PlanLine>; readonly model: ProjectModel };
  readonly onBlind?: () => void;
}

/**
 * Rows and looks in, verdicts out, in manifest order. Sends nothing but looks.
 * Throws LookFailed when an answer cannot be read, InterruptedError after a stop.
 */
export async function* makePlan(
  rows: AsyncIterable<readonly ManifestRow[]>,
  options: PlanOptions,
): AsyncIterable<readonly PlannedRow[]> {
  const { model, defaultInstance, look, concurrency, approved, onBlind } = options;
  const seen = createTargetIndex({ looseRecords: false });
  // Where the repeating setup cannot be read, what a row names is known after its look.
  const isKnown = model.repeats.kind !== 'unknown';
  const labels = createLabels(model);
  const validate = (row: ManifestRow): Validated =>
    validateRow(row, model, defaultInstance, labels);
  const validated = validateRows(rows, validate, isKnown ? seen : undefined);
  const looked = mapConcurrently(groupByRecords(validated), { concurrency }, async (group) => {
    const asked = group.flatMap((one) => (one.kind === 'valid' ? [one.target] : []));
    if (asked.length === 0) return { group, batch: undefined };
    const batch = await look(asked);
    if (batch.kind === 'stopped') throw new InterruptedError();
    if (batch.kind === 'unreadable') throw new LookFailed(batch);
    return { group, batch };
  });
  const compare = approved === undefined ? undefined : createComparison(approved, model);
  for await (const { group, batch } of looked) {
    if (batch?.blind === true) onBlind?.();
    const planned = judgeGroup(group, batch, options, isKnown ? undefined : seen);
    yield compare === undefined ? planned : await compare(planned);
  }
}

/** The plan where nobody looks: every valid row that repeats no other is to be deleted. */
export async function* planWithoutLooks(
  rows: AsyncIterable<readonly ManifestRow[]>,
  defaultInstance: string | undefined,
): AsyncIterable<readonly PlannedRow[]> {
  const seen = createTargetIndex({ looseRecords: true });
  const validate = (row: ManifestRow): Validated => validateUnchecked(row, defaultInstance);
  for await (const batch of validateRows(rows, validate, seen)) {
    yield batch.map((one) => ({
      row: one.row,
      verdict: one.kind === 'valid' ? unseenVerdict(one.target) : verdictWithoutLook(one),
    }));
  }
}

function verdictWithoutLook(one: Exclude<ValidatedRow, { kind: 'valid' }>): Verdict {
  return one.kind === 'duplicate' ? { kind: 'duplicate', of: one.of } : invalidVerdict(one.faults);
}

type Looked = (LookedBatch & { kind: 'looked' }) | undefined;

function judgeGroup(
  group: readonly ValidatedRow[],
  batch: Looked,
  options: PlanOptions,
  seen: TargetIndex | undefined,
): readonly PlannedRow[] {
  let next = 0;
  return group.map((one) => {
    const { row } = one;
    if (one.kind === 'duplicate') return { row, verdict: verdictWithoutLook(one) };
    const verdict =
      one.kind === 'valid'
        ? judgeValid(one, batch?.looks[next++], batch, options)
        : verdictWithoutLook(one);
    return { row, verdict: seen === undefined ? verdict : findRepeated(one, verdict, seen) };
  });
}

function judgeValid(
  one: Validated & { kind: 'valid' },
  look: Look | undefined,
  batch: Looked,
  { model, defaultInstance }: PlanOptions,
): Verdict {
  const { row, target, signature } = one;
  const seen = look ?? { kind: 'nothing' as const, why: 'not looked at' };
  if (!one.undecided || seen.kind === 'no_record') {
    return judgeLook(row, target, signature, seen, model);
  }
  const rows = batch?.rowsOf(row.record) ?? [];
  const repeats = showsInstance(rows, target, model);
  if (!repeats && showsBase(rows, target, model)) {
    return judgeLook(row, target, signature, seen, model);
  }
  if (defaultInstance === undefined) {
    const form = model.fileFields[row.field]?.form ?? '';
    return invalidVerdict([instanceRequired(row, false, form)]);
  }
  const meant = { ...target, instance: defaultInstance };
  const again: Look = seen.kind === 'nothing' ? seen : readLook(rows, meant, model, true);
  return judgeLook(row, meant, signature, again, model);
}

/** Finds repetitions among rows whose instance only a look could decide. */
function findRepeated(one: Validated, verdict: Verdict, seen: TargetIndex): Verdict {
  if (verdict.kind === 'invalid' && verdict.code === 'instance_required') return verdict;
  const target = 'target' in verdict ? verdict.target : one.target;
  const of = target === undefined ? 0 : seen.claim(target, one.row.row);
  return of === 0 ? verdict : { kind: 'duplicate', of };
}

/** Compares rows, in their order, with the lines of an approved check. */
function createComparison(
  approved: NonNullable<PlanOptions['approved']>,
  now: ProjectModel,
): (planned: readonly PlannedRow[]) => Promise<readonly PlannedRow[]> {
  const models = { reviewed: approved.model, now };
  let line: PlanLine | undefined;
  return async (planned) => {
    const compared: PlannedRow[] = [];
    for (const { row, verdict } of planned) {
      if (line === undefined || line.row < row.row) {
        const next = await approved.lines.next();
        line = next.done === true ? undefined : next.value;
      }
      const reviewed = line?.row === row.row ? line : undefined;
      compared.push({ row, verdict: compareWithApproved(reviewed, verdict, row, models) });
    }
    return compared;
  };
}
