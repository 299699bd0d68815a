import type { Candidate, RestoreCode, Restored } from './restored.ts';
import { stopOf, takeFile, tellFailure, type FileSource } from './take-file.ts';

/** Exports what is stored after an import: only the same digest makes a file `restored`. */
export async function readBack(
  { target, name, sha256 }: Candidate,
  source: FileSource,
): Promise<Restored> {
  const now = await takeFile(source, target);
  if (now.kind === 'file') {
    if (now.sha256 !== sha256) {
      const message = `the field holds other bytes after the upload (${now.name}, SHA-256 ${now.sha256})`;
      return { status: 'failed', code: 'not_stored', message, heard: true };
    }
    const message =
      now.name === name ? '' : `stored, under the name ${now.name} instead of ${name}`;
    return { status: 'restored', code: '', message, heard: true };
  }
  const stopping = stopOf(now);
  if (stopping !== undefined) source.control.stop(stopping.stop, stopping.message);
  const isRefusal = now.kind === 'error' && now.trustworthy && now.httpStatus !== 403;
  const stop =
    now.kind === 'not_sent' || stopping !== undefined ? source.control.reason?.code : undefined;
  const code: RestoreCode = stop ?? (isRefusal ? 'not_stored' : 'unverified');
  return {
    status: 'failed',
    code,
    message: `the server took the file, and reading it back gave no proof: ${tellFailure(now)}; run restore again`,
    // The field was looked at before: that was an answer to rely on.
    heard: true,
  };
}
