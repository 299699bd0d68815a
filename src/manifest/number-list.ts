const BLOCK_BITS = 16;
const BLOCK_SIZE = 1 << BLOCK_BITS;
const BLOCK_MASK = BLOCK_SIZE - 1;

/** Unsigned 32-bit numbers, 4 bytes each; it grows by blocks that are never copied. */
export interface NumberList {
  readonly length: number;
  push(value: number): void;
  /** Replaces a number that is there. */
  set(index: number, value: number): void;
  /** 0 beyond the end. */
  at(index: number): number;
}

export function createNumberList(): NumberList {
  const blocks: Uint32Array[] = [];
  let length = 0;
  const set = (index: number, value: number): void => {
    const block = blocks[index >>> BLOCK_BITS];
    if (block === undefined || index >= length) throw new Error(`no number at index ${index}`);
    block[index & BLOCK_MASK] = value;
  };
  return {
    get length() {
      return length;
    },
    push(value) {
      if ((length & BLOCK_MASK) === 0) blocks.push(new Uint32Array(BLOCK_SIZE));
      length++;
      set(length - 1, value);
    },
    set,
    at: (index) => blocks[index >>> BLOCK_BITS]?.[index & BLOCK_MASK] ?? 0,
  };
}

/** Index of a value in numbers that ascend, or -1. */
export function searchAscending(
  numbers: { readonly length: number; at(index: number): number | undefined },
  value: number,
): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = numbers.at(middle) ?? 0;
    if (found === value) return middle;
    if (found < value) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
