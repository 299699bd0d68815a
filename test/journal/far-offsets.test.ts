import { describe, expect, it } from 'vitest';
import { readOutcomeLines } from '../../src/journal/outcome-of.ts';
import { RowIndex } from '../../src/journal/row-index.ts';
import type { JournalSource } from '../../src/journal/read.ts';

const GIB = 2 ** 30;
const LINE = '{"row":7,"state":"failed","at":3,"code":"http_400"}\n';

/** A journal of many gigabytes that holds one line, far behind. */
function lineAt(offset: number): JournalSource {
  const bytes = Buffer.from(LINE);
  const read = (into: Buffer, length: number, position: number): number => {
    into.fill(0, 0, length);
    for (let at = 0; at < bytes.length; at += 1) {
      const place = offset + at - position;
      if (place >= 0 && place < length) into[place] = bytes[at] ?? 0;
    }
    return length;
  };
  return {
    name: 'journal.ndjson',
    open: () => Promise.reject(new Error('read from place to place only')),
    openNow: () => ({ read, close: () => undefined }),
  };
}

describe('a journal of more than 4 GiB', () => {
  it.each([0, 5, 4 * GIB - 1, 4 * GIB, 4 * GIB + 17, 9 * GIB + 1, 900 * GIB + 3])(
    'has the outcome of a row at byte %d, and gives it',
    (offset) => {
      const index = new RowIndex();
      index.setOutcome(7, 'failed', offset, '', false);
      index.setOutcome(8, 'deleted', 12, 'yes', false);
      const lines = readOutcomeLines(lineAt(offset));
      expect(index.offset(7)).toBe(offset);
      expect(lines.at(index.offset(7))).toMatchObject({ row: 7, code: 'http_400' });
      expect(index.offset(8)).toBe(12);
      lines.close();
    },
  );
});
