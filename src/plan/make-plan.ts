import { InterruptedError } from '../errors.ts';
import type { PlanLine } from '../rows/plan-line.ts';
import type { ManifestRow } from '../rows/row.ts';
import type { Target } from '../rows/target.ts';
import { readLook, showsBase, showsInstance } from '../project/look.ts';
import type { Look } from '../rows/look.ts';
import type { LookedBatch } from '../rows/look.ts';
import type { ProjectModel } from '../project/model.ts';
import { holdAgainst } from './changed.ts';
import { groupByRecords, needsLook, type RuledRow } from './groups.ts';
import { mapOrdered } from './ordered.ts';
import { instanceRequired, type Ruled } from './rules.ts';
import { invalidVerdict, judgeLook, type Verdict } from './verdict.ts';

export interface PlannedRow {
  readonly row: ManifestRow;
  readonly verdict: Verdict;
}

/** A look could not be read: who cannot look makes no plan. */
export class LookFailed extends Error {
  override name = 'LookFailed';
}

export interface PlanOptions {
  readonly model: ProjectModel;
  readonly defaultInstance: string | undefined;
  readonly look: (targets: readonly Target[]) => Promise<LookedBatch>;
  /** Looks under way at once. */
  readonly ahead: number;
  /** The plan lines of an approved check, in the order of the rows, and the project as it was then. */
  readonly approved?: { readonly lines: AsyncIterator<PlanLine>; readonly model: ProjectModel };
  /**
   * Where the repeating setup cannot be read, a target is known only after its
   * look: remembers it and gives the first row that names it, or 0.
   */
  readonly lateDuplicate?: (target: Target, row: number) => number;
  readonly onBlind?: () => void;
}

/**
 * Rows and looks in, verdicts out, in manifest order. Sends nothing but looks.
 * Throws LookFailed when an answer cannot be read, InterruptedError after a stop.
 */
export async function* makePlan(
  rows: AsyncIterable<readonly RuledRow[]>,
  options: PlanOptions,
): AsyncIterable<readonly PlannedRow[]> {
  const judge = judgeGroup(options);
  let line: PlanLine | undefined;
  const looked = mapOrdered(groupByRecords(rows), options.ahead, async (group) => {
    const asked = group.filter(needsLook).map((one) => targetOf(one));
    if (asked.length === 0) return { group, batch: undefined };
    const batch = await options.look(asked);
    if (batch.kind === 'stopped') throw new InterruptedError();
    if (batch.kind === 'unreadable') throw new LookFailed(batch.message);
    return { group, batch };
  });
  for await (const { group, batch } of looked) {
    if (batch?.blind === true) options.onBlind?.();
    const planned = judge(group, batch);
    const { approved } = options;
    if (approved === undefined) {
      yield planned;
      continue;
    }
    const models = { reviewed: approved.model, now: options.model };
    const held: PlannedRow[] = [];
    for (const { row, verdict } of planned) {
      if (line === undefined || line.row < row.row) line = await nextLine(approved.lines);
      const reviewed = line?.row === row.row ? line : undefined;
      held.push({ row, verdict: holdAgainst(reviewed, verdict, row, models) });
    }
    yield held;
  }
}

async function nextLine(lines: AsyncIterator<PlanLine>): Promise<PlanLine | undefined> {
  const next = await lines.next();
  return next.done === true ? undefined : next.value;
}

type Looked = (LookedBatch & { kind: 'looked' }) | undefined;

function judgeGroup(
  options: PlanOptions,
): (group: readonly RuledRow[], batch: Looked) => PlannedRow[] {
  return (group, batch) => {
    let next = 0;
    return group.map((one) => {
      const { row, ruled } = one;
      const look = needsLook(one) ? batch?.looks[next++] : undefined;
      if (ruled.kind === 'faulty' && ruled.target === undefined) {
        return { row, verdict: invalidVerdict(ruled.faults) };
      }
      if (one.duplicateOf > 0) return { row, verdict: { kind: 'duplicate', of: one.duplicateOf } };
      const verdict =
        ruled.kind === 'faulty'
          ? invalidVerdict(ruled.faults)
          : judgeSound(one, look, batch, options);
      return { row, verdict: repeatedLate(row, ruled, verdict, options) };
    });
  };
}

/** Finds repetitions among rows whose instance only a look could decide. */
function repeatedLate(
  row: ManifestRow,
  ruled: Ruled,
  verdict: Verdict,
  { lateDuplicate }: PlanOptions,
): Verdict {
  if (lateDuplicate === undefined || ruled.target === undefined) return verdict;
  if (verdict.kind === 'invalid' && verdict.code === 'instance_required') return verdict;
  const resolved = 'target' in verdict ? verdict.target : ruled.target;
  const first = lateDuplicate(resolved, row.row);
  return first === 0 ? verdict : { kind: 'duplicate', of: first };
}

function judgeSound(
  { row, ruled }: RuledRow,
  look: Look | undefined,
  batch: Looked,
  { model, defaultInstance }: PlanOptions,
): Verdict {
  if (ruled.kind !== 'sound') throw new Error('only sound rows are judged by a look');
  const seen = look ?? { kind: 'nothing' as const, why: 'not looked at' };
  if (!ruled.undecided) return judgeLook(row, ruled.target, ruled.signature, seen, model);
  if (seen.kind === 'no_record') {
    return judgeLook(row, ruled.target, ruled.signature, seen, model);
  }
  const rows = batch?.rowsOf(row.record) ?? [];
  const repeats = showsInstance(rows, ruled.target, model);
  if (!repeats && showsBase(rows, ruled.target, model)) {
    return judgeLook(row, ruled.target, ruled.signature, seen, model);
  }
  if (defaultInstance === undefined) {
    const form = model.fileFields[row.field]?.form ?? '';
    return invalidVerdict([instanceRequired(row, false, form)]);
  }
  const target = { ...ruled.target, instance: defaultInstance };
  const again: Look = seen.kind === 'nothing' ? seen : readLook(rows, target, model, true);
  return judgeLook(row, target, ruled.signature, again, model);
}

function targetOf(one: RuledRow): Target {
  if (one.ruled.kind !== 'sound') throw new Error('only sound rows are looked at');
  return one.ruled.target;
}
