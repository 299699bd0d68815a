import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A package of which something is in the bundle.
 * @typedef {{ name: string, version: string, license: string, text: string, sha512: string | undefined }} Bundled
 */

/**
 * The packages of which code is in a bundle, by name. Throws where one has no
 * licence, or no text of it: such a bundle may not be given away.
 *
 * @param {string} root the project's folder
 * @param {[string, { renderedLength: number }][]} modules the bundle's modules by their paths
 * @returns {Promise<Bundled[]>}
 */
export async function packagesIn(root, modules) {
  /** @type {Set<string>} */
  const folders = new Set();
  for (const [id, { renderedLength }] of modules) {
    if (renderedLength === 0) continue;
    const folder = folderOf(id.replaceAll('\\', '/'));
    if (folder !== undefined) folders.add(folder);
  }
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const found = [];
  for (const folder of [...folders].toSorted()) {
    const { name, version, license } = JSON.parse(
      await readFile(join(root, folder, 'package.json'), 'utf8'),
    );
    if (typeof license !== 'string') throw new Error(`${name} names no licence`);
    const integrity = lock.packages[folder]?.integrity;
    found.push({
      name,
      version,
      license,
      text: await licenseText(join(root, folder), name),
      sha512: integrity?.startsWith('sha512-')
        ? Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex')
        : undefined,
    });
  }
  return found;
}

/** The bundler's own few lines, which tie modules together, stand in no folder. */
const BUNDLER = 'node_modules/rolldown';

function folderOf(id) {
  if (id.startsWith('\0')) return BUNDLER;
  const parts = id.split('node_modules/');
  const path = parts.at(-1);
  if (parts.length === 1 || path === undefined) return undefined;
  const [scope, name] = path.split('/');
  const folder = scope?.startsWith('@') ? `${scope}/${name}` : scope;
  const inner = parts.slice(1, -1).map((part) => `node_modules/${part}`);
  return `${inner.join('')}node_modules/${folder}`;
}

async function licenseText(folder, name) {
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no file with its licence`);
  return (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n').trim();
}

/** @param {{ name: string, version: string }} own @param {Bundled[]} packages */
export function licenseTexts(own, packages) {
  const parts = packages.map(
    ({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`,
  );
  const line = `\n${'-'.repeat(72)}\n\n`;
  return `${own.name} ${own.version} holds code of these packages, each under its own licence.\n${line}${parts.join(line)}`;
}

/** @param {string | Uint8Array} bytes */
export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
