/** Names that were trouble somewhere; those that PHP would not store as they are go elsewhere. */
export const ODD_NAMES = [
  'Scan.PDF',
  'scan.pdf',
  '\u00e9.txt',
  'e\u0301.txt',
  'con.pdf',
  'aux',
  'NUL.tar.gz',
  'report.',
  'a:b|c?.pdf',
  `${'漢'.repeat(120)}.pdf`,
  'résumé ü.pdf',
  '李.png',
  "it's; name=x.txt",
  '..',
  '=1+1.csv',
  '-rf',
  '%41.txt',
  '🧬 sample.bin',
];

/** Bytes that look like nothing in particular, the same for the same seed. */
export function makeBinary(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
