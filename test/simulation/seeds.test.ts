import { describe, expect, it } from 'vitest';
import { simulateSeeds, tell } from './seeds.ts';

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const IN_NPM_TEST = 500;
const from = number('SIMULATE_FROM', 1);
const to = number('SIMULATE_TO', from + IN_NPM_TEST);
const step = number('SIMULATE_STEP', 1);

describe('whole runs from a seed', () => {
  it(
    `find no lie from seed ${from} to ${to - 1}, every ${step}`,
    async () => {
      if (process.env['SIMULATE_TELL'] !== undefined) process.stdout.write(await tell(from));
      expect((await simulateSeeds(from, to, step)).join('\n\n')).toBe('');
    },
    24 * 60 * 60 * 1000,
  );
});
