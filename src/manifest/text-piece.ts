/** Valid UTF-8 without byte order mark; nothing comes after a piece with a fault. */
export interface TextPiece {
  readonly bytes: Buffer;
  /** What stands right after these bytes and is no text, in words; null when all is well. */
  readonly fault: string | null;
}

/** Turns one chunk into text. `last` says that nothing follows: a character left open is a fault. */
export type TextDecoder = (chunk: Buffer, last: boolean) => TextPiece;
