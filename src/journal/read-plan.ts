import type { JournalView } from './fold.ts';
import type { PlanLine } from '../rows/plan-line.ts';
import { isBodyLine } from './line-codec.ts';
import { readJournal } from './read.ts';

/** The plan lines of a journal, read alongside the manifest. */
export interface PlanReader {
  /** The line of this row, or `undefined` where it has none. Rows are asked for in their order. */
  of(row: number): Promise<PlanLine | undefined> | PlanLine | undefined;
  close(): Promise<void>;
}

export function readPlan(view: JournalView): PlanReader {
  const lines = planLines(view);
  let batch: readonly PlanLine[] = [];
  let at = 0;
  let done = view.planEnd <= view.planStart;

  const pick = (row: number): PlanLine | undefined => {
    const line = batch[at];
    if (line?.row !== row) return undefined;
    at += 1;
    return line;
  };
  const next = async (row: number): Promise<PlanLine | undefined> => {
    while (!done && at >= batch.length) {
      const read = await lines.next();
      if (read.done === true) done = true;
      else {
        batch = read.value;
        at = 0;
      }
    }
    return pick(row);
  };

  return {
    of: (row) => (at < batch.length || done ? pick(row) : next(row)),
    async close() {
      await lines.return(undefined);
    },
  };
}

/** All plan lines in the order of the rows. */
export async function* planLines(view: JournalView): AsyncGenerator<readonly PlanLine[]> {
  for await (const lines of readJournal(view.path, view.planEnd)) {
    const plan: PlanLine[] = [];
    for (const { value } of lines) {
      if (value === undefined || !isBodyLine(value, view.header.manifest.rows)) continue;
      if ('plan' in value) plan.push(value);
    }
    if (plan.length > 0) yield plan;
  }
}
