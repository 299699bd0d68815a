import type { KeyHash } from './key-hash.ts';
import { type NumberList, createNumberList, searchAscending } from './number-list.ts';

/** Tells true duplicates from rows whose first hashes merely collide. */
export interface CandidateSettler {
  /** How many candidates, in order, are settled. */
  readonly settled: number;
  /** The row that a settled candidate repeats, or 0. */
  original(candidate: number): number;
  confirm(key: string, row: number): number;
}

/**
 * Takes all rows in order once more, keeps a second hash of those that came
 * first with their first hash, and compares the candidates with it.
 * `firsts` is taken over: it becomes the answer, entry by entry.
 */
export function createCandidateSettler(
  candidates: NumberList,
  firsts: NumberList,
  hash: KeyHash,
): CandidateSettler {
  const heads = sortDistinct(firsts);
  const headLow = createNumberList();
  const headHigh = createNumberList();
  /** Rows that only collided with their head, by head and second hash: next to none. */
  const strays = new Map<string, number>();
  let settled = 0;
  let lastRow = 0;

  const settleNext = (key: string, row: number): number => {
    const head = firsts.at(settled);
    const at = searchAscending(heads, head);
    const [low, high] = hash(key);
    let original = head;
    if (headLow.at(at) !== low || headHigh.at(at) !== high) {
      const stray = `${head} ${low} ${high}`;
      original = strays.get(stray) ?? 0;
      if (original === 0) strays.set(stray, row);
    }
    firsts.set(settled, original);
    settled++;
    return original;
  };

  return {
    get settled() {
      return settled;
    },
    original: (candidate) => firsts.at(candidate),
    confirm(key, row) {
      const nextHead = heads[headLow.length] ?? Infinity;
      const nextCandidate = settled < candidates.length ? candidates.at(settled) : Infinity;
      if (row <= lastRow || row > nextHead || row > nextCandidate) {
        throw new Error(`The second pass left the order of the first at row ${row}.`);
      }
      lastRow = row;
      if (row === nextCandidate) return settleNext(key, row);
      if (row === nextHead) {
        const [low, high] = hash(key);
        headLow.push(low);
        headHigh.push(high);
      }
      return 0;
    },
  };
}

function sortDistinct(list: NumberList): Uint32Array {
  const sorted = new Uint32Array(list.length);
  for (let at = 0; at < sorted.length; at++) sorted[at] = list.at(at);
  sorted.sort();
  let count = 0;
  for (const value of sorted) {
    if (count === 0 || sorted[count - 1] !== value) sorted[count++] = value;
  }
  return sorted.slice(0, count);
}
