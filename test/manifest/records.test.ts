import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createCsvRecords,
  type CsvRecords,
  type OnRecord,
} from '../../src/manifest/csv-records.ts';
import { createRecords } from '../../src/manifest/records.ts';

type Create = (delimiter: string, firstLine: number, onRecord: OnRecord) => CsvRecords;

/** All that comes out of a text given in pieces, the refusal included. */
async function recordsOf(create: Create, text: string, pieceBytes: readonly number[]) {
  const given: unknown[] = [];
  let currentLine = 0;
  const records = create(',', 5, (cells, line, asItStood) => {
    given.push({ cells, line, text: asItStood() });
  });
  const bytes = Buffer.from(text);
  let at = 0;
  try {
    for (let piece = 0; at < bytes.length; piece += 1) {
      const size = pieceBytes[piece % pieceBytes.length] ?? 1;
      await records.write(bytes.subarray(at, at + size));
      at += size;
    }
    currentLine = records.currentLine();
    await records.end();
  } catch (error) {
    return { given, refused: (error as Error).message };
  }
  return { given, currentLine };
}

describe('createRecords', () => {
  it('cuts lines of any end', async () => {
    expect(await recordsOf(createRecords, 'a,b\r\n1,2\n3,\r,4\n\nä', [3])).toEqual({
      given: [
        { cells: ['a', 'b'], line: 5, text: 'a,b' },
        { cells: ['1', '2'], line: 6, text: '1,2' },
        { cells: ['3', ''], line: 7, text: '3,' },
        { cells: ['', '4'], line: 8, text: ',4' },
        { cells: [''], line: 9, text: '' },
        { cells: ['ä'], line: 10, text: 'ä' },
      ],
      currentLine: 10,
    });
  });

  it('gives what csv-parse alone gives, whatever the text and wherever its pieces end', async () => {
    const plain = fc.string({
      unit: fc.constantFrom('a', 'ü', '😀', ',', '\n', '\r', '\r\n', ' ', '\ufeff'),
      maxLength: 12,
    });
    const quoted = fc
      .string({ unit: fc.constantFrom('a', '""', ',', '\n', '\r\n'), maxLength: 5 })
      .map((cell) => `"${cell}"`);
    const wrong = fc.constantFrom('"', 'a"', '"a"b');
    const text = fc
      .array(
        fc.oneof(
          { arbitrary: plain, weight: 6 },
          { arbitrary: quoted.map((cell) => `\n${cell},x\n`), weight: 3 },
          { arbitrary: wrong, weight: 1 },
        ),
        { maxLength: 8 },
      )
      .map((parts) => parts.join(''));
    const pieces = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(text, pieces, async (written, pieceBytes) => {
        expect(await recordsOf(createRecords, written, pieceBytes)).toEqual(
          await recordsOf(createCsvRecords, written, [1000]),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses a row that never ends before memory runs out', async () => {
    const records = createRecords(',', 1, () => undefined);
    const piece = Buffer.alloc(1 << 20, 'a');
    const writing = (async () => {
      for (let at = 0; at < 20; at += 1) await records.write(piece);
    })();
    await expect(writing).rejects.toThrow('line 1: a row of more than 16 MB');
  });
});
