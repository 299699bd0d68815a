import { describe, expect, it, test } from 'vitest';
import { elapsedMs, instantOf, mostElapsedMs, waitOut } from '../src/clock.ts';
import { createVirtualClock } from './redcap/virtual-clock.ts';

const at = (wall: number, monotonic: number) => ({ now: () => wall, monotonic: () => monotonic });

test.each([
  ['both go on', at(61_000, 61_000), 60_000],
  ['the monotonic clock stood still while the machine slept', at(3_601_000, 1_005), 3_600_000],
  ['the wall clock was set back', at(0, 31_000), 30_000],
])('the time gone by is the one that says more: %s', (_what, later, expected) => {
  const since = instantOf(at(1_000, 1_000));
  expect(elapsedMs(later, since)).toBe(expected);
});

test.each([
  ['both go on', at(61_000, 61_000), 60_000],
  ['the machine slept', at(3_601_000, 1_005), 3_600_000],
  ['the machine slept, and its clock was set back on waking', at(-6_999_000, 1_005), 7_000_005],
  ['the clock was set back', at(-6_970_000, 31_000), 7_001_000],
])(
  'the most that may have gone by shows in what the clocks disagree about: %s',
  (_what, later, expected) => {
    expect(mostElapsedMs(later, instantOf(at(1_000, 1_000)))).toBe(expected);
  },
);

describe('waitOut', () => {
  it('ends early after a sleep of the machine, and waits out the time otherwise', async () => {
    const clock = createVirtualClock();
    let asleepMs = 0;
    const sleeping = { ...clock, now: () => clock.now() + asleepMs };
    const ended: number[] = [];
    const wait = async (): Promise<void> => {
      expect(await waitOut(sleeping, 60_000)).toBe(true);
      ended.push(clock.now());
    };
    const first = wait();
    await clock.runTo(100_000);
    const second = wait();
    await clock.runTo(112_000);
    asleepMs = 3_600_000;
    await clock.runTo(200_000);
    await Promise.all([first, second]);
    expect(ended).toEqual([60_000, 115_000]);
  });
});
