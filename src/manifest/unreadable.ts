import { RefusedError } from '../errors.ts';

/** The manifest as a whole cannot be read; `line` counts from 1. */
export function unreadableLine(line: number, what: string): RefusedError {
  return new RefusedError(`The manifest cannot be read: line ${line}: ${what}`);
}
