/** Longest part of the name that comes from the manifest, in UTF-8 bytes: file systems allow 255 in all. */
const SLUG_BYTES = 100;

/**
 * The name of a run's directory: UTC time and the manifest's name, safe on
 * Linux, macOS and Windows alike.
 */
export function runDirectoryName(startedAtMs: number, manifestName: string): string {
  const time = new Date(startedAtMs).toISOString().slice(0, 19).replaceAll(':', '-');
  const slug = slugOf(manifestName);
  return slug === '' ? time : `${time}-${slug}`;
}

function slugOf(manifestName: string): string {
  const bare = manifestName
    .replace(/\.gz$/i, '')
    .replace(/\.(csv|tsv|txt)$/i, '')
    .replace(/[\p{C}\s<>:"/\\|?*]+/gu, '-')
    .replace(/-{2,}/g, '-');
  return cutBytes(bare, SLUG_BYTES).replace(/^[-.]+|[-. ]+$/g, '');
}

/** Cuts at a character's border. */
function cutBytes(text: string, most: number): string {
  let bytes = 0;
  let cut = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    bytes += Buffer.byteLength(segment);
    if (bytes > most) break;
    cut += segment;
  }
  return cut;
}
