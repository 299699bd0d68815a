import { Readable, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { RefusedError } from '../errors.ts';
import { gatherFirstBytes } from './first-bytes.ts';

/**
 * The manifest's bytes, unpacked where its first bytes say gzip.
 * Throws RefusedError for a gzip file that is damaged or cut off.
 */
export async function* unpackGzip(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = gatherFirstBytes(source, 2);
  const first = await chunks.next();
  if (first.done === true) return;
  const whole = prepend(first.value, chunks);
  yield* first.value[0] === 0x1f && first.value[1] === 0x8b ? gunzip(whole) : whole;
}

async function* prepend(
  first: Buffer,
  rest: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return();
  }
}

async function* gunzip(packed: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array, void, undefined> {
  const unpacked = createGunzip();
  const chunks: AsyncIterable<Buffer> = unpacked;
  // The error, of the source too, comes out of the chunks.
  pipeline(Readable.from(packed, { objectMode: false }), unpacked, () => undefined);
  try {
    yield* chunks;
  } catch (error) {
    if (!isZlibError(error)) throw error;
    const what = error.code === 'Z_BUF_ERROR' ? 'ends too early' : 'is damaged';
    throw new RefusedError(
      `The manifest cannot be read: it is a gzip file that ${what}. Make or download it again.`,
      { cause: error },
    );
  }
}

function isZlibError(error: unknown): error is Error & { code: string } {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('Z_')
  );
}
