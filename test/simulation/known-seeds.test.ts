import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';

/**
 * Seeds that found something beyond the first thousand, which are all simulated anyway. A seed
 * keeps its meaning only while the draws stay as they are: what a bug came to is kept for good
 * as the shortest journal or call that shows it, in lost-lines.test.ts and the tests of src/run.
 */
describe('a seed that found something', () => {
  it.each([
    {
      seed: 59_727,
      found:
        'the audit held a removal of one session against what a later session had judged and saved',
    },
    { seed: 89_972, found: 'the same between two requests of one session' },
    ...[9061, 18_748, 30_839, 31_623, 51_114, 54_000].map((seed) => ({
      seed,
      found:
        'the first answer, a failure that stops the run, let further rows go before it was read',
    })),
    ...[1860, 906_369, 1_013_869].map((seed) => ({
      seed,
      found: 'a field that was moved held back the rows of the form that it came to',
    })),
    ...[801_854, 1_027_628, 1_031_660].map((seed) => ({
      seed,
      found:
        'a renamed event held back rows of other events, as the reading or a look had missed it',
    })),
  ])('$seed stays clean: $found', async ({ seed }) => {
    expect((await simulate(seed)).violations).toEqual([]);
  });
});
