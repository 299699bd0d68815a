import { isFileTrouble } from '../files/file-errors.ts';
import { ManifestChangedError } from '../manifest/fingerprint.ts';
import type { RunControl } from './control.ts';
import type { RowToDelete } from './row-source.ts';
import type { Silence } from './silence.ts';

/** Bugs of a pass: the first one is thrown at its end, when what was in hand has come to its own. */
export interface Bugs {
  add(error: unknown): void;
  throwFirst(): void;
}

/** A bug ends the pass as a stop does. */
export function collectBugs(control: RunControl): Bugs {
  const all: unknown[] = [];
  return {
    add(error) {
      all.push(error);
      control.stop('interrupted', 'the run ended early');
    },
    throwFirst() {
      if (all.length > 0) throw all[0];
    },
  };
}

interface SettleRowsOptions {
  readonly control: RunControl;
  readonly bugs: Bugs;
  readonly silence: Silence;
  /** Rows in hand at most. */
  readonly concurrency: number;
  /** May more than one row be in hand? */
  readonly hires: () => boolean;
  /** What a row has to wait for before it is taken. */
  readonly ready: (row: RowToDelete) => Promise<void> | undefined;
  /** Brings a row to its end, in the journal too. True: it counts towards `--limit`. */
  readonly settle: (row: RowToDelete) => Promise<boolean>;
  readonly limit: number | undefined;
  readonly limitReached: string;
}

/**
 * A pass: rows in, outcomes into the journal. Workers pull rows from one
 * source, each with one row in hand. Where the rows cannot be read on, the
 * command stops, and those in hand come to their end.
 */
export async function settleRows(
  batches: AsyncIterable<readonly RowToDelete[]>,
  options: SettleRowsOptions,
): Promise<void> {
  const { control, bugs, silence, concurrency, hires, limit } = options;
  let inHand = 0;
  let counted = 0;
  let rowEnded: (() => void) | undefined;

  /** Waits for a place under `--limit`, which a row that does not count gives back. False: all of them are used up. */
  const hasPlace = async (): Promise<boolean> => {
    while (limit !== undefined && inHand + counted >= limit) {
      if (counted >= limit) return false;
      await new Promise<void>((resolve) => {
        rowEnded = resolve;
      });
    }
    return true;
  };

  /** The rows in turn, each as soon as it may be taken. One not begun gets no line, and is "not attempted" by that. */
  async function* rowsInTurn(): AsyncGenerator<RowToDelete, void, undefined> {
    for await (const batch of untilUnreadable(batches, control)) {
      for (const row of batch) {
        if (control.reason === undefined && !(await hasPlace())) {
          control.stop('limit', options.limitReached);
        }
        while (control.reason === undefined) {
          const ready = silence.deciding ?? options.ready(row);
          if (ready === undefined) break;
          await ready;
        }
        if (control.reason !== undefined) return;
        inHand += 1;
        yield row;
      }
      if (control.reason !== undefined) return;
    }
  }

  const settleOne = async (row: RowToDelete): Promise<void> => {
    let counts = false;
    try {
      counts = await options.settle(row);
    } finally {
      inHand -= 1;
      if (counts) counted += 1;
      rowEnded?.();
    }
  };

  const rows = rowsInTurn();
  const workers: Promise<void>[] = [];
  const work = async (): Promise<void> => {
    try {
      for await (const row of rows) {
        await settleOne(row).catch(bugs.add);
        while (hires() && workers.length < concurrency) workers.push(work());
      }
    } catch (error) {
      bugs.add(error);
    }
  };
  do workers.push(work());
  while (hires() && workers.length < concurrency);
  // Those that are hired meanwhile are waited for too.
  for (const worker of workers) await worker;
  // The last ten of a run: what the look says decides whether the run stops or is verified.
  await silence.deciding;
  bugs.throwFirst();
}

/** Where the rows cannot be read on, the run stops: nothing more is sent. */
async function* untilUnreadable(
  batches: AsyncIterable<readonly RowToDelete[]>,
  control: RunControl,
): AsyncGenerator<readonly RowToDelete[], void, undefined> {
  try {
    yield* batches;
  } catch (error) {
    if (error instanceof ManifestChangedError) control.stop('manifest_changed', error.message);
    else if (isFileTrouble(error)) {
      control.stop('interrupted', `The rows could not be read on: ${error.message}`);
    } else throw error;
  }
}
