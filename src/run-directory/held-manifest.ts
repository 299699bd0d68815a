import { resolve } from 'node:path';
import type { JournalHeader } from '../journal/lines.ts';
import {
  isNoFile,
  ManifestChangedError,
  readUnchanged,
  takeFingerprint,
  type Fingerprint,
} from '../manifest/fingerprint.ts';
import { openManifest, type Manifest } from '../manifest/read.ts';
import type { ManifestRow } from '../rows/row.ts';
import { quotePath } from '../words/quote.ts';

type Known = Pick<JournalHeader, 'kind' | 'manifest' | 'columns'>;

/**
 * The fingerprint of a run directory's copy of the manifest, where it still is
 * the one that the journal names. Throws ManifestChangedError otherwise.
 */
export async function holdManifest(path: string, header: Known): Promise<Fingerprint> {
  const found = await takeFingerprint(path).catch((error: unknown) => {
    if (isNoFile(error)) return undefined;
    throw error;
  });
  if (found?.sha256 === header.manifest.sha256) return found;
  throw new ManifestChangedError(tellChanged(path, header));
}

/** Opens the copy, held against its digest from the first byte to the last. */
export async function openHeldManifest(path: string, header: Known): Promise<Manifest> {
  const known = await holdManifest(path, header);
  const bytes = readUnchanged(path, known, tellChanged(path, header));
  return openManifest(bytes, { columns: header.columns });
}

/** The rows of the copy, opened when they are asked for. */
export async function* heldBatches(
  path: string,
  header: Known,
): AsyncGenerator<readonly ManifestRow[], void, undefined> {
  yield* (await openHeldManifest(path, header)).batches();
}

/** What happened to the copy, and the line that puts the original back. */
export function tellChanged(
  path: string,
  { kind, manifest }: Pick<Known, 'kind' | 'manifest'>,
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
  const goOn = kind === 'check' ? 'report' : 'report and resume';
  return (
    `${path} ${isNot}: it was edited, replaced or removed since it was checked. ` +
    `No row of it is sent, and the reports stay as they were. ` +
    `Put the original back (SHA-256 ${manifest.sha256}), and ${goOn} work again: ${command}`
  );
}
