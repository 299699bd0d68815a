import type { TextDecoder } from './text-piece.ts';

/** Transcodes UTF-16 (byte order mark already removed) to UTF-8, whatever the chunks' borders. */
export function createUtf16Decoder(order: 'le' | 'be', characterCut: string): TextDecoder {
  let carried: Buffer = Buffer.alloc(0);
  return (chunk, last) => {
    const bytes = Buffer.concat([carried, chunk]);
    let length = bytes.length - (bytes.length % 2);
    if (!last && length > 0 && isHighSurrogate(bytes, length - 2, order)) length -= 2;
    carried = bytes.subarray(length);
    const units = bytes.subarray(0, length);
    if (order === 'be') units.swap16();
    const text = units.toString('utf16le');
    const lone = /\p{Surrogate}/u.exec(text);
    if (lone !== null) {
      const fault = `half of a character (a surrogate without its pair): the file is damaged.`;
      return { bytes: Buffer.from(text.slice(0, lone.index)), fault };
    }
    return { bytes: Buffer.from(text), fault: last && carried.length > 0 ? characterCut : null };
  };
}

function isHighSurrogate(bytes: Buffer, at: number, order: 'le' | 'be'): boolean {
  const high = bytes[order === 'le' ? at + 1 : at] ?? 0;
  return high >= 0xd8 && high <= 0xdb;
}
