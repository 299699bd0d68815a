import { expect, test } from 'vitest';
import { elapsedMs, instantOf } from '../src/clock.ts';

const at = (wall: number, monotonic: number) => ({ now: () => wall, monotonic: () => monotonic });

test.each([
  ['both go on', at(61_000, 61_000), 60_000],
  ['the monotonic clock stood still while the machine slept', at(3_601_000, 1_005), 3_600_000],
  ['the wall clock was set back', at(0, 31_000), 30_000],
])('the time gone by is the one that says more: %s', (_what, later, expected) => {
  const since = instantOf(at(1_000, 1_000));
  expect(elapsedMs(later, since)).toBe(expected);
});
