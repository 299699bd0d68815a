import type { PlanLine } from '../rows/plan-line.ts';
import type { Journal } from '../journal/write.ts';
import type { Manifest } from '../manifest/read.ts';
import { LookFailed, makePlan, planWithoutLooks, type PlannedRow } from '../plan/make-plan.ts';
import { countPlans, type FirstFile, type PlanTotals } from '../plan/totals.ts';
import { planLine } from '../plan/verdict.ts';
import { causeAndStatus, UnreadableAnswer } from '../project/answers.ts';
import type { ProjectModel } from '../project/model.ts';
import type { LookedBatch } from '../rows/look.ts';
import type { Target } from '../rows/target.ts';
import { createLostZeros } from '../words/lost-zeros.ts';

/** A row that keeps a run from starting, as the screen lists it. */
export interface Problem {
  readonly row: number;
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

/** How many problems the screen lists; error.csv holds all. */
const LISTED_PROBLEMS = 100;

/** What a plan is made from. */
interface PlanSource {
  readonly open: () => Promise<Manifest>;
  /** `null` with `--no-check`. */
  readonly model: ProjectModel | null;
  readonly defaultInstance: string | undefined;
  readonly look: (model: ProjectModel, targets: readonly Target[]) => Promise<LookedBatch>;
  /** Looks at once. */
  readonly concurrency: number;
  /** The check that somebody approved, and the project as it was then. */
  readonly approved:
    | {
        readonly lines: () => AsyncGenerator<PlanLine, void, undefined>;
        readonly model: ProjectModel;
      }
    | undefined;
  readonly journal: Journal;
  readonly onPlanned: (rows: number) => void;
}

export interface LostZerosRows {
  readonly first: Problem;
  readonly rows: number;
  readonly words: string;
}

/** A plan as a person has to know it; its rows stand in the journal. */
export interface WrittenPlan {
  readonly totals: PlanTotals;
  readonly first: readonly FirstFile[];
  readonly problems: readonly Problem[];
  /** Rows whose record has lost its leading zeros; they are none of the problems above. */
  readonly lostZeros?: LostZerosRows | undefined;
  /** This token sees other record names than the real ones. */
  readonly blind: boolean;
}

/** One that cannot be read to its end is refused before anybody looks. */
export async function countRows(open: PlanSource['open']): Promise<number> {
  let rows = 0;
  for await (const batch of (await open()).batches()) rows += batch.length;
  return rows;
}

/** The plan's figures where nobody looks. */
export async function countUnchecked(
  open: PlanSource['open'],
  defaultInstance: string | undefined,
): Promise<Pick<WrittenPlan, 'totals' | 'first'>> {
  const plans = countPlans(null);
  for await (const batch of planWithoutLooks((await open()).batches(), defaultInstance)) {
    for (const one of batch) plans.add(one);
  }
  return plans;
}

/** Judges every row and writes the verdicts into the journal. Throws RefusedError where nobody can look. */
export async function writePlan(source: PlanSource): Promise<WrittenPlan> {
  const { open, model, defaultInstance, journal } = source;
  const plans = countPlans(model);
  const { totals } = plans;
  const problems: Problem[] = [];
  const zeros = createLostZeros();
  let withoutZeros: { readonly first: Problem; rows: number } | undefined;
  let blind = false;
  const planned =
    model === null
      ? planWithoutLooks((await open()).batches(), defaultInstance)
      : planChecked(source, model, () => (blind = true));
  for await (const batch of planned) {
    for (const one of batch) {
      const { row, verdict } = one;
      plans.add(one);
      if (model !== null || verdict.kind !== 'delete') journal.append(planLine(row, verdict));
      const isProblem =
        verdict.kind === 'invalid' ||
        verdict.kind === 'guard_mismatch' ||
        verdict.kind === 'failed';
      if (!isProblem) continue;
      const { code, message } = verdict;
      const problem = { row: row.row, line: row.line, code, message };
      const near = verdict.kind === 'invalid' ? verdict.near : undefined;
      if (near !== undefined && zeros.note(row.record, near)) {
        withoutZeros ??= { first: problem, rows: 0 };
        withoutZeros.rows += 1;
      } else if (problems.length < LISTED_PROBLEMS) problems.push(problem);
    }
    source.onPlanned(totals.rows);
    // Gives the journal its turn: what is planned does not pile up in memory.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    if (journal.failed) await journal.sync();
  }
  const lostZeros =
    withoutZeros === undefined ? undefined : { ...withoutZeros, words: zeros.words() };
  return { totals, first: plans.first, problems, lostZeros, blind };
}

async function* planChecked(
  { open, defaultInstance, look, concurrency, approved }: PlanSource,
  model: ProjectModel,
  onBlind: () => void,
): AsyncIterable<readonly PlannedRow[]> {
  const reviewed =
    approved === undefined ? undefined : { lines: approved.lines(), model: approved.model };
  try {
    yield* makePlan((await open()).batches(), {
      model,
      defaultInstance,
      look: (targets) => look(model, targets),
      concurrency,
      ...(reviewed === undefined ? {} : { approved: reviewed }),
      onBlind,
    });
  } catch (error) {
    if (error instanceof LookFailed) {
      throw new UnreadableAnswer(
        'the files of the records named',
        error.message,
        causeAndStatus(error.answer),
      );
    }
    throw error;
  } finally {
    // Lets go of the check's journal.
    await reviewed?.lines.return(undefined);
  }
}
