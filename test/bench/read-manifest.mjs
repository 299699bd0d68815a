// Reads a manifest in one of several ways, in a process of its own.
//
//   node read-manifest.mjs csv-parse|read|plan <path> <dist>
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'csv-parse';

const [how, path, dist] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(join(dist, name)).href);
let rows = 0;

if (how === 'csv-parse') {
  const parser = createReadStream(path).pipe(parse());
  parser.on('data', () => (rows += 1));
  await new Promise((resolve, reject) => parser.on('end', resolve).on('error', reject));
  rows -= 1;
} else if (how === 'read') {
  const { openManifest } = await load('manifest/read.js');
  for await (const batch of (await openManifest(createReadStream(path))).batches()) {
    for (const row of batch) if (row.problems.length === 0) rows += 1;
  }
} else {
  // As a run does before its first request: counts, faults, and rows that name the same target.
  const { openManifest } = await load('manifest/read.js');
  const { planWithoutLooks } = await load('plan/make-plan.js');
  const manifest = await openManifest(createReadStream(path));
  for await (const batch of planWithoutLooks(manifest.batches(), undefined)) rows += batch.length;
}
process.stdout.write(String(rows));
