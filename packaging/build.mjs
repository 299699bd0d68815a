// npm run build: makes everything that is shipped, in dist/, from nothing:
//
//   cli.js and others     the whole program, dependencies included, with source maps; package.json
//                         says that they are CommonJS
//   licenses.txt          the licences of all that is in it
//   bom.cdx.json          the same as a CycloneDX bill of materials
//   redcap-sweep.1        the man page
//
// The same sources give the same bytes.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { billOfMaterials } from './bill-of-materials.mjs';
import { licenseTexts, packagesIn } from './packages.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const DIST = join(ROOT, 'dist');
const at = (path) => join(ROOT, path).replaceAll('\\', '/');

const own = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
const chunks = await bundle(
  'src/cli.ts',
  {
    // Node.js has a CommonJS module running before it has set up its loader for the others.
    format: 'cjs',
    minify: true,
    sourcemap: true,
    chunkFileNames: '[name].js',
    codeSplitting: {
      groups: [{ name: partOf(), debugName: 'parts', includeDependenciesRecursively: false }],
    },
  },
  // Parts are free to give each other what they need.
  { preserveEntrySignatures: false },
);
const packages = await packagesIn(
  ROOT,
  chunks.flatMap(({ modules }) => Object.entries(modules)),
);
const page = await manPage();

await rm(DIST, { recursive: true, force: true });
await mkdir(DIST);
for (const { fileName, code, map } of chunks) {
  await write(fileName, code, fileName === 'cli.js' ? 0o755 : 0o644);
  // What only passes on has none.
  if (map !== null)
    await write(`${fileName}.map`, `${JSON.stringify(withoutForeignSources(map))}\n`);
}
// The sources are ES modules, and say so for the whole package.
await write('package.json', '{ "type": "commonjs" }\n');
await write('licenses.txt', licenseTexts(own, packages));
await write('bom.cdx.json', `${JSON.stringify(billOfMaterials(own, packages, chunks), null, 2)}\n`);
await write('redcap-sweep.1', page);

/** One entry and all that it needs. */
async function bundle(entry, output, input = {}) {
  const build = await rolldown({
    input: entry,
    cwd: ROOT,
    platform: 'node',
    ...input,
  });
  try {
    const { output: made } = await build.generate({
      format: 'esm',
      comments: { legal: false },
      ...output,
    });
    return made.filter(({ type }) => type === 'chunk');
  } finally {
    await build.close();
  }
}

/**
 * In which part a module stands. In one file all of it would have to be read
 * before `--help` can say a word: what that needs stands apart, and so does the
 * stand-in server. The entry stands alone, as it waits for the program's end.
 */
function partOf() {
  let front;
  let program;
  return (id, bundled) => {
    const path = id.replaceAll('\\', '/');
    if (path === at('src/cli.ts')) return null;
    front ??= neededBy(at('src/cli.ts'), bundled);
    program ??= neededBy(at('src/cli/handlers.ts'), bundled);
    if (front.has(path)) return 'front';
    return program.has(path) ? 'program' : 'sandbox';
  };
}

/** The modules that are loaded with one, itself included. */
function neededBy(entry, bundled) {
  const found = new Set();
  const ahead = [entry];
  for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
    const path = id.replaceAll('\\', '/');
    if (found.has(path)) continue;
    found.add(path);
    ahead.push(...(bundled.getModuleInfo(id)?.importedIds ?? []));
  }
  return found;
}

/** The lines of the libraries can be looked up where they come from; their text would make up most of the maps. */
function withoutForeignSources(map) {
  const sources = map.sources.map((source) => source.replaceAll('\\', '/'));
  return {
    version: map.version,
    file: map.file,
    names: map.names,
    sources,
    sourcesContent: map.sourcesContent.map((text, n) =>
      sources[n].includes('node_modules/') ? null : text,
    ),
    mappings: map.mappings,
  };
}

/** Made from the table of commands, which is TypeScript: bundled, and loaded from memory. */
async function manPage() {
  const [chunk] = await bundle('packaging/man-page.ts', {});
  const script = Buffer.from(chunk.code).toString('base64');
  const { manPage: make } = await import(`data:text/javascript;base64,${script}`);
  return make(own.version);
}

async function write(name, text, mode = 0o644) {
  await writeFile(join(DIST, name), text, { mode });
}
