import { type KeyHash, hashQuickly } from './key-hash.ts';

/** The targets seen so far, by the hash of their keys: about 14 bytes a row. */
export interface TargetIndex {
  /**
   * The first row (from 1) whose key has the same hash, or 0 when there is
   * none; then this row is remembered. Equal hashes make a candidate, no
   * proof: `createDuplicateFinder` has the second step.
   */
  claim(key: string, row: number): number;
  /** Hashes remembered. */
  readonly size: number;
}

/** Three words for each row: both halves of its hash, and the next row of its chain (0 = none). */
const ENTRY_WORDS = 3;
const BLOCK_BITS = 16;
const BLOCK_ROWS = 1 << BLOCK_BITS;
const FIRST_CHAINS = 1 << 10;
/** Long enough that the chains' heads, the one part that is ever copied, take two bytes a row. */
const MAX_CHAIN = 3;

/**
 * Chained hashing without an object per row. Entries stand by row, in blocks
 * made when needed and never copied, so that memory grows evenly: no doubling
 * of the whole shows as a peak.
 */
export function createTargetIndex(hash: KeyHash = hashQuickly): TargetIndex {
  const blocks: (Uint32Array | undefined)[] = [];
  let heads = new Uint32Array(FIRST_CHAINS);
  let size = 0;

  const blockOf = (row: number): Uint32Array =>
    (blocks[row >>> BLOCK_BITS] ??= new Uint32Array(BLOCK_ROWS * ENTRY_WORDS));

  /** Puts an entry at the head of its chain. */
  const link = (block: Uint32Array, at: number, row: number): void => {
    const chain = (block[at] ?? 0) & (heads.length - 1);
    block[at + 2] = heads[chain] ?? 0;
    heads[chain] = row;
  };

  const doubleChains = (): void => {
    const old = heads;
    heads = new Uint32Array(old.length * 2);
    for (const head of old) {
      for (let row = head; row !== 0;) {
        const block = blockOf(row);
        const at = placeInBlock(row);
        const next = block[at + 2] ?? 0;
        link(block, at, row);
        row = next;
      }
    }
  };

  return {
    claim(key, row) {
      const [low, high] = hash(key);
      let other = heads[low & (heads.length - 1)] ?? 0;
      while (other !== 0) {
        const block = blockOf(other);
        const at = placeInBlock(other);
        if (block[at] === low && block[at + 1] === high) return other;
        other = block[at + 2] ?? 0;
      }
      if (size >= heads.length * MAX_CHAIN) doubleChains();
      const block = blockOf(row);
      const at = placeInBlock(row);
      block[at] = low;
      block[at + 1] = high;
      link(block, at, row);
      size++;
      return 0;
    },
    get size() {
      return size;
    },
  };
}

function placeInBlock(row: number): number {
  return (row & (BLOCK_ROWS - 1)) * ENTRY_WORDS;
}
