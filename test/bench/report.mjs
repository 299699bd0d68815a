import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { interleave, measureWell, median } from './measure.mjs';
import { writeManifest } from './rows.mjs';
import { seconds, table, whole } from './table.mjs';
import { runWhole } from './whole-run.mjs';

export const title = 'making all five reports from manifest and journal';

export async function measurePart(bench) {
  const { quick, cli, against, print, stub } = bench;
  const rows = quick ? 100_000 : 1_000_000;
  await stub.set();
  const directory = await makeFinishedRun(bench, rows);
  const report = (from) => () =>
    measureWell(process.execPath, [from, 'report', directory, '--quiet'], { cwd: bench.work });
  const results = await interleave(quick ? 2 : 3, {
    report: report(cli),
    ...(against === undefined ? {} : { 'report (other)': report(against) }),
  });
  print(
    table([
      [`${whole(rows)} rows`, 'seconds', 'CPU seconds', 'RSS MB'],
      ...Object.entries(results).map(([name, list]) => [
        name,
        seconds(median(list.map(({ wallMs }) => wallMs))),
        seconds(median(list.map(({ cpuMs }) => cpuMs))),
        whole(median(list.map(({ rssMb }) => rssMb))),
      ]),
    ]).join('\n'),
  );
  await rm(directory, { recursive: true });
}

/** A small run that really took place, stretched: its journal's first lines, then made-up rows. */
async function makeFinishedRun(bench, rows) {
  const small = bench.place('small.csv');
  await writeManifest(small, 10);
  const { directory } = await runWhole(bench, small, { keep: true });
  const manifest = join(directory, 'manifest.csv');
  await writeManifest(manifest, rows);
  const journal = join(directory, 'journal.ndjson');
  const lines = (await readFile(journal, 'utf8')).trimEnd().split('\n');
  const header = JSON.parse(lines[0]);
  const hash = createHash('sha256');
  await pipeline(createReadStream(manifest), hash);
  const { size } = await stat(manifest);
  header.manifest = { ...header.manifest, rows, bytes: size, sha256: hash.digest('hex') };
  const before = lines
    .slice(1)
    .filter((line) => !line.includes('"row"') && !line.includes('"end"'));
  const file = await open(journal, 'w');
  try {
    let text = `${[JSON.stringify(header), ...before].join('\n')}\n`;
    const from = Date.parse(header.startedAt);
    for (let row = 1; row <= rows; row += 1) {
      const at = from + row * 3;
      text += `{"row":${row},"state":"sending","at":${at},"attempt":1}\n`;
      text += `{"row":${row},"state":"deleted","started":${at},"at":${at + 2},"attempts":1,"http":200,"verified":"skipped"}\n`;
      if (text.length < 1 << 20 && row < rows) continue;
      await file.write(text);
      text = '';
    }
    await file.write(`${lines.at(-1)}\n`);
  } finally {
    await file.close();
  }
  return directory;
}
