import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRecords, type CsvRecord } from '../../src/manifest/csv.ts';
import { TextError } from '../../src/manifest/decode.ts';
import { inChunks } from './manifest-of.ts';

/** All that comes out of a text that starts on line 5, given in pieces, the refusal included. */
async function recordsOf(text: AsyncIterable<Uint8Array>) {
  const given: CsvRecord[] = [];
  const buffers = (async function* () {
    for await (const chunk of text) yield Buffer.from(chunk);
  })();
  try {
    for await (const batch of readRecords(buffers, ',', 5)) given.push(...batch);
  } catch (error) {
    return { given, refused: error instanceof Error ? error.message : '' };
  }
  return { given };
}

describe('records', () => {
  it('start on their lines, whatever the line ends', async () => {
    const text = Buffer.from('a,b\r\n1,2\n3,\r,"4\r\n\n"\n\nä');
    expect(await recordsOf(inChunks(text, 3))).toEqual({
      given: [
        { cells: ['a', 'b'], line: 5, raw: 'a,b\r' },
        { cells: ['1', '2'], line: 6, raw: '1,2\n' },
        { cells: ['3', ''], line: 7, raw: '3,\r' },
        { cells: ['', '4\r\n\n'], line: 8, raw: ',"4\r\n\n"\n' },
        { cells: ['ä'], line: 12, raw: 'ä' },
      ],
    });
  });

  it('are none of empty lines, which count as lines with any line end', async () => {
    const text = Buffer.from('a,b\r\n\r\n\n\r1,2\n\n\n"x\n\ny",3\r\r');
    expect(await recordsOf(inChunks(text, 2))).toEqual({
      given: [
        { cells: ['a', 'b'], line: 5, raw: 'a,b\r' },
        { cells: ['1', '2'], line: 9, raw: '1,2\n' },
        { cells: ['x\n\ny', '3'], line: 12, raw: '"x\n\ny",3\r' },
      ],
    });
  });

  it.each([
    { name: 'text behind a closing quotation mark', text: '"x"y' },
    { name: 'a quotation mark inside a cell', text: 'x"y' },
    { name: 'a quotation mark that never closes', text: '"xy' },
  ])('are refused with their line behind empty ones: $name', async ({ text }) => {
    const { refused } = await recordsOf(inChunks(Buffer.from(`a,b\r\n\r\n\n1,${text}`), 3));
    expect(refused).toMatch(/line 8:/);
  });

  it('break off on their line behind empty ones', async () => {
    const broken = async function* () {
      yield await Promise.resolve(Buffer.from('a,b\r\n\r'));
      yield Buffer.from('\n\n');
      throw new TextError('no text.');
    };
    expect(await recordsOf(broken())).toMatchObject({ refused: expect.stringMatching(/line 8:/) });
  });

  it('are the same wherever the pieces end, and so is what is refused', async () => {
    const part = fc.oneof(
      fc.string({
        unit: fc.constantFrom('a', 'ü', '😀', ',', '\n', '\r', '\r\n', ' ', '\ufeff'),
        maxLength: 12,
      }),
      fc
        .string({ unit: fc.constantFrom('a', '""', ',', '\n', '\r\n'), maxLength: 5 })
        .map((cell) => `\n"${cell}",x\n`),
      { arbitrary: fc.constantFrom('"', 'a"', '"a"b'), weight: 1 },
    );
    const text = fc.array(part, { maxLength: 8 }).map((parts) => Buffer.from(parts.join('')));
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 20 }), async (bytes, size) => {
        const whole = await recordsOf(inChunks(bytes, 1000));
        expect(await recordsOf(inChunks(bytes, size))).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('come whole where the text breaks off, and then the fault with its line', async () => {
    const broken = async function* () {
      yield await Promise.resolve(Buffer.from('1,2\n3,4\r5,"a\r\nb'));
      throw new TextError('no text.');
    };
    expect(await recordsOf(broken())).toEqual({
      given: [
        { cells: ['1', '2'], line: 5, raw: '1,2\n' },
        { cells: ['3', '4'], line: 6, raw: '3,4\r' },
      ],
      refused: 'The manifest cannot be read: line 8: no text.',
    });
  });

  it.each([
    ['a row that never ends', 'a', 'line 5: a row of more than 16 MB'],
    [
      'a quotation mark that never closes',
      'x,"a\r\n',
      'line 5: a quotation mark opens cell 2 and is never closed',
    ],
  ])('%s is refused before memory runs out', async (_, begin, expected) => {
    const long = async function* () {
      yield Buffer.from(begin);
      for (let megabytes = 0; megabytes < 20; megabytes += 1) {
        yield await Promise.resolve(Buffer.alloc(1 << 20, 'a'));
      }
    };
    const { refused } = await recordsOf(long());
    expect(refused).toContain(expected);
  });
});
