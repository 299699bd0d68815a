import { open, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { namingReadErrors } from '../files/file-errors.ts';
import { readBytes } from '../files/read-file.ts';
import { endingWith } from '../errors.ts';
import {
  createFingerprint,
  type Fingerprint,
  isNoFile,
  ManifestChangedError,
  readUnchanged,
  takeFingerprint,
} from '../manifest/fingerprint.ts';
import { showPath } from '../words/names.ts';
import type { JournalHeader } from '../journal/lines.ts';
import { openManifest, type Manifest } from '../manifest/read.ts';
import type { ManifestRow } from '../rows/row.ts';
import { quotePath } from '../words/quote.ts';

/** The run's copy of the manifest, in its directory. */
export const MANIFEST_FILE = 'manifest.csv';

/**
 * Copies the manifest byte for byte (a pipe and standard input are read once)
 * and takes its fingerprint on the way: every later reading is compared with it.
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
    for await (const chunk of namingReadErrors(source, `The manifest ${showPath(name)}`)) {
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
  /** As it was named on the command line, for a command to type. */
  readonly given?: string | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** The manifest as named on the command line: a path, or `-` for standard input. */
export function openSource(manifest: string, stdin: AsyncIterable<Uint8Array>): ManifestSource {
  return manifest === '-'
    ? { name: 'stdin', path: undefined, given: undefined, chunks: stdin }
    : {
        name: basename(manifest),
        path: resolve(manifest),
        given: manifest,
        chunks: readBytes(manifest),
      };
}

/** The path from which the same bytes can be had again; a pipe gives them once. */
export async function lastingPath({ path }: ManifestSource): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? path : undefined;
}

type Known = Pick<JournalHeader, 'kind' | 'manifest' | 'columns' | 'asRead'> &
  Partial<Pick<JournalHeader, 'options'>>;

/**
 * The fingerprint of a run directory's copy of the manifest, where it still is
 * the one that the journal names. Throws ManifestChangedError otherwise.
 */
export async function verifyManifestCopy(directory: string, header: Known): Promise<Fingerprint> {
  const path = join(directory, MANIFEST_FILE);
  const found = await takeFingerprint(path).catch((error: unknown) => {
    if (isNoFile(error)) return undefined;
    throw error;
  });
  if (found?.sha256 === header.manifest.sha256) return found;
  throw new ManifestChangedError(describeChange(path, header));
}

/** Opens the copy, compared with its digest from the first byte to the last. */
export async function openManifestCopy(directory: string, header: Known): Promise<Manifest> {
  const known = await verifyManifestCopy(directory, header);
  const path = join(directory, MANIFEST_FILE);
  const bytes = readUnchanged(path, known, describeChange(path, header));
  return openManifest(bytes, { columns: header.columns, asRead: header.asRead });
}

/** The rows of the copy, opened when they are asked for. */
export async function* readManifestCopy(
  directory: string,
  header: Known,
): AsyncGenerator<readonly ManifestRow[], void, undefined> {
  yield* (await openManifestCopy(directory, header)).batches();
}

/** What happened to the copy, and the line that puts the original back. */
export function describeChange(
  path: string,
  { kind, manifest, options }: Pick<Known, 'kind' | 'manifest' | 'options'>,
  platform: NodeJS.Platform = process.platform,
): string {
  const original = manifest.path === undefined ? '<manifest>' : quotePath(manifest.path);
  // From wherever it is typed: the message may be read again in the reports.
  const copy = quotePath(resolve(path));
  const command =
    platform === 'win32' ? `Copy-Item -Force ${original} ${copy}` : `cp -f ${original} ${copy}`;
  const isNot =
    kind === 'check'
      ? 'is not the manifest of this check any more'
      : 'is not the manifest of this run any more';
  const goesOn = kind === 'run' || options?.['backup'] === true;
  const goOn = goesOn ? 'report and resume' : 'report';
  return (
    `${path} ${isNot}: it was edited, replaced or removed since it was checked. ` +
    `No row of it is sent, and the reports stay as they were. ` +
    `Put the original back (SHA-256 ${manifest.sha256}), and ${goOn} work again: ${command}`
  );
}
