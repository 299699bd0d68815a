import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/sandbox/handler.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import { startProgram } from '../support/cli.ts';
import { linksOf, PAGES, readPage } from '../docs/markdown.ts';

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

const TOP = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'package-'));
const source = join(folder, 'source');
const installed = join(folder, 'installed');
const BIN = join(installed, 'node_modules', 'redcap-sweep', 'dist', 'cli.js');
let packed: Packed;

beforeAll(() => {
  // A copy, built anew: what an old build left in dist does not count, and nobody else's build is disturbed.
  cpSync(TOP, source, { recursive: true, filter: isSource });
  symlinkSync(join(TOP, 'node_modules'), join(source, 'node_modules'));
  run(process.execPath, [join('packaging', 'build.mjs')], source);
  const [one] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], source),
  ) as Packed[];
  if (one === undefined) throw new Error('npm packed nothing');
  packed = one;
  mkdirSync(installed);
  const own = ['--offline', '--no-audit', '--no-fund', '--no-package-lock'];
  run('npm', ['install', ...own, join(folder, packed.filename)], installed);
}, 180_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function isSource(path: string): boolean {
  const [first = ''] = relative(TOP, path).split(sep);
  return !['node_modules', 'dist', '.git', 'reports'].includes(first);
}

function npm(
  args: readonly string[],
  cwd: string,
): ReturnType<typeof spawnSync> & { stderr: string } {
  // npm's own variables would make it work on the package that runs the tests.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(?!config_)/i.test(name)),
  );
  return spawnSync('npm', args, {
    cwd,
    env,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
}

function run(program: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } =
    program === 'npm' ? npm(args, cwd) : spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')}: ${String(stdout)}${String(stderr)}`);
  return String(stdout);
}

describe('the packed file', () => {
  it('holds what a user needs and nothing else', () => {
    const names = packed.files.map(({ path }) => path);
    const rest = names.filter((path) => !/^(?:docs|manifests)\/[\w-]+\.(?:csv|md)$/.test(path));
    expect(rest.toSorted()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'dist/bom.cdx.json',
      ...['cli', 'front'].flatMap((name) => [`dist/${name}.js`, `dist/${name}.js.map`]),
      'dist/licenses.txt',
      'dist/package.json',
      'dist/program.js',
      'dist/program.js.map',
      'dist/redcap-sweep.1',
      'dist/rolldown-runtime.js',
      'dist/sandbox.js',
      'dist/sandbox.js.map',
      'package.json',
      'src/report/summary.schema.json',
    ]);
    expect(names).toEqual(
      expect.arrayContaining(['dist/cli.js', 'manifests/demo.csv', 'manifests/README.md']),
    );
  });

  it('has every page that its pages link to, pictures and pages for developers apart', () => {
    const names = packed.files.map(({ path }) => path);
    const missing = PAGES.flatMap(linksOf)
      .map(({ target }) => target)
      .filter((target) => !names.includes(target));
    expect(missing).toEqual(['CONTRIBUTING.md']);
  });

  it('is as small as its pages say', () => {
    const page = readPage('docs/installing.md');
    const [, megabytes] = /the packed file is about ([\d.]+) MB/.exec(page) ?? [];
    expect(packed.size / 1e6).toBeGreaterThan(Number(megabytes) - 0.06);
    expect(packed.size / 1e6).toBeLessThan(Number(megabytes) + 0.06);
  });
});

describe('the package, installed', () => {
  const sweep = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    startProgram(process.execPath, [BIN, ...args], { cwd: folder, env }).ended;

  it('brings no other package, and needs no registry', () => {
    expect(
      readdirSync(join(installed, 'node_modules')).filter((name) => !name.startsWith('.')),
    ).toEqual(['redcap-sweep']);
  });

  it('says its version and shows help', async () => {
    const { version } = JSON.parse(readPage('package.json')) as { version: string };
    expect(await sweep(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    const help = await sweep(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('redcap-sweep demo');
  });

  it('runs as a command of the shell', () => {
    expect(run('npm', ['exec', '--offline', '--', 'redcap-sweep', '--version'], installed)).toMatch(
      /^\d+\.\d+\.\d+$/m,
    );
  });

  it('rehearses', async () => {
    const { code, stdout } = await sweep(['demo', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ rows: 300, sumsAgree: true, exitCode: 1 });
  });

  it('checks one of its own manifests', async () => {
    const server = await serveSandbox(createSandbox({ requestsPerMinute: 0 }));
    const manifest = join(
      installed,
      'node_modules',
      'redcap-sweep',
      'manifests',
      'longitudinal.csv',
    );
    const env = { REDCAP_API_URL: server.url, REDCAP_API_TOKEN: server.sandbox.token };
    const { code, stdout } = await sweep(['check', manifest, '--rate', 'unlimited', '--json'], env);
    await server.close();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'check', exitCode: 0, sumsAgree: true });
  });

  it('has the schema of summary.json where its pages say', () => {
    const path = join(
      installed,
      'node_modules',
      'redcap-sweep',
      'src',
      'report',
      'summary.schema.json',
    );
    expect(JSON.parse(readFileSync(path, 'utf8'))).toHaveProperty('$schema');
  });
});
