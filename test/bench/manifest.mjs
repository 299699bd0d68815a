import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interleave, measureWell, median, ratio } from './measure.mjs';
import { writeManifest } from './rows.mjs';
import { held, seconds, table, times, whole } from './table.mjs';

export const title = 'reading and validating a manifest, against csv-parse alone';

const SCRIPT = fileURLToPath(new URL('read-manifest.mjs', import.meta.url));
const LEAST = 0.6;

export async function measurePart(bench) {
  const { quick, full, cli, against, print } = bench;
  const rows = full ? 10_000_000 : quick ? 200_000 : 1_000_000;
  const path = bench.place('manifest.csv');
  await writeManifest(path, rows);
  const read =
    (how, from = cli) =>
    async () => {
      const args = [SCRIPT, how, path, dirname(from)];
      const result = await measureWell(process.execPath, args);
      if (Number(result.stdout) !== rows) throw new Error(`${how} found ${result.stdout} rows`);
      return result;
    };
  const results = await interleave(full ? 2 : quick ? 3 : 5, {
    'csv-parse alone': read('csv-parse'),
    'reading and validating': read('read'),
    'the same with duplicates': read('plan'),
    ...(against === undefined
      ? {}
      : {
          'reading and validating (other)': read('read', against),
          'the same with duplicates (other)': read('plan', against),
        }),
  });
  const alone = results['csv-parse alone'];
  const wall = ({ wallMs }) => 1 / wallMs;
  print(
    table([
      [`${whole(rows)} rows`, 'seconds', 'CPU seconds', 'of csv-parse', 'in CPU', 'RSS MB'],
      ...Object.entries(results).map(([name, list]) => [
        name,
        seconds(median(list.map(({ wallMs }) => wallMs))),
        seconds(median(list.map(({ cpuMs }) => cpuMs))),
        times(ratio(list, alone, wall)),
        times(ratio(list, alone, ({ cpuMs }) => 1 / cpuMs)),
        whole(median(list.map(({ rssMb }) => rssMb))),
      ]),
    ]).join('\n'),
  );
  const share = ratio(results['reading and validating'], alone, wall);
  print(`  reading and validating of csv-parse: ${held(share, LEAST)}`);
  const first = await timeToFirstRequest(bench, path);
  print(`  ${whole(rows)} rows with --no-check: first request after ${seconds(first)} s`);
}

/** From the start of the command to the request; the run is ended right then. */
async function timeToFirstRequest({ stub, cli, work, env }, manifest) {
  await stub.set();
  const startedAt = performance.now();
  const args = [cli, 'run', manifest, '--no-check', '--yes', '--quiet', '--rate', 'unlimited'];
  const child = spawn(process.execPath, args, {
    cwd: work,
    env: { PATH: process.env.PATH, ...env },
    stdio: 'ignore',
  });
  try {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      if ((await stub.seen()).requests > 0) return performance.now() - startedAt;
      if (child.exitCode !== null) throw new Error(`run ended with ${child.exitCode}`);
    }
  } finally {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}
