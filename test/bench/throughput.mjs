import { fileURLToPath } from 'node:url';
import { interleave, measure, measureWell, median, ratio } from './measure.mjs';
import { writeCurlConfig, writeManifest } from './rows.mjs';
import { held, seconds, table, times, whole } from './table.mjs';
import { runWhole } from './whole-run.mjs';

export const title =
  'rows a second of the whole run (manifest, journal, reports; no check, no pace), concurrency 16';

const BARE = fileURLToPath(new URL('bare.mjs', import.meta.url));
const CONCURRENCY = 16;
const LEAST = 0.75;

export async function measurePart(bench) {
  const { quick, stub, print, against } = bench;
  const rows = quick ? 40_000 : 150_000;
  // curl holds every transfer in memory, and slows down with their number.
  const curlRows = quick ? 5_000 : 20_000;
  const manifest = bench.place('throughput.csv');
  const config = bench.place('throughput.curl');
  await writeManifest(manifest, rows);
  await writeCurlConfig(config, stub.url, curlRows);
  await stub.set();

  const contestants = {
    'bare request loop': () =>
      measureWell(process.execPath, [BARE, stub.url, String(rows), String(CONCURRENCY)]),
    'whole run': () => runWhole(bench, manifest),
    ...(against === undefined
      ? {}
      : { 'whole run (other)': () => runWhole(bench, manifest, { cli: against }) }),
    ...((await hasCurl())
      ? {
          'curl --parallel 16': async () => {
            const args = ['--parallel', '--parallel-max', '16', '-K', config];
            const result = await measureWell('curl', args, { probe: false });
            const scale = rows / curlRows;
            return {
              wallMs: result.wallMs * scale,
              cpuMs: result.cpuMs * scale,
              rssMb: Number.NaN,
            };
          },
        }
      : {}),
  };
  const results = await interleave(quick ? 3 : 15, contestants);
  const bare = results['bare request loop'];
  const wall = ({ wallMs }) => 1 / wallMs;
  const cpu = ({ cpuMs }) => 1 / cpuMs;
  const middle = (list, figure) => median(list.map(figure));
  print(
    table([
      [`${whole(rows)} rows`, 'seconds', 'CPU seconds', 'rows/s', 'of bare', 'in CPU', 'RSS MB'],
      ...Object.entries(results).map(([name, list]) => [
        name,
        seconds(middle(list, ({ wallMs }) => wallMs)),
        seconds(middle(list, ({ cpuMs }) => cpuMs)),
        whole((rows * 1000) / middle(list, ({ wallMs }) => wallMs)),
        times(ratio(list, bare, wall)),
        times(ratio(list, bare, cpu)),
        whole(middle(list, ({ rssMb }) => rssMb)),
      ]),
    ]).join('\n'),
  );
  print(`  whole run of bare loop: ${held(ratio(results['whole run'], bare, wall), LEAST)}`);
}

async function hasCurl() {
  try {
    return (await measure('curl', ['--version'], { probe: false })).code === 0;
  } catch {
    return false;
  }
}
