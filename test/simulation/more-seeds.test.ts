import { describe, expect, it } from 'vitest';
import { playSeeds } from './seeds.ts';

/** Beside seeds.test.ts, so that two cores play. */
describe('more runs from a seed', () => {
  it('find no lie from seed 1001 to 2000', async () => {
    expect((await playSeeds(1001, 2001, 1)).join('\n\n')).toBe('');
  }, 600_000);
});
