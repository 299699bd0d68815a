import { hash } from 'node:crypto';
import { foldRecord, type Target, targetKey } from '../rows/target.ts';

/** The targets seen so far, by the hashes of their keys: about 18 bytes a row. */
export interface TargetIndex {
  /** The first row (from 1) that names the same target, or 0: then this row is remembered. */
  claim(target: Target, row: number): number;
}

export function createTargetIndex(
  options: { readonly looseRecords: boolean },
  hashKey?: KeyHash,
): TargetIndex {
  const keys = createKeyIndex(hashKey);
  return { claim: (target, row) => keys.claim(targetKey(target, options), row) };
}

/** How many records (participants) are named: about 18 bytes for each. */
export interface RecordCounter {
  readonly count: number;
  add(record: string): void;
}

/** `looseRecords` is that of `targetKey`. */
export function countRecords(options: { readonly looseRecords: boolean }): RecordCounter {
  const keys = createKeyIndex(hashRecord);
  let count = 0;
  let last: string | undefined;
  return {
    get count() {
      return count;
    },
    add(record) {
      // Most lists are sorted by record.
      if (record === last) return;
      last = record;
      const key = options.looseRecords ? foldRecord(record) : record;
      if (keys.claim(key, count + 1) === 0) count += 1;
    },
  };
}

interface KeyIndex {
  /** The number (from 1) under which this key was claimed first, or 0: then this one is remembered. */
  claim(key: string, number: number): number;
}

/** 96 bits of a key as three unsigned 32-bit words. */
export type KeyHash = (key: string) => readonly [number, number, number];

/** Four words for each key: its hash, and the next number of its chain (0 = none). */
const ENTRY_WORDS = 4;
const BLOCK_BITS = 16;
const BLOCK_ROWS = 1 << BLOCK_BITS;
const FIRST_CHAINS = 1 << 10;
/** Long enough that the chains' heads, the one part that is ever copied, take two bytes a row. */
const MAX_CHAIN = 3;

/**
 * Chained hashing without an object per key. Entries stand by number, in blocks
 * made when needed and never copied, so that memory grows evenly: no doubling
 * of the whole shows as a peak.
 *
 * Equal hashes are taken for equal keys: that 96 bits of SHA-256 are so by
 * chance anywhere among n keys has a probability of n²/2 · 2⁻⁹⁶, for ten
 * million rows less than 10⁻¹⁵.
 */
function createKeyIndex(hashKey: KeyHash = hashWell): KeyIndex {
  const blocks: (Uint32Array | undefined)[] = [];
  let heads = new Uint32Array(FIRST_CHAINS);
  let size = 0;

  const blockOf = (row: number): Uint32Array =>
    (blocks[row >>> BLOCK_BITS] ??= new Uint32Array(BLOCK_ROWS * ENTRY_WORDS));

  /** Puts an entry at the head of its chain. */
  const link = (block: Uint32Array, at: number, row: number): void => {
    const chain = (block[at] ?? 0) & (heads.length - 1);
    block[at + 3] = heads[chain] ?? 0;
    heads[chain] = row;
  };

  const doubleChains = (): void => {
    const old = heads;
    heads = new Uint32Array(old.length * 2);
    for (const head of old) {
      for (let row = head; row !== 0;) {
        const block = blockOf(row);
        const at = placeInBlock(row);
        const next = block[at + 3] ?? 0;
        link(block, at, row);
        row = next;
      }
    }
  };

  return {
    claim(key, row) {
      const words = hashKey(key);
      const [first, second, third] = words;
      let other = heads[first & (heads.length - 1)] ?? 0;
      while (other !== 0) {
        const block = blockOf(other);
        const at = placeInBlock(other);
        if (block[at] === first && block[at + 1] === second && block[at + 2] === third) {
          return other;
        }
        other = block[at + 3] ?? 0;
      }
      if (size >= heads.length * MAX_CHAIN) doubleChains();
      const block = blockOf(row);
      const at = placeInBlock(row);
      block.set(words, at);
      link(block, at, row);
      size++;
      return 0;
    },
  };
}

function placeInBlock(row: number): number {
  return (row & (BLOCK_ROWS - 1)) * ENTRY_WORDS;
}

function hashWell(key: string): readonly [number, number, number] {
  const digest = hash('sha256', key);
  const word = (at: number): number => Number.parseInt(digest.slice(at * 8, at * 8 + 8), 16);
  return [word(0), word(1), word(2)];
}

const LONGEST_PACKED = 11;

/**
 * A hash that costs next to nothing for records as they usually are: up to 11
 * ASCII characters and their number fit into the three words as they stand, so
 * that no two of them share one. All others get a digest.
 */
function hashRecord(record: string): readonly [number, number, number] {
  const { length } = record;
  if (length > LONGEST_PACKED) return hashWell(record);
  let first = 0;
  let second = 0;
  let third = length << 24;
  for (let at = 0; at < length; at += 1) {
    const code = record.charCodeAt(at);
    if (code > 0x7f) return hashWell(record);
    const bits = code << (8 * (at & 3));
    if (at < 4) first |= bits;
    else if (at < 8) second |= bits;
    else third |= bits;
  }
  // Spread over the chains; with the other two words given, each step can be undone.
  let chain = first ^ Math.imul(second, 0x9e3779b1) ^ Math.imul(third, 0x85ebca6b);
  chain = Math.imul(chain ^ (chain >>> 15), 0xc2b2ae35);
  return [(chain ^ (chain >>> 13)) >>> 0, second >>> 0, third >>> 0];
}
