import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { measureWell } from './measure.mjs';
import { writeManifest } from './rows.mjs';
import { held, seconds, table, whole } from './table.mjs';
import { runWhole } from './whole-run.mjs';

export const title = 'peak resident memory of whole runs, of a check, and of a bare loop';

const BARE = fileURLToPath(new URL('bare.mjs', import.meta.url));
const MOST_MB = { 1_000_000: 200, 10_000_000: 350 };

export async function measurePart(bench) {
  const { quick, full, stub, print, cli, against, env, work } = bench;
  const lines = [['', 'RSS MB', 'seconds']];
  const verdicts = [];
  await stub.set();
  const sizes = [10_000, quick ? 100_000 : 1_000_000, ...(full ? [10_000_000] : [])];
  for (const rows of sizes) {
    const manifest = bench.place('memory.csv');
    await writeManifest(manifest, rows);
    const { rssMb, wallMs } = await runWhole(bench, manifest);
    lines.push([`run --no-check, ${whole(rows)} rows`, whole(rssMb), seconds(wallMs)]);
    const most = MOST_MB[rows];
    if (most !== undefined) {
      verdicts.push(`  ${whole(rows)} rows: ${held(rssMb, most, 'at most')} MB`);
    }
    if (against === undefined) continue;
    const other = await runWhole(bench, manifest, { cli: against });
    lines.push([`the same (other)`, whole(other.rssMb), seconds(other.wallMs)]);
  }

  const records = quick ? 10_000 : 100_000;
  const manifest = bench.place('memory.csv');
  await writeManifest(manifest, records);
  const directory = bench.place('check');
  const args = [cli, 'check', manifest, '--quiet', '--rate', 'unlimited', '--run-dir', directory];
  const check = await measureWell(process.execPath, args, { cwd: work, env });
  lines.push([`check, ${whole(records)} records`, whole(check.rssMb), seconds(check.wallMs)]);
  await rm(directory, { recursive: true });
  const args2 = [BARE, stub.url, String(quick ? 40_000 : 200_000), '16'];
  const bare = await measureWell(process.execPath, args2);
  lines.push(['bare request loop', whole(bare.rssMb), seconds(bare.wallMs)]);
  print(table(lines).join('\n'));
  for (const verdict of verdicts) print(verdict);
}
