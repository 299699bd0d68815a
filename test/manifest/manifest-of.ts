import { type Manifest, type ManifestOptions, openManifest } from '../../src/manifest/read.ts';
import type { ManifestRow } from '../../src/rows/row.ts';

export interface WholeManifest extends Omit<Manifest, 'batches'> {
  readonly rows: readonly ManifestRow[];
}

/** Reads all of a manifest given as text or bytes, in chunks of `chunkBytes`. */
export async function manifestOf(
  content: string | Uint8Array,
  options: ManifestOptions & { readonly chunkBytes?: number } = {},
): Promise<WholeManifest> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const manifest = await openManifest(inChunks(bytes, options.chunkBytes ?? 65_536), options);
  const rows: ManifestRow[] = [];
  for await (const batch of manifest.batches()) rows.push(...batch);
  const { header, delimiter, columnNames } = manifest;
  return { header, delimiter, columnNames, rows };
}

export async function* inChunks(
  bytes: Uint8Array,
  chunkBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

export function utf16(text: string, order: 'le' | 'be' = 'le'): Buffer {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
}

/** What most tests look at. */
export function brief(row: ManifestRow): readonly unknown[] {
  return [row.line, row.record, row.field, row.event, row.instance];
}
