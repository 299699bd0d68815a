// npm run release -- --node <folder> [--only linux-x64,win-x64] [--out <folder>]
//
// Makes folders that need no Node.js on the machine: for each platform an archive with an
// unchanged Node.js, the package as it was built, and something to start it with. <folder> holds
// Node.js's own releases, unpacked side by side (node-v22.21.0-win-x64 and so on). The same
// inputs give the same bytes.
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { createTar } from 'nanotar';
import { withNode } from './bill-of-materials.mjs';
import { findNode, PLATFORMS } from './find-node.mjs';
import { sha256 } from './packages.mjs';
import { starterFiles } from './starters.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** Archives have times. What is in these has none of its own; the first that a zip can tell. */
const TIME = Date.UTC(1980, 0, 1, 12);

try {
  await release(readOptions());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      node: { type: 'string' },
      only: { type: 'string' },
      out: { type: 'string', default: 'release' },
    },
  });
  if (values.node === undefined) {
    throw new Error(
      'Give the folder with the releases of Node.js: npm run release -- --node <folder>',
    );
  }
  const platforms = values.only?.split(',') ?? Object.keys(PLATFORMS);
  const unknown = platforms.filter((platform) => !Object.hasOwn(PLATFORMS, platform));
  if (unknown.length > 0) {
    throw new Error(
      `No such platform: ${unknown.join(', ')}. There are ${Object.keys(PLATFORMS).join(', ')}.`,
    );
  }
  return { nodes: resolve(values.node), platforms, out: resolve(values.out) };
}

async function release({ nodes, platforms, out }) {
  // All of them are found before the first archive is made.
  const found = await findNode(nodes, platforms);
  const own = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const app = await packageFiles();
  const bill = JSON.parse(await readFile(join(ROOT, 'dist', 'bom.cdx.json'), 'utf8'));
  await mkdir(out, { recursive: true });
  const sums = [];
  for (const platform of platforms) {
    const node = found[platform];
    const folder = `${own.name}-${own.version}-${platform}`;
    const files = [
      ...starterFiles(platform, own.version),
      { name: PLATFORMS[platform].program, bytes: node.program, mode: 0o755 },
      { name: 'node/LICENSE', bytes: node.license },
      {
        name: 'bom.cdx.json',
        bytes: Buffer.from(`${JSON.stringify(withNode(bill, node), null, 2)}\n`),
      },
      ...app.map((file) => ({ ...file, name: `app/${file.name}` })),
    ].map((file) => ({ mode: 0o644, ...file, name: `${folder}/${file.name}` }));
    const archive = platform.startsWith('win') ? zipped(files) : tarred(files);
    const name = `${folder}.${platform.startsWith('win') ? 'zip' : 'tar.gz'}`;
    await writeFile(join(out, name), archive);
    sums.push(`${sha256(archive)}  ${name}`);
    process.stdout.write(
      `${name}  ${(archive.length / 1e6).toFixed(1)} MB, Node.js ${node.version}\n`,
    );
  }
  await writeFile(join(out, 'SHA256SUMS'), `${sums.join('\n')}\n`);
}

/** What `npm pack` would pack. */
async function packageFiles() {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['pack', '--dry-run', '--json', '--ignore-scripts'],
    { cwd: ROOT, encoding: 'utf8', shell: process.platform === 'win32' },
  );
  if (status !== 0) throw new Error(`npm pack: ${stderr}`);
  const paths = JSON.parse(stdout)[0].files.map(({ path }) => path);
  return Promise.all(
    paths.toSorted().map(async (name) => ({ name, bytes: await readFile(join(ROOT, name)) })),
  );
}

function zipped(files) {
  // As people in every time zone read it: a zip has local times.
  const mtime = new Date(1980, 0, 1, 12);
  return zipSync(Object.fromEntries(files.map(({ name, bytes }) => [name, [bytes, { mtime }]])), {
    level: 6,
  });
}

function tarred(files) {
  const entries = files.map(({ name, bytes, mode }) => ({
    name,
    data: bytes,
    attrs: { mode: mode.toString(8).padStart(7, '0'), mtime: TIME },
  }));
  return gzipSync(createTar(entries, { attrs: { uid: 0, gid: 0, user: 'root', group: 'root' } }), {
    level: 6,
  });
}
