/** FNV-1a over UTF-16 units, mixed with a seed and finished like murmur3: an unsigned 32-bit number. */
export function hashText(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A number in [0, 1) that depends on text and seed alone, so that order and concurrency change nothing. */
export function drawFor(text: string, seed: number): number {
  return hashText(text, seed) / 0x1_0000_0000;
}

/** The made-up content of a file: small, and the same in every run with the same seed. */
export function makeBytes(fileName: string, seed: number): Uint8Array {
  const size = 64 + (hashText(fileName, seed) % 2_000);
  const readable = /\.(txt|csv)$/i.test(fileName);
  const bytes = new Uint8Array(size);
  let state = hashText(`bytes:${fileName}`, seed);
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = readable ? 32 + ((state >>> 24) % 95) : state >>> 24;
  }
  return bytes;
}
