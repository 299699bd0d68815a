import { open, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { namingReadErrors } from '../files/file-errors.ts';
import { readBytes } from '../files/read-file.ts';
import { endingWith } from '../errors.ts';
import { createFingerprint, type Fingerprint } from '../manifest/fingerprint.ts';

/** The run's copy of the manifest, in its directory. */
export const MANIFEST_FILE = 'manifest.csv';

/**
 * Copies the manifest byte for byte (a pipe and standard input are read once)
 * and takes its fingerprint on the way: every later reading is held against it.
 * Throws RefusedError where it cannot be read.
 */
export async function copyManifest(
  source: AsyncIterable<Uint8Array>,
  name: string,
  to: string,
): Promise<Fingerprint> {
  const fingerprint = createFingerprint();
  const file = await open(to, 'wx', COPY_MODE);
  const copy = async (): Promise<void> => {
    for await (const chunk of namingReadErrors(source, `The manifest ${name}`)) {
      fingerprint.update(chunk);
      await file.writeFile(chunk);
    }
    await file.sync();
  };
  await endingWith(copy, () => file.close());
  return fingerprint.finish();
}

/** Nobody edits it by mistake. On Windows a read-only attribute would keep the folder from being removed. */
const COPY_MODE = process.platform === 'win32' ? 0o600 : 0o400;

/** The bytes that a run is made of, and where they came from. */
export interface ManifestSource {
  readonly name: string;
  /** Where they stand; `undefined` for standard input. */
  readonly path: string | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** The manifest as named on the command line: a path, or `-` for standard input. */
export function openSource(manifest: string, stdin: AsyncIterable<Uint8Array>): ManifestSource {
  return manifest === '-'
    ? { name: 'stdin', path: undefined, chunks: stdin }
    : { name: basename(manifest), path: resolve(manifest), chunks: readBytes(manifest) };
}

/** The path from which the same bytes can be had again; a pipe gives them once. */
export async function lastingPath({ path }: ManifestSource): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? path : undefined;
}
