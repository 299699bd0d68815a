import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { parseTarGzip } from 'nanotar';
import { afterAll, describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/sandbox/handler.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import { startProgram } from '../support/cli.ts';

const TOP = fileURLToPath(new URL('../../', import.meta.url));
const VERSION = (JSON.parse(readFileSync(join(TOP, 'package.json'), 'utf8')) as { version: string })
  .version;
const folder = mkdtempSync(join(tmpdir(), 'release-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const PLATFORMS = ['win-x64', 'darwin-arm64', 'darwin-x64', 'linux-x64'];

/** Something that says which Node.js it is, as a release does. */
function fakeNode(platform: string): string {
  return `\x7f${platform}\x00https://example.org/download/release/v22.9.1/node-headers.tar.gz`;
}

function makeNodes(name: string, platforms: readonly string[] = PLATFORMS): string {
  const nodes = join(folder, name);
  for (const platform of platforms) {
    const node = join(nodes, `node-v22.9.1-${platform}`);
    mkdirSync(join(node, 'bin'), { recursive: true });
    const path = platform.startsWith('win') ? 'node.exe' : 'bin/node';
    writeFileSync(join(node, path), fakeNode(platform), 'latin1');
    if (platform === 'linux-x64') writeFileSync(join(node, 'LICENSE'), 'Node.js is licensed …');
  }
  return nodes;
}

function release(
  out: string,
  ...args: string[]
): { status: number | null; stdout: string; stderr: string } {
  const script = join(TOP, 'packaging', 'release.mjs');
  return spawnSync(process.execPath, [script, '--out', join(folder, out), ...args], {
    encoding: 'utf8',
  });
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function unpack(archive: string): Promise<Map<string, { bytes: Uint8Array; mode?: string }>> {
  const bytes = readFileSync(archive);
  if (archive.endsWith('.zip')) {
    return new Map(Object.entries(unzipSync(bytes)).map(([name, one]) => [name, { bytes: one }]));
  }
  const files = await parseTarGzip(bytes);
  return new Map(
    files.map(({ name, data, attrs }) => [
      name,
      { bytes: data ?? new Uint8Array(), mode: attrs?.mode ?? '' },
    ]),
  );
}

describe('the folders that need no Node.js', () => {
  it('are the same bytes from the same inputs, whatever the time zone', () => {
    const nodes = makeNodes('nodes');
    expect(release('one', '--node', nodes)).toMatchObject({ status: 0, stderr: '' });
    execFileSync(
      process.execPath,
      [join(TOP, 'packaging', 'release.mjs'), '--out', join(folder, 'two'), '--node', nodes],
      {
        env: { ...process.env, TZ: 'Asia/Tokyo' },
      },
    );
    const names = readdirSync(join(folder, 'one')).toSorted();
    expect(names).toEqual(
      [
        'SHA256SUMS',
        ...PLATFORMS.map(
          (one) => `redcap-sweep-${VERSION}-${one}.${one === 'win-x64' ? 'zip' : 'tar.gz'}`,
        ),
      ].toSorted(),
    );
    const digests = (out: string): string[] =>
      names.map((name) => sha256(readFileSync(join(folder, out, name))));
    expect(digests('two')).toEqual(digests('one'));
    const sums = readFileSync(join(folder, 'one', 'SHA256SUMS'), 'utf8')
      .trim()
      .split('\n');
    for (const line of sums) {
      const [digest = '', name = ''] = line.split('  ');
      expect(digest).toBe(sha256(readFileSync(join(folder, 'one', name))));
    }
  });

  it.each(PLATFORMS)('hold Node.js unchanged, the package and starters: %s', async (platform) => {
    const isWindows = platform === 'win-x64';
    const name = `redcap-sweep-${VERSION}-${platform}`;
    const files = await unpack(join(folder, 'one', `${name}.${isWindows ? 'zip' : 'tar.gz'}`));
    const read = (path: string): string =>
      Buffer.from(files.get(`${name}/${path}`)?.bytes ?? []).toString('latin1');
    const program = isWindows ? 'node/node.exe' : 'node/node';
    expect(read(program)).toBe(fakeNode(platform));
    expect(read('node/LICENSE')).toContain('Node.js is licensed');
    expect(read('app/dist/program.js')).toBe(
      readFileSync(join(TOP, 'dist', 'program.js'), 'latin1'),
    );
    expect([...files.keys()].filter((path) => !path.includes('/app/')).toSorted()).toEqual(
      [
        'README.txt',
        'bom.cdx.json',
        'node/LICENSE',
        program,
        ...(isWindows ? ['Start redcap-sweep.cmd', 'redcap-sweep.cmd'] : ['redcap-sweep']),
        ...(platform.startsWith('darwin') ? ['Start redcap-sweep.command'] : []),
      ]
        .map((path) => `${name}/${path}`)
        .toSorted(),
    );
    const { components } = JSON.parse(read('bom.cdx.json')) as { components: object[] };
    expect(components[0]).toMatchObject({
      name: 'node',
      version: '22.9.1',
      hashes: [{ alg: 'SHA-256', content: sha256(Buffer.from(fakeNode(platform), 'latin1')) }],
    });
    if (isWindows) expect(read('redcap-sweep.cmd')).toMatch(/^@echo off\r\n.*\r\n$/s);
    else expect(files.get(`${name}/redcap-sweep`)?.mode).toMatch(/755/);
  });

  it.each([
    ['without a folder', [], 'Give the folder'],
    [
      'with a platform that there is not',
      ['--node', '.', '--only', 'win-x64,beos'],
      'No such platform: beos.',
    ],
  ])('are refused %s', (_what, args, message) => {
    const { status, stderr } = release('none', ...args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  it('are refused with all that is missing, and none is made', () => {
    const { status, stderr } = release('none', '--node', makeNodes('few', ['linux-x64']));
    expect(status).toBe(2);
    expect(stderr).toContain('win-x64, darwin-arm64, darwin-x64');
    expect(() => readdirSync(join(folder, 'none'))).toThrow('ENOENT');
  });
});

describe.skipIf(process.platform !== 'linux')('the folder for Linux', () => {
  it('does its work where no Node.js is in the PATH, through a link too', async () => {
    const node = join(folder, 'real', 'node-linux-x64');
    mkdirSync(join(node, 'bin'), { recursive: true });
    symlinkSync(process.execPath, join(node, 'bin', 'node'));
    writeFileSync(join(node, 'LICENSE'), 'licence');
    expect(release('real-out', '--node', join(folder, 'real'), '--only', 'linux-x64').stderr).toBe(
      '',
    );
    const name = `redcap-sweep-${VERSION}-linux-x64`;
    execFileSync('tar', ['xzf', `${name}.tar.gz`], { cwd: join(folder, 'real-out') });
    const tools = join(folder, 'tools');
    mkdirSync(tools);
    symlinkSync(join('..', 'real-out', name, 'redcap-sweep'), join(tools, 'sweep'));
    for (const tool of ['dirname', 'readlink', 'sh']) {
      symlinkSync(execFileSync('which', [tool], { encoding: 'utf8' }).trim(), join(tools, tool));
    }
    const server = await serveSandbox(createSandbox({ requestsPerMinute: 0 }));
    const env = {
      PATH: tools,
      REDCAP_API_URL: server.url,
      REDCAP_API_TOKEN: server.sandbox.token,
    };
    const sweep = async (args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await startProgram(join(tools, 'sweep'), args, {
        cwd: folder,
        env,
      }).ended;
      expect(code, stderr).toBe(args[0] === 'demo' ? 1 : 0);
      return stdout;
    };
    const fast = ['--rate', '50/s', '--quiet'];
    const demo = JSON.parse(await sweep(['demo', '--json', '--quiet'])) as object;
    expect(demo).toMatchObject({ rows: 300, sumsAgree: true, exitCode: 1 });
    await sweep(['scan', '--field', 'photo', '--output', 'list.csv', ...fast]);
    await sweep(['check', 'list.csv', '--run-dir', 'checked', ...fast]);
    await sweep([
      'run',
      '--approved',
      'checked',
      '--yes',
      '--backup',
      '--run-dir',
      'swept',
      ...fast,
    ]);
    await sweep(['restore', 'swept', '--yes', ...fast]);
    await server.close();
    const rows = readFileSync(join(folder, 'list.csv'), 'utf8').trim().split('\n').length - 1;
    expect(
      readFileSync(join(folder, 'swept', 'restore.csv'), 'utf8').match(/,restored,/g),
    ).toHaveLength(rows);
  }, 180_000);
});
