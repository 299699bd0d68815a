import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countRecords, createTargetIndex, type KeyHash } from '../../src/manifest/duplicates.ts';
import { targetKey } from '../../src/rows/target.ts';
import type { Target } from '../../src/rows/target.ts';

const targetOf = (record: string, more: Partial<Target> = {}): Target => ({
  record,
  field: 'photo',
  event: '',
  instance: '',
  ...more,
});

describe('the target index', () => {
  it('gives the first row of each target, through all its growing', () => {
    const index = createTargetIndex({ looseRecords: false });
    for (let row = 1; row <= 100_000; row++) {
      if (index.claim(targetOf(`r${row}`), row) !== 0) throw new Error(`row ${row} is new`);
    }
    for (let row = 1; row <= 100_000; row++) {
      const first = index.claim(targetOf(`r${row}`), row + 100_000);
      if (first !== row) throw new Error(`row ${row} is taken for ${first}`);
    }
  });

  it('compares loosely only where it is asked to', () => {
    const firstOf = (looseRecords: boolean): number => {
      const index = createTargetIndex({ looseRecords });
      index.claim(targetOf('A1'), 1);
      return index.claim(targetOf(' a1 ', { instance: '1' }), 2);
    };
    expect([firstOf(true), firstOf(false)]).toEqual([1, 0]);
  });

  it.each<[string, KeyHash]>([
    ['in one chain, another first word', (key) => [key.length << 20, 0, 0]],
    ['in one chain, another second word', (key) => [0, key.length, 0]],
    ['in the last chain, another third word', (key) => [0xffffffff, 0xffffffff, key.length]],
  ])('tells hashes apart: %s', (_, hash) => {
    const index = createTargetIndex({ looseRecords: false }, hash);
    const claim = (length: number, row: number): number =>
      index.claim(targetOf('a'.repeat(length)), row);
    expect([1, 2, 3, 1, 2, 3].map((length, at) => claim(length, at + 1))).toEqual([
      0, 0, 0, 1, 2, 3,
    ]);
    for (let length = 4; length < 500; length++) expect(claim(length, length + 3)).toBe(0);
    expect(claim(499, 1000)).toBe(502);
  });

  it('is as good as a map, rows that name no target left out', () => {
    const target = fc.record<Target>({
      record: fc.constantFrom('1', '1 ', 'a', 'A'),
      field: fc.constantFrom('photo', 'scan'),
      event: fc.constantFrom('', 'visit'),
      instance: fc.constantFrom('', '1', '2'),
    });
    fc.assert(
      fc.property(
        fc.array(fc.option(target), { maxLength: 40 }),
        fc.boolean(),
        (targets, looseRecords) => {
          const index = createTargetIndex({ looseRecords });
          const seen = new Map<string, number>();
          for (const [at, one] of targets.entries()) {
            if (one === null) continue;
            const key = targetKey(one, { looseRecords });
            const first = seen.get(key) ?? 0;
            if (first === 0) seen.set(key, at + 1);
            expect(index.claim(one, at + 1)).toBe(first);
          }
        },
      ),
    );
  });
});

it('counts records as a set does, in whatever order they come', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.constantFrom(
            '1',
            '1 ',
            '01',
            'a',
            'A',
            'á',
            '',
            'a\u0000',
            '12345678901',
            '123456789012',
          ),
          fc.string({ maxLength: 14 }),
        ),
        { maxLength: 40 },
      ),
      (records) => {
        const exact = countRecords({ looseRecords: false });
        const loose = countRecords({ looseRecords: true });
        for (const record of records) {
          exact.add(record);
          loose.add(record);
        }
        expect(exact.count).toBe(new Set(records).size);
        expect(loose.count).toBe(
          new Set(records.map((record) => record.trim().toUpperCase().toLowerCase())).size,
        );
      },
    ),
  );
});

it('counts a hundred thousand records, each named twice', () => {
  const records = countRecords({ looseRecords: false });
  for (let round = 0; round < 2; round++) {
    for (let at = 0; at < 100_000; at++) records.add(`r${at}`);
  }
  expect(records.count).toBe(100_000);
});

it('counts short records that differ in one place alone', () => {
  const records = countRecords({ looseRecords: false });
  const named = new Set<string>();
  for (let length = 0; length <= 13; length++) {
    for (let at = 0; at <= length; at++) {
      for (const letter of ['0', '1', 'A', 'a', '\u0000', '\u007f', '\u0080', 'é']) {
        const record = '0'.repeat(at) + letter + '0'.repeat(length - at);
        records.add(record);
        named.add(record);
      }
    }
  }
  expect(records.count).toBe(named.size);
});
