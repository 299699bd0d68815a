import { describe, expect, it } from 'vitest';
import { simulateSeeds } from './seeds.ts';

/** Every seed saves the files first, and deletes by the approved archive then. */
describe('archives from a seed', () => {
  it('find no lie from seed 1 to 300', async () => {
    expect((await simulateSeeds(1, 301, 1, true)).join('\n\n')).toBe('');
  }, 600_000);
});
