/**
 * NTFS' rules on Node's `fs`, for the built program on Linux and macOS:
 *
 *   node --import ./test/support/ntfs-rules.mjs dist/cli.js …
 *
 * - A folder with an open file in it is neither renamed (EPERM) nor removed.
 * - Nothing is renamed onto an open file, onto a read-only one, or onto a folder (EPERM).
 * - An open file that is deleted keeps its name until it is closed: nobody can
 *   open it meanwhile (EPERM), and its folder is not empty (ENOTEMPTY).
 * - Names that Windows does not know are refused; two that differ in case alone are one.
 * - Folders cannot be synced (EPERM); of modes, only the read-only attribute exists.
 * - NTFS_HELD names files (by path.delimiter) that another program, a spreadsheet,
 *   has open without sharing them: no deletion (EBUSY), no rename onto them (EPERM).
 *
 * A file counts as open from the call that opens it until the system has closed
 * it. Each refusal is appended to the file that NTFS_REFUSALS names, so that one
 * which the program rode out by trying again is seen too.
 *
 * `process.platform` stays what it is: named pipes, signals and shells are no
 * part of this.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { delimiter, dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const real = { ...fs };
const promised = { ...fs.promises };
const { O_WRONLY, O_RDWR } = fs.constants;

const FORBIDDEN =
  // eslint-disable-next-line no-control-regex -- control characters are forbidden too
  /[<>:"|?*\\\u0000-\u001f]|[. ]$|^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?$/i;
const WORDS = {
  EPERM: 'operation not permitted',
  EBUSY: 'resource busy or locked',
  ENOENT: 'no such file or directory',
};
const ERRNO = { EPERM: -4048, EBUSY: -4082, ENOENT: -4058 };

/** What is open: one entry for each handle. */
const open = new Set();
/** Descriptors of `fs.open` and `fs.openSync`. */
const descriptors = new Map();
/** Deleted while open: the names that are still there. */
const pending = new Set();

function failure(code, syscall, path, dest) {
  const paths = dest === undefined ? `'${path}'` : `'${path}' -> '${dest}'`;
  const error = new Error(`${code}: ${WORDS[code]}, ${syscall} ${paths}`);
  return Object.assign(error, { code, errno: ERRNO[code], syscall, path, dest });
}

function refuse(code, syscall, path, dest) {
  const error = failure(code, syscall, path, dest);
  const log = process.env.NTFS_REFUSALS;
  if (log !== undefined) real.appendFileSync(log, `${error.message}\n`);
  return error;
}

