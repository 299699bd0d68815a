import { fileURLToPath } from 'node:url';
import { interleave, measureWell, median, ratio } from './measure.mjs';
import { writeManifest } from './rows.mjs';
import { held, table, times } from './table.mjs';
import { runWhole } from './whole-run.mjs';

export const title = 'rows a second where the server takes its time, from first to last request';

const BARE = fileURLToPath(new URL('bare.mjs', import.meta.url));
const LEAST = 0.97;

export async function measurePart(bench) {
  const { quick, stub, print } = bench;
  const forMs = quick ? 4_000 : 10_000;
  const lines = [['', 'bare rows/s', 'whole rows/s', 'of bare', 'start-up counted in']];
  let least = Number.POSITIVE_INFINITY;
  for (const latencyMs of [50, 100]) {
    for (const concurrency of [16, 64]) {
      const rows = Math.round((forMs / latencyMs) * concurrency);
      const manifest = bench.place(`latency-${rows}.csv`);
      await writeManifest(manifest, rows);
      const seen = async (run) => {
        await stub.set({ latencyMs });
        const { wallMs } = await run();
        const { requests, firstAt, lastAt } = await stub.seen();
        return { wallMs, perSecond: ((requests - 1) * 1000) / (lastAt - firstAt) };
      };
      const args = ['--no-check', '--rate', 'unlimited', '--concurrency', String(concurrency)];
      const { bare, whole } = await interleave(quick ? 1 : 3, {
        bare: () =>
          seen(() =>
            measureWell(process.execPath, [BARE, stub.url, String(rows), String(concurrency)]),
          ),
        whole: () => seen(() => runWhole(bench, manifest, { args })),
      });
      const share = ratio(whole, bare, ({ perSecond }) => perSecond);
      least = Math.min(least, share);
      lines.push([
        `${latencyMs} ms, concurrency ${concurrency}`,
        times(median(bare.map(({ perSecond }) => perSecond)), 0),
        times(median(whole.map(({ perSecond }) => perSecond)), 0),
        times(share, 3),
        times(
          ratio(bare, whole, ({ wallMs }) => wallMs),
          3,
        ),
      ]);
    }
  }
  print(table(lines).join('\n'));
  print(`  least of these: ${held(least, LEAST)}`);
}
