import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { readBytes } from '../file-bytes.ts';
import { endingWith } from '../endings.ts';
import { RefusedError } from '../errors.ts';

export interface ManifestCopy {
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Copies the manifest byte for byte (a pipe and standard input are read once)
 * and takes its digest on the way. Throws RefusedError where it cannot be read.
 */
export async function copyManifest(
  source: AsyncIterable<Uint8Array>,
  name: string,
  to: string,
): Promise<ManifestCopy> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(to, 'wx', 0o600);
  const copy = async (): Promise<void> => {
    for await (const chunk of readable(source, name)) {
      hash.update(chunk);
      bytes += chunk.length;
      await file.writeFile(chunk);
    }
    await file.sync();
  };
  await endingWith(copy, () => file.close());
  return { sha256: hash.digest('hex'), bytes };
}

/** The manifest as named on the command line: a path, or `-` for standard input. */
export function openSource(
  manifest: string,
  stdin: AsyncIterable<Uint8Array>,
): { readonly name: string; readonly chunks: AsyncIterable<Uint8Array> } {
  return manifest === '-'
    ? { name: 'stdin', chunks: stdin }
    : { name: basename(manifest), chunks: readBytes(manifest) };
}

async function* readable(
  source: AsyncIterable<Uint8Array>,
  name: string,
): AsyncIterable<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : code === 'EACCES'
            ? 'this user may not read it'
            : message;
    throw new RefusedError(`The manifest ${name} cannot be read: ${reason}.`);
  }
}
