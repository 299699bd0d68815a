import { expect, it } from 'vitest';
import { count } from '../../src/words/counts.ts';

it.each([0, 7, 999, 1000, 12_345, 999_999, 1_000_000, 1_234_567_890])('%d', (n) => {
  expect(count(n)).toBe(new Intl.NumberFormat('en-GB').format(n));
});
