import * as fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { toCsv } from '../support/csv.ts';
import { manifestOf, utf16 } from './manifest-of.ts';

const NASTY =
  '\r\n"a;\nkey",note,record,field,instance,sweep_row\r' +
  'é,"x\r\n""y"" 😀",001,photo,2,9\n\r\n,,,,,\r\n' +
  '"\r",z,002,scan\r"tail\n",,003,photo,NA,\n' +
  ',,004,Photo,,';

describe('chunks may end anywhere', () => {
  const encodings: readonly [string, Buffer][] = [
    ['UTF-8', Buffer.from(NASTY)],
    ['UTF-8 with BOM', Buffer.from(`\ufeff${NASTY}`)],
    ['UTF-16 LE', utf16(NASTY)],
    ['UTF-16 BE', utf16(NASTY, 'be')],
    ['gzip', gzipSync(NASTY)],
  ];
  it.each(encodings)('%s', async (_, bytes) => {
    const whole = await manifestOf(NASTY);
    expect(whole.rows.map((row) => [row.line, row.cells, row.problems.map((p) => p.code)])).toEqual(
      [
        [4, ['é', 'x\r\n"y" 😀', '001', 'photo', '2'], []],
        [8, ['\r', 'z', '', 'scan', ''], ['ragged_row']],
        [10, ['tail\n', '', '003', 'photo', 'NA'], ['bad_instance']],
        [12, ['', '', '004', 'Photo', ''], ['bad_field_name']],
      ],
    );
    for (let chunkBytes = 1; chunkBytes <= bytes.length; chunkBytes++) {
      expect(await manifestOf(bytes, { chunkBytes })).toEqual(whole);
    }
  });

  it('and so may those of a manifest that is refused', async () => {
    const bytes = Buffer.concat([
      Buffer.from('record,field,note\n1,photo,"a\r\nb"\r\n2,ph'),
      Buffer.from([0xe9, 10]),
    ]);
    for (let chunkBytes = 1; chunkBytes <= bytes.length; chunkBytes++) {
      await expect(manifestOf(bytes, { chunkBytes })).rejects.toThrow(
        'line 4: a byte that is no UTF-8 (E9)',
      );
    }
  });
});

const utf8 = (text: string): Buffer => Buffer.from(text);

describe('any table of strings', () => {
  const cell = fc
    .oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.string({
        unit: fc.constantFrom('"', ',', ';', '\t', '|', '\r', '\n', ' ', 'a', 'é', '😀'),
        maxLength: 8,
      }),
    )
    .map((text) => text.replaceAll('\0', ''));
  const table = fc.integer({ min: 0, max: 3 }).chain((others) =>
    fc.record({
      rows: fc.array(fc.array(cell, { minLength: others + 1, maxLength: others + 1 }), {
        minLength: 1,
        maxLength: 6,
      }),
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
      encode: fc.constantFrom(utf8, utf16, (text: string) => utf16(text, 'be'), gzipSync),
      chunkBytes: fc.integer({ min: 1, max: 64 }),
    }),
  );
  it('comes back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(table, async ({ rows, delimiter, lineEnd, encode, chunkBytes }) => {
        const header = [
          'field',
          'record',
          ...Array.from({ length: (rows[0]?.length ?? 1) - 1 }, (_, at) => `other ${at}`),
        ];
        // The field keeps each line from being one without content.
        const lines = rows.map((cells) => ['photo', ...cells]);
        const text = toCsv([header, ...lines], { delimiter, lineEnd });
        const manifest = await manifestOf(encode(text), { chunkBytes });
        expect(manifest.header).toEqual(header);
        expect(manifest.rows.map((row) => row.cells)).toEqual(lines);
        expect(manifest.delimiter).toBe(delimiter);
        let line = 2;
        for (const [at, row] of manifest.rows.entries()) {
          expect(row.line).toBe(line);
          line += (lines[at] ?? []).join(' ').split(/\r\n|\r|\n/u).length;
        }
      }),
      { numRuns: 300 },
    );
  });
});
