import { RefusedError } from '../errors.ts';

const LF = 10;
const CR = 13;

/** The number of line ends in a text: LF, CRLF and CR count as one each. */
export function countLineBreaks(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === LF || (code === CR && text.charCodeAt(at + 1) !== LF)) count++;
  }
  return count;
}

/** Follows a text piece by piece; `line` is the one that its next character stands on. */
export function createLineCounter(firstLine: number): {
  pass(bytes: Uint8Array): void;
  readonly line: number;
} {
  let line = firstLine;
  let afterCr = false;
  return {
    pass(bytes) {
      for (let at = 0; at < bytes.length; at += 1) {
        const byte = bytes[at];
        if (byte === CR || (byte === LF && !afterCr)) line += 1;
        afterCr = byte === CR;
      }
    },
    get line() {
      return line;
    },
  };
}

export const MANIFEST = 'The manifest';

/** The table as a whole cannot be read; `line` counts from 1, `subject` begins the message. */
export function unreadableLine(line: number, what: string, subject = MANIFEST): RefusedError {
  return new RefusedError(`${subject} cannot be read: line ${line}: ${what}`);
}
