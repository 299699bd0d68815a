// npm run bench [-- <part>…] [--quick] [--full] [--cli <cli.js>] [--against <cli.js>]
//
// Ratios are what counts here: a shared machine's seconds mean nothing. Everything that is
// compared is measured in turns, in this one run, against a stub server on 127.0.0.1.
// --cli measures another build, and --against measures another one beside it.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { TOKEN } from './rows.mjs';
import { startStub } from './start-stub.mjs';

/** In the order in which they run. */
const PARTS = ['startup', 'throughput', 'latency', 'rate', 'manifest', 'report', 'memory'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    cli: { type: 'string' },
    against: { type: 'string' },
  },
});
const unknown = positionals.filter((name) => !PARTS.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`No such part: ${unknown.join(', ')}. Parts: ${PARTS.join(', ')}\n`);
  process.exit(2);
}

const print = (line = '') => process.stdout.write(`${line}\n`);
const root = fileURLToPath(new URL('../..', import.meta.url));
const work = await mkdtemp(join(tmpdir(), 'sweep-bench-'));
const stub = await startStub();
const bench = {
  root,
  work,
  stub,
  print,
  quick: values.quick,
  full: values.full,
  cli: values.cli === undefined ? join(root, 'dist', 'cli.js') : resolve(values.cli),
  against: values.against === undefined ? undefined : resolve(values.against),
  env: { REDCAP_API_URL: stub.url, REDCAP_API_TOKEN: TOKEN },
  /** A file or directory that is gone when the benchmark ends. */
  place: (name) => join(work, name),
};
try {
  print(
    `Node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model ?? 'processor'}, load ${loadavg()[0]?.toFixed(1)}`,
  );
  for (const part of PARTS) {
    if (positionals.length > 0 && !positionals.includes(part)) continue;
    const { title, measurePart } = await import(`./${part}.mjs`);
    print(`\n${part}: ${title}`);
    await measurePart(bench);
  }
} finally {
  stub.stop();
  await rm(work, { recursive: true, force: true });
}
