import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** For which a folder is made, and where the program of Node.js stands in it. */
export const PLATFORMS = {
  'win-x64': { program: 'node/node.exe' },
  'darwin-arm64': { program: 'node/node' },
  'darwin-x64': { program: 'node/node' },
  'linux-x64': { program: 'node/node' },
};

const RELEASE = '/download/release/v';

/**
 * Node.js for each platform, from releases that stand unpacked in a folder.
 * Throws with all that is missing.
 *
 * @param {string} folder
 * @param {string[]} platforms
 */
export async function findNode(folder, platforms) {
  const entries = (await readdir(folder)).toSorted();
  const found = {};
  const missing = [];
  for (const platform of platforms) {
    const entry = entries.find((name) => new RegExp(`(?:^|[^a-z])${platform}$`).test(name));
    const node = entry === undefined ? undefined : await readNode(join(folder, entry));
    if (node === undefined) missing.push(platform);
    else found[platform] = node;
  }
  if (missing.length > 0) {
    throw new Error(
      `${folder} has no Node.js for ${missing.join(', ')}: a folder whose name ends so, with node.exe or bin/node in it. --only leaves platforms out.`,
    );
  }
  // Some packages that carry Node.js leave out its licence, which is the same for all platforms.
  const license = Object.values(found).find((node) => node.license !== undefined)?.license;
  if (license === undefined) throw new Error(`${folder} has no LICENSE of Node.js.`);
  for (const node of Object.values(found)) node.license ??= license;
  return found;
}

async function readNode(folder) {
  for (const path of ['node.exe', 'bin/node.exe', 'bin/node']) {
    const program = await readIfThere(join(folder, path));
    if (program === undefined) continue;
    const version = versionOf(program);
    if (version === undefined) throw new Error(`${join(folder, path)} is no release of Node.js.`);
    return { program, version, license: await readIfThere(join(folder, 'LICENSE')) };
  }
  return undefined;
}

/** A release knows where its headers are to be had, and so which one it is. */
function versionOf(program) {
  const at = program.indexOf(RELEASE);
  if (at === -1) return undefined;
  const from = at + RELEASE.length;
  return /^\d+\.\d+\.\d+(?=\/)/.exec(program.toString('latin1', from, from + 20))?.[0];
}

async function readIfThere(path) {
  try {
    return await readFile(path);
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}
