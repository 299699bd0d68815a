/**
 * The same text in one piece. A text put together from others is a tree of
 * them to V8, and so is every text that it becomes a part of: what a million
 * lines share is worth copying once. Lone surrogates become U+FFFD, as they
 * do when a line is written.
 */
export function inOnePiece(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
