// The whole command, as a person runs it, over a manifest, against the stub.
import { rm } from 'node:fs/promises';
import { measure } from './measure.mjs';

let runs = 0;

/** `run` with the check and the pace taken off, unless `args` say otherwise. */
export async function runWhole(bench, manifest, { args, cli = bench.cli, keep = false } = {}) {
  const directory = bench.place(`run-${(runs += 1)}`);
  const usual = ['--no-check', '--rate', 'unlimited', '--concurrency', '16'];
  const result = await measure(
    process.execPath,
    [cli, 'run', manifest, '--yes', '--quiet', '--run-dir', directory, ...(args ?? usual)],
    { cwd: bench.work, env: bench.env },
  );
  if (result.code !== 0) throw new Error(`run ended with ${result.code}:\n${result.stderr}`);
  if (!keep) await rm(directory, { recursive: true });
  return { ...result, directory };
}
