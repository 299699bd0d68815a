import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { targetKey } from '../../src/rows/target.ts';
import type { Target } from '../../src/rows/target.ts';

const target = (record: string, rest: Partial<Target> = {}): Target => ({
  record,
  field: 'photo',
  event: '',
  instance: '',
  ...rest,
});
const key = (named: Target, looseRecords = false): string => targetKey(named, { looseRecords });
const same = (one: Target, other: Target): boolean =>
  one.record === other.record &&
  one.field === other.field &&
  one.event === other.event &&
  (one.instance || '1') === (other.instance || '1');

describe('the key of a target', () => {
  it('takes a blank instance for 1', () => {
    expect(key(target('a'))).toBe(key(target('a', { instance: '1' })));
    expect(key(target('a'))).not.toBe(key(target('a', { instance: '2' })));
  });

  it.each([
    ['A', 'a'],
    [' a', 'a\u00a0'],
    ['Straße', 'STRASSE'],
    ['É', 'é'],
  ])('tells %j from %j unless records are loose', (one, other) => {
    expect(key(target(one))).not.toBe(key(target(other)));
    expect(key(target(one), true)).toBe(key(target(other), true));
  });

  it('keeps leading zeros and inner white space apart, loose or not', () => {
    expect(key(target('01'), true)).not.toBe(key(target('1'), true));
    expect(key(target('a b'), true)).not.toBe(key(target('ab'), true));
  });

  it.each([
    [target('ab', { field: 'c' }), target('a', { field: 'bc' })],
    [target('a', { field: 'b', event: 'c' }), target('a', { field: 'bc' })],
    [target('a', { event: 'b1', instance: '1' }), target('a', { event: 'b', instance: '11' })],
    [target('1.a'), target('.a', { instance: '11' })],
  ])('tells %j from %j', (one, other) => {
    expect(key(one)).not.toBe(key(other));
  });

  it('is equal for equal targets alone, whatever the cells hold', () => {
    const text = fc.string({ unit: fc.constantFrom('1', '.', ':', 'a'), maxLength: 4 });
    const any = fc.record({
      record: text,
      field: text,
      event: text,
      instance: fc.oneof(text, fc.constantFrom('1', '2', '11')),
    });
    fc.assert(
      fc.property(any, any, (one, other) => {
        expect(key(one) === key(other)).toBe(same(one, other));
      }),
      { numRuns: 5_000 },
    );
  });
});
