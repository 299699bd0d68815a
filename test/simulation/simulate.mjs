// npm run simulate -- --seeds 100000          simulates so many seeds, on all cores
// npm run simulate -- --seed 123              simulates one, and shows everything that happened
// npm run simulate -- --seeds 1000 --from 500000
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, seeds: { type: 'string' }, from: { type: 'string' } },
});
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const parts = values.seed === undefined ? availableParallelism() : 1;
const seeds = values.seed === undefined ? Number(values.seeds ?? 10_000) : 1;
const from = Number(values.seed ?? values.from ?? 1);
if (![seeds, from].every((number) => Number.isInteger(number) && number >= 0)) {
  process.stderr.write('--seed, --seeds and --from take whole numbers.\n');
  process.exit(2);
}

const simulate = (part) =>
  new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [vitest, 'run', '--root', root, '--reporter', 'verbose', 'test/simulation/seeds.test.ts'],
      {
        stdio: 'inherit',
        env: {
          ...process.env,
          SIMULATE_FROM: String(from + part),
          SIMULATE_TO: String(from + seeds),
          SIMULATE_STEP: String(parts),
          ...(values.seed === undefined ? {} : { SIMULATE_TELL: '1' }),
        },
      },
    );
    child.on('exit', (code) => {
      resolve(code ?? 1);
    });
  });
const codes = await Promise.all(Array.from({ length: parts }, (_, part) => simulate(part)));
process.exit(Math.max(...codes));
