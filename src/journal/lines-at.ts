import type { OutcomeLine } from './lines.ts';
import { journalSource, type JournalSource } from './read.ts';

const PAGE_BYTES = 1 << 18;
const PAGES = 8;
const LONGEST_LINE = 1 << 16;

/**
 * Random access to lines with a few cached pages: rows finish almost in
 * order, one front for each session of the run.
 */
export function readLinesAt(from: string | JournalSource): {
  outcomeAt: (offset: number) => OutcomeLine;
  close: () => void;
} {
  const file = journalSource(from).openNow();
  const pages = new Map<number, Buffer>();
  const room = (): Buffer => {
    const oldest = pages.size < PAGES ? undefined : pages.entries().next().value;
    if (oldest === undefined) return Buffer.allocUnsafe(PAGE_BYTES + LONGEST_LINE);
    const [number, { buffer, byteOffset }] = oldest;
    pages.delete(number);
    return Buffer.from(buffer, byteOffset, PAGE_BYTES + LONGEST_LINE);
  };
  const page = (number: number): Buffer => {
    const known = pages.get(number);
    if (known !== undefined) return known;
    const bytes = room();
    const length = file.read(bytes, bytes.length, number * PAGE_BYTES);
    const fresh = bytes.subarray(0, length);
    pages.set(number, fresh);
    return fresh;
  };
  return {
    outcomeAt(offset) {
      const number = Math.floor(offset / PAGE_BYTES);
      const bytes = page(number);
      const start = offset - number * PAGE_BYTES;
      const end = bytes.indexOf(10, start);
      return JSON.parse(bytes.toString('utf8', start, end)) as OutcomeLine;
    },
    close: () => {
      file.close();
    },
  };
}
