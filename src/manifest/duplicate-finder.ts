import { createTargetIndex } from './duplicates.ts';
import { type KeyHash, hashIndependently, hashQuickly } from './key-hash.ts';
import { createNumberList, searchAscending } from './number-list.ts';
import { type CandidateSettler, createCandidateSettler } from './settle-candidates.ts';

/**
 * Finds the rows that name the same target as an earlier one, in two passes
 * over the manifest. The first keeps 64 bits of each target and gathers rows
 * with equal hashes; only when there are any, the second settles them by 64
 * independent bits of these rows alone. Rows are given in ascending order, and
 * only those that name a target (a row faulty in itself does not).
 */
export interface DuplicateFinder {
  /** First pass. */
  observe(key: string, row: number): void;
  /** Whether the manifest has to be read again; asked once the first pass is over. */
  readonly needsSecondPass: boolean;
  /**
   * Second pass, with every row and key of the first: the row that this one
   * repeats, or 0. Ends the first pass.
   */
  confirm(key: string, row: number): number;
  /** What `confirm` found for the row; throws for a candidate that it has not been asked about. */
  duplicateOf(row: number): number;
}

export interface FinderHashes {
  readonly first?: KeyHash;
  readonly second?: KeyHash;
}

export function createDuplicateFinder(hashes: FinderHashes = {}): DuplicateFinder {
  let index: ReturnType<typeof createTargetIndex> | null = createTargetIndex(
    hashes.first ?? hashQuickly,
  );
  const candidates = createNumberList();
  /** For each candidate the first row with its hash. */
  const firsts = createNumberList();
  let settler: CandidateSettler | null = null;

  return {
    observe(key, row) {
      if (index === null) throw new Error('The first pass is over.');
      const first = index.claim(key, row);
      if (first === 0) return;
      candidates.push(row);
      firsts.push(first);
    },
    get needsSecondPass() {
      return candidates.length > 0;
    },
    confirm(key, row) {
      // The candidates say all that matters from here on; the index may go.
      index = null;
      settler ??= createCandidateSettler(candidates, firsts, hashes.second ?? hashIndependently);
      return settler.confirm(key, row);
    },
    duplicateOf(row) {
      const at = searchAscending(candidates, row);
      if (at === -1) return 0;
      if (settler === null || at >= settler.settled) {
        throw new Error(`Row ${row} has not been through the second pass.`);
      }
      return settler.original(at);
    },
  };
}
