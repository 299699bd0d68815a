import { describe, expect, it } from 'vitest';
import { simulateSeeds } from './seeds.ts';

/** Beside seeds.test.ts, so that two cores work. */
describe('more runs from a seed', () => {
  it('find no lie from seed 501 to 1000', async () => {
    expect((await simulateSeeds(501, 1001, 1)).join('\n\n')).toBe('');
  }, 600_000);
});
