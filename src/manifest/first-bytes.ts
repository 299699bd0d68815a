/**
 * The same bytes, the first chunk holding at least `count` of them where the
 * source has so many: what a file is stands in its first bytes, and a pipe may
 * deliver them one at a time.
 */
export async function* gatherFirstBytes(
  source: AsyncIterable<Uint8Array>,
  count: number,
): AsyncGenerator<Buffer, void, undefined> {
  let gathered: Buffer | null = Buffer.alloc(0);
  for await (const chunk of source) {
    if (gathered === null) {
      yield asBuffer(chunk);
      continue;
    }
    gathered = Buffer.concat([gathered, chunk]);
    if (gathered.length < count) continue;
    yield gathered;
    gathered = null;
  }
  if (gathered !== null && gathered.length > 0) yield gathered;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
