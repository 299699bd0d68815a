import type { Guards } from '../run/row-source.ts';

export interface Mismatch {
  readonly code: 'guard_filename' | 'guard_sha256';
  readonly message: string;
}

/**
 * Holds the file that is stored now against what the manifest expects.
 * `undefined`: it is the one. Outer white space of names counts on neither side.
 */
export function findMismatch(
  guards: Guards | undefined,
  stored: { readonly name: string; readonly sha256: string },
): Mismatch | undefined {
  if (guards === undefined) return undefined;
  const { filename, sha256 } = guards;
  if (filename !== '' && stored.name.trim() !== filename.trim()) {
    return {
      code: 'guard_filename',
      message: `the stored file is ${stored.name}, not ${filename}; nothing is deleted`,
    };
  }
  if (sha256 !== '' && stored.sha256 !== sha256.toLowerCase()) {
    return {
      code: 'guard_sha256',
      message: `the stored bytes have SHA-256 ${stored.sha256}, not ${sha256}; nothing is deleted`,
    };
  }
  return undefined;
}
