import { hash } from 'node:crypto';

/** 64 bits of a key as two unsigned 32-bit halves. */
export type KeyHash = (key: string) => readonly [number, number];

/**
 * A fast hash after MurmurHash3's mixing, two lanes that feed each other, two
 * characters a step. Not proof against someone who looks for collisions;
 * that is what `hashIndependently` is there for.
 */
export function hashQuickly(key: string): readonly [number, number] {
  let a = 0x9747b28c;
  let b = 0x5bd1e995;
  for (let at = 0; at < key.length; at += 2) {
    const low = key.charCodeAt(at);
    const block = at + 1 < key.length ? low | (key.charCodeAt(at + 1) << 16) : low;
    a ^= Math.imul(rotate(Math.imul(block, 0x239b961b), 15), 0xab0e9789);
    a = (Math.imul(rotate(a, 19) + b, 5) + 0x561ccd1b) | 0;
    b ^= Math.imul(rotate(Math.imul(block, 0x38b34ae5), 16), 0xa1e38b93);
    b = (Math.imul(rotate(b, 17) + a, 5) + 0x0bcaa747) | 0;
  }
  a ^= key.length;
  b ^= key.length;
  a = (a + b) | 0;
  b = (b + a) | 0;
  a = finish(a);
  b = finish(b);
  a = (a + b) | 0;
  b = (b + a) | 0;
  return [a >>> 0, b >>> 0];
}

/** The second opinion on keys whose quick hashes are equal: nothing links it to the first. */
export function hashIndependently(key: string): readonly [number, number] {
  // In one call and as text: five times as fast as a Hash object and a Buffer.
  const digest = hash('sha256', key);
  return [Number.parseInt(digest.slice(0, 8), 16), Number.parseInt(digest.slice(8, 16), 16)];
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function finish(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