/** The path as it is on the disk: absolute, links in its folders followed, its case that of what is there. */
function locate(given, syscall) {
  const path = resolve(given instanceof URL ? fileURLToPath(given) : String(given));
  let at = sep;
  for (const name of path.split(sep)) {
    if (name === '') continue;
    if (FORBIDDEN.test(name)) throw refuse('ENOENT', syscall, path);
    at = join(at, spelling(at, name));
  }
  try {
    const folder = real.realpathSync(dirname(at));
    return at === sep ? at : join(folder, at.slice(dirname(at).length).replace(/^\//, ''));
  } catch {
    return at;
  }
}

function spelling(folder, name) {
  if (real.lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined) return name;
  try {
    const folded = name.toUpperCase();
    return real.readdirSync(folder).find((one) => one.toUpperCase() === folded) ?? name;
  } catch {
    return name;
  }
}

function lookAt(path) {
  return real.lstatSync(path, { throwIfNoEntry: false });
}

function isOpen(path) {
  for (const entry of open) if (entry.path === path) return true;
  return false;
}

/** A file in the folder, at any depth, or the folder itself. */
function hasOpen(folder) {
  const inside = `${folder}${sep}`;
  for (const { path } of open) if (path === folder || path.startsWith(inside)) return true;
  return heldByOthers().some((path) => path.startsWith(inside));
}

function heldByOthers() {
  const held = process.env.NTFS_HELD ?? '';
  return held === '' ? [] : held.split(delimiter).filter((path) => lookAt(path) !== undefined);
}

function isReadOnly(stats) {
  return (stats.mode & 0o200) === 0;
}

function writes(flags) {
  return typeof flags === 'number' ? (flags & (O_WRONLY | O_RDWR)) !== 0 : /[wa+]/.test(flags);
}

function track(path) {
  const entry = { path, isFolder: lookAt(path)?.isDirectory() === true };
  open.add(entry);
  return entry;
}

function untrack(entry) {
  if (!open.delete(entry) || isOpen(entry.path) || !pending.delete(entry.path)) return;
  real.unlinkSync(entry.path);
}

/** The name that is to be opened, held against the rules. */
function mayOpen(given, flags, syscall = 'open') {
  const path = locate(given, syscall);
  if (pending.has(path)) throw refuse('EPERM', syscall, path);
  const stats = lookAt(path);
  if (stats !== undefined && writes(flags)) {
    if (heldByOthers().includes(path)) throw refuse('EBUSY', syscall, path);
    if (stats.isFile() && isReadOnly(stats)) throw refuse('EPERM', syscall, path);
  }
  return path;
}

function mayRename(from, to) {
  const source = locate(from, 'rename');
  const target = locate(to, 'rename');
  const moved = lookAt(source);
  if (moved?.isDirectory() === true && hasOpen(source)) {
    throw refuse('EPERM', 'rename', source, target);
  }
  if (heldByOthers().includes(source)) throw refuse('EBUSY', 'rename', source, target);
  const there = source === target ? undefined : lookAt(target);
  if (there !== undefined && moved !== undefined) {
    const held = isOpen(target) || heldByOthers().includes(target);
    if (held || there.isDirectory() || isReadOnly(there)) {
      throw refuse('EPERM', 'rename', source, target);
    }
  }
  // The new name in the case that was asked for.
  return [source, source === target ? resolve(String(to)) : target];
}

function renamed(from, to) {
  for (const entry of open) if (entry.path === from) entry.path = to;
}

/** Whether it is gone; one that is open goes when it is closed. */
function mayUnlink(given) {
  const path = locate(given, 'unlink');
  if (lookAt(path)?.isDirectory() === true) throw refuse('EPERM', 'unlink', path);
  if (heldByOthers().includes(path)) throw refuse('EBUSY', 'unlink', path);
  if (pending.has(path)) throw refuse('EPERM', 'unlink', path);
  if (!isOpen(path)) return path;
  pending.add(path);
  return undefined;
}

function mayRemoveFolder(given) {
  const path = locate(given, 'rmdir');
  if (isOpen(path)) throw refuse('EBUSY', 'rmdir', path);
  return path;
}

/** Files that are open, or deleted and open, keep their folder from being empty. */
function noteNotEmpty(error, path) {
  if (error.code === 'ENOTEMPTY' && hasOpen(path) && process.env.NTFS_REFUSALS !== undefined) {
    real.appendFileSync(process.env.NTFS_REFUSALS, `${error.message}\n`);
  }
  return error;
}

function creationMode(mode) {
  return mode === undefined || (Number(mode) & 0o200) !== 0 ? 0o666 : 0o444;
}

/** One operation in its three forms: promise, callback, synchronous. */
function define(name, sync, inPromise) {
  const asPromise = inPromise ?? (async (...args) => sync(...args));
  fs.promises[name] = asPromise;
  fs[`${name}Sync`] = sync;
  fs[name] = Object.assign((...args) => {
    const done = args.pop();
    asPromise(...args).then(
      (value) => process.nextTick(done, null, value),
      (error) => process.nextTick(done, error),
    );
  }, {});
}

define('rename', (from, to) => {
  const [source, target] = mayRename(from, to);
  real.renameSync(source, target);
  renamed(source, target);
});
define('unlink', (given) => {
  const path = mayUnlink(given);
  if (path !== undefined) real.unlinkSync(path);
});
define('rmdir', (given, options) => {
  const path = mayRemoveFolder(given);
  try {
    real.rmdirSync(path, options);
  } catch (error) {
    throw noteNotEmpty(error, path);
  }
});

const AGAIN = new Set(['EBUSY', 'EMFILE', 'ENFILE', 'ENOTEMPTY', 'EPERM']);

function* removing(given, { force = false, recursive = false, maxRetries = 0, retryDelay = 100 }) {
  const path = locate(given, 'rm');
  const stats = lookAt(path);
  if (stats === undefined) {
    if (force) return;
    throw failure('ENOENT', 'rm', path);
  }
  if (stats.isDirectory() && !recursive) {
    throw Object.assign(new Error(`Path is a directory: rm returned EISDIR ${path}`), {
      code: 'ERR_FS_EISDIR',
    });
  }
  for (let tries = 0; ; tries += 1) {
    try {
      if (!stats.isDirectory()) fs.unlinkSync(path);
      else {
        for (const name of real.readdirSync(path)) {
          yield* removing(join(path, name), { force: true, recursive, maxRetries, retryDelay });
        }
        fs.rmdirSync(path);
      }
      return;
    } catch (error) {
      if (tries >= maxRetries || !AGAIN.has(error.code)) throw error;
      yield (tries + 1) * retryDelay;
    }
  }
}
define(
  'rm',
  (given, options = {}) => {
    for (const ms of removing(given, options)) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    }
  },
  async (given, options = {}) => {
    for (const ms of removing(given, options)) await new Promise((go) => setTimeout(go, ms));
  },
);

fs.openSync = (given, flags, mode) => {
  const path = mayOpen(given, flags ?? 'r');
  const fd = real.openSync(path, flags, creationMode(mode));
  descriptors.set(fd, track(path));
  return fd;
};
fs.open = (given, ...rest) => {
  const done = rest.pop();
  const [flags = 'r', mode] = rest;
  let entry;
  try {
    const path = mayOpen(given, flags);
    entry = track(path);
    real.open(path, flags, creationMode(mode), (error, fd) => {
      if (error !== null) untrack(entry);
      else {
        entry.isFolder = lookAt(path)?.isDirectory() === true;
        descriptors.set(fd, entry);
      }
      done(error, fd);
    });
  } catch (error) {
    process.nextTick(done, error);
  }
};

function forget(fd) {
  const entry = descriptors.get(fd);
  descriptors.delete(fd);
  if (entry !== undefined) untrack(entry);
}
fs.closeSync = (fd) => {
  real.closeSync(fd);
  forget(fd);
};
fs.close = (fd, done = () => undefined) => {
  // Its number may be given out again before the callback comes.
  const entry = descriptors.get(fd);
  descriptors.delete(fd);
  real.close(fd, (error) => {
    if (entry !== undefined) untrack(entry);
    done(error);
  });
};

fs.promises.open = async (given, flags = 'r', mode) => {
  const path = mayOpen(given, flags);
  const entry = track(path);
  let handle;
  try {
    handle = await promised.open(path, flags, creationMode(mode));
  } catch (error) {
    untrack(entry);
    throw error;
  }
  entry.isFolder = lookAt(path)?.isDirectory() === true;
  const close = handle.close.bind(handle);
  const closing = async () => {
    await close();
    untrack(entry);
  };
  const whole = (sync) => async () => {
    if (entry.isFolder) throw failure('EPERM', 'fsync', path);
    await sync();
  };
  return Object.defineProperties(handle, {
    close: { value: closing },
    sync: { value: whole(handle.sync.bind(handle)) },
    datasync: { value: whole(handle.datasync.bind(handle)) },
    chmod: { value: async () => undefined },
  });
};

for (const name of ['fsync', 'fdatasync']) {
  const isFolder = (fd) => descriptors.get(fd)?.isFolder === true;
  fs[`${name}Sync`] = (fd) => {
    if (isFolder(fd)) throw failure('EPERM', 'fsync', fd);
    real[`${name}Sync`](fd);
  };
  fs[name] = (fd, done) => {
    if (isFolder(fd)) process.nextTick(done, failure('EPERM', 'fsync', fd));
    else real[name](fd, done);
  };
}

/** Opens, works and closes in one call: open as long as that takes. */
function wrapWhole(name, flags) {
  const isHandle = (given) => typeof given === 'number' || typeof given?.fd === 'number';
  const usual = (rest) => (typeof rest.at(-1)?.flag === 'string' ? rest.at(-1).flag : flags);
  fs.promises[name] = async (given, ...rest) => {
    if (isHandle(given)) return promised[name](given, ...rest);
    const path = mayOpen(given, usual(rest));
    const entry = track(path);
    try {
      return await promised[name](path, ...rest);
    } finally {
      untrack(entry);
    }
  };
  fs[`${name}Sync`] = (given, ...rest) =>
    real[`${name}Sync`](isHandle(given) ? given : mayOpen(given, usual(rest)), ...rest);
  fs[name] = (given, ...rest) => {
    const done = rest.pop();
    if (isHandle(given)) return real[name](given, ...rest, done);
    fs.promises[name](given, ...rest).then(
      (value) => process.nextTick(done, null, value),
      (error) => process.nextTick(done, error),
    );
    return undefined;
  };
}
wrapWhole('readFile', 'r');
wrapWhole('writeFile', 'w');
wrapWhole('appendFile', 'a');
wrapWhole('truncate', 'r+');

fs.promises.copyFile = async (from, to, mode) => {
  const entries = [track(mayOpen(from, 'r')), track(mayOpen(to, 'w'))];
  try {
    await promised.copyFile(entries[0].path, entries[1].path, mode);
  } finally {
    entries.forEach(untrack);
  }
};
fs.copyFileSync = (from, to, mode) => real.copyFileSync(mayOpen(from, 'r'), mayOpen(to, 'w'), mode);

/** Only the name is looked at. */
function wrapName(name, act = (path, ...rest) => [path, ...rest]) {
  const taken = (given, rest) => act(locate(given, name), ...rest);
  if (promised[name] !== undefined) {
    fs.promises[name] = async (given, ...rest) => promised[name](...taken(given, rest));
  }
  fs[`${name}Sync`] = (given, ...rest) => real[`${name}Sync`](...taken(given, rest));
  fs[name] = (given, ...rest) => {
    try {
      real[name](...taken(given, rest));
    } catch (error) {
      process.nextTick(rest.at(-1), error);
    }
  };
}
for (const name of ['stat', 'lstat', 'access', 'readdir', 'mkdir', 'utimes', 'readlink']) {
  wrapName(name);
}
wrapName('mkdtemp', (path, ...rest) => [path, ...rest]);

define('chmod', (given, mode) => {
  const path = locate(given, 'chmod');
  real.chmodSync(path, (Number(mode) & 0o200) === 0 ? 0o444 : 0o666);
});

syncBuiltinESMExports();
