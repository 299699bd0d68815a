// Packs and installs the package, then runs smoke.mjs on each supported Node, which npx brings
// (the package `node` of the registry). One line a version; exit code 1 where one fails.
//
//   node test/matrix/run.mjs          all of them
//   node test/matrix/run.mjs 20 26    these
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSIONS = ['20', '22', '24', '26'];

const top = fileURLToPath(new URL('../../', import.meta.url));
const smoke = fileURLToPath(new URL('smoke.mjs', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'matrix-'));
const isWindows = process.platform === 'win32';

/** Runs npm or npx without the variables of the npm that may have started this. */
function npm(program, args, cwd) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(?!config_)/i.test(name)),
  );
  return spawnSync(program, args, { cwd, env, encoding: 'utf8', shell: isWindows });
}

function need({ status, stdout, stderr, error }, what) {
  if (status === 0) return stdout;
  throw new Error(`${what} failed: ${error?.message ?? `${stdout}${stderr}`.trim()}`);
}

try {
  const packing = ['pack', '--json', '--silent', '--ignore-scripts', '--pack-destination', folder];
  const [{ filename }] = JSON.parse(need(npm('npm', packing, top), 'npm pack'));
  const installed = join(folder, 'installed');
  await mkdir(installed);
  const installing = ['install', '--offline', '--no-audit', '--no-fund'];
  need(npm('npm', [...installing, join(folder, filename)], installed), 'npm install');
  const cli = join(installed, 'node_modules', 'redcap-sweep', 'dist', 'cli.js');

  for (const version of process.argv.length > 2 ? process.argv.slice(2) : VERSIONS) {
    const began = performance.now();
    const { stdout, stderr } = npm('npx', ['--yes', `node@${version}`, smoke, cli], folder);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const answer = readAnswer(stdout) ?? {
      version: `v${version}`,
      error: stderr.trim() || 'no answer',
    };
    const { error } = answer;
    if (error !== undefined) process.exitCode = 1;
    process.stdout.write(
      error === undefined
        ? `ok      Node ${answer.version}  demo, scan, check, run, resume, report  (${seconds} s)\n`
        : `FAILED  Node ${answer.version}  ${error}\n`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function readAnswer(stdout) {
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  } catch {
    return undefined;
  }
}
