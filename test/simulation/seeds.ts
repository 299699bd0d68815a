import { simulate } from './simulate.ts';

/** Simulates seeds one after the other; gives the first ones that found something, with their trace. */
export async function simulateSeeds(
  from: number,
  to: number,
  step: number,
  archived = false,
): Promise<string[]> {
  const found: string[] = [];
  for (let seed = from; seed < to && found.length < 3; seed += step) {
    const { violations } = await simulate(seed, { archived });
    if (violations.length > 0) found.push(await tell(seed, archived));
  }
  return found;
}

/** A seed with everything that happened, to read. */
export async function tell(seed: number, archived = false): Promise<string> {
  const { trace, violations } = await simulate(seed, { traced: true, archived });
  return [
    ...trace,
    '',
    `Seed ${seed} found ${violations.length === 0 ? 'nothing' : ''}`.trim(),
    ...violations.map((one) => `  - ${one}`),
    `Play it again: npm run simulate -- --seed ${seed}`,
    '',
  ].join('\n');
}
