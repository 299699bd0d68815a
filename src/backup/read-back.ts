import type { Candidate, RestoreCode, Restored } from './restored.ts';
import { takeFile, tellFailure, type FileSource } from './take-file.ts';

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
  if (now.kind === 'stop') source.control.stop(now.stop, now.message);
  const isRefusal = now.kind === 'error' && now.trustworthy && now.httpStatus !== 403;
  const stop =
    now.kind === 'not_sent' || now.kind === 'stop' ? source.control.reason?.code : undefined;
  const code: RestoreCode = stop ?? (isRefusal ? 'not_stored' : 'unverified');
  return {
    status: 'failed',
    code,
    message: `the server took the file, and reading it back gave no proof: ${tellFailure(now)}; run restore again`,
    heard: now.trustworthy,
  };
}
