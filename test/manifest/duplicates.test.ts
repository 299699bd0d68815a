import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FinderHashes, createDuplicateFinder } from '../../src/manifest/duplicate-finder.ts';
import { createTargetIndex } from '../../src/manifest/duplicates.ts';
import { hashIndependently, hashQuickly } from '../../src/manifest/key-hash.ts';
import { createNumberList, searchAscending } from '../../src/manifest/number-list.ts';

describe('the target index', () => {
  it('gives the first row of each key, through all its growing', () => {
    const index = createTargetIndex();
    for (let row = 1; row <= 100_000; row++) {
      if (index.claim(`record ${row}`, row) !== 0) throw new Error(`row ${row} is new`);
    }
    expect(index.size).toBe(100_000);
    for (let row = 1; row <= 100_000; row++) {
      const first = index.claim(`record ${row}`, row + 100_000);
      if (first !== row) throw new Error(`row ${row} is taken for ${first}`);
    }
    expect(index.size).toBe(100_000);
  });

  it.each([
    [
      'all in one shard, at one place',
      (key: string): readonly [number, number] => [0, Number(key)],
    ],
    [
      'all in the last chain',
      (key: string): readonly [number, number] => [0xffffffff, Number(key)],
    ],
    ['with one upper half', (key: string): readonly [number, number] => [Number(key), 0xffffffff]],
  ])('copes with hashes: %s', (_, hash) => {
    const index = createTargetIndex(hash);
    const claims = [1, 2, 3, 1, 2, 3].map((key, at) => index.claim(String(key), at + 1));
    expect(claims).toEqual([0, 0, 0, 1, 2, 3]);
    for (let key = 4; key < 500; key++) expect(index.claim(String(key), key + 3)).toBe(0);
    expect(index.claim('499', 1000)).toBe(502);
  });
});

describe('the hashes', () => {
  it.each([
    ['quick', hashQuickly],
    ['independent', hashIndependently],
  ])('%s: both halves are unsigned and spread over similar keys', (_, hash) => {
    const halves = [new Set<number>(), new Set<number>()];
    for (let n = 0; n < 50_000; n++) {
      const [low, high] = hash(`7.5.0.${String(n).padStart(7, '0')}photo1`);
      if (!(low >= 0 && low < 2 ** 32 && high >= 0 && high < 2 ** 32))
        throw new Error(`${low} ${high}`);
      halves[0]?.add(low);
      halves[1]?.add(high);
    }
    // By chance 0.3 of 50,000 keys collide in 32 bits.
    for (const half of halves) expect(half.size).toBeGreaterThan(49_990);
  });
});

const constant = (): readonly [number, number] => [7, 7];
const narrow = (key: string): readonly [number, number] => [key.length % 3, 0];

/** Both passes over keys that stand for rows 1, 2, 3 and so on; `''` is a row that names no target. */
function findDuplicates(keys: readonly string[], hashes?: FinderHashes): readonly number[] {
  const finder = createDuplicateFinder(hashes);
  keys.forEach((key, at) => key !== '' && finder.observe(key, at + 1));
  if (!finder.needsSecondPass) return keys.map((_, at) => finder.duplicateOf(at + 1));
  const confirmed = keys.map((key, at) => (key === '' ? 0 : finder.confirm(key, at + 1)));
  expect(keys.map((_, at) => finder.duplicateOf(at + 1))).toEqual(confirmed);
  return confirmed;
}

describe('the duplicate finder', () => {
  it.each([
    ['none', ['a', 'b', 'c'], [0, 0, 0]],
    ['one', ['a', 'b', 'a'], [0, 0, 1]],
    ['chains name the first', ['a', 'a', 'b', 'a', 'b'], [0, 1, 0, 1, 3]],
    ['rows that name no target', ['', 'a', '', 'a', ''], [0, 0, 0, 2, 0]],
  ])('%s', (_, keys, expected) => {
    expect(findDuplicates(keys)).toEqual(expected);
    expect(findDuplicates(keys, { first: constant })).toEqual(expected);
  });

  it('asks for a second pass only where hashes were equal', () => {
    const finder = createDuplicateFinder();
    finder.observe('a', 1);
    finder.observe('b', 2);
    expect(finder.needsSecondPass).toBe(false);
    finder.observe('a', 3);
    expect(finder.needsSecondPass).toBe(true);
  });

  it('a row that only collided is no duplicate, and its own duplicates are found', () => {
    const keys = ['a', 'b', 'b', 'a', 'c', 'b', 'c'];
    expect(findDuplicates(keys, { first: constant })).toEqual([0, 0, 2, 1, 0, 2, 5]);
  });

  it('keeps rows that collided in the second hash, but not in the first, apart', () => {
    const hashes: FinderHashes = {
      first: (key) => [key.charCodeAt(0), 0],
      second: (key) => [0, key.charCodeAt(1)],
    };
    const keys = ['a0', 'b0', 'a1', 'b1', 'b1', 'a1', 'b2', 'a2', 'b0'];
    expect(findDuplicates(keys, hashes)).toEqual([0, 0, 0, 0, 4, 3, 0, 0, 2]);
  });

  it('is as good as a map, whatever collides in the first hash', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 4 })),
        (keys) => {
          const seen = new Map<string, number>();
          const expected = keys.map((key, at) => {
            if (key === '') return 0;
            const first = seen.get(key);
            if (first === undefined) seen.set(key, at + 1);
            return first ?? 0;
          });
          expect(findDuplicates(keys, { first: narrow })).toEqual(expected);
        },
      ),
    );
  });

  it('throws rather than answer for a row that was not confirmed, or after a wrong second pass', () => {
    const finder = createDuplicateFinder();
    ['a', 'b', 'a'].forEach((key, at) => finder.observe(key, at + 1));
    expect(() => finder.duplicateOf(3)).toThrow('second pass');
    expect(finder.duplicateOf(2)).toBe(0);
    expect(finder.confirm('a', 1)).toBe(0);
    expect(() => finder.confirm('a', 1)).toThrow('order');
    expect(() => finder.confirm('b', 4)).toThrow('order');
    expect(() => finder.observe('c', 4)).toThrow('over');
    expect(finder.confirm('a', 3)).toBe(1);
  });
});

describe('the number list', () => {
  it('holds numbers over several blocks', () => {
    const list = createNumberList();
    for (let at = 0; at < 200_000; at++) list.push(at * 2);
    list.set(131_072, 5);
    expect([
      list.length,
      list.at(0),
      list.at(65_536),
      list.at(131_072),
      list.at(199_999),
      list.at(200_000),
    ]).toEqual([200_000, 0, 131_072, 5, 399_998, 0]);
  });

  it('replaces what is there alone', () => {
    const list = createNumberList();
    list.push(1);
    expect(() => list.set(1, 1)).toThrow('no number');
  });

  it('is searched by halves', () => {
    expect([1, 2, 3, 7, 8, 0, 9].map((value) => searchAscending([1, 3, 7, 8], value))).toEqual([
      0, -1, 1, 2, 3, -1, -1,
    ]);
    expect(searchAscending([], 1)).toBe(-1);
  });
});
