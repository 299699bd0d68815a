import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openManifest } from '../../src/manifest/read.ts';
import { NO_PROBLEMS } from '../../src/rows/row.ts';
import { brief, inChunks, manifestOf, utf16 } from './manifest-of.ts';

const LINES = ['record,field,event,instance', '001,photo,visit_1,', '002,scan,,2'];
const ROWS = [
  [2, '001', 'photo', 'visit_1', ''],
  [3, '002', 'scan', '', '2'],
];
const lf = `${LINES.join('\n')}\n`;

describe('a manifest as spreadsheets and scripts write it', () => {
  const written: readonly [string, string | Buffer, string][] = [
    ['plain, LF', lf, ','],
    ['no line end at the end', lf.trimEnd(), ','],
    ['CRLF', lf.replaceAll('\n', '\r\n'), ','],
    ['CR alone (old Mac)', lf.replaceAll('\n', '\r'), ','],
    ['mixed line ends', `${LINES[0]}\r${LINES[1]}\r\n${LINES[2]}\n`, ','],
    ['UTF-8 with BOM, semicolons', `\ufeff${lf.replaceAll(',', ';')}`, ';'],
    ['bars', lf.replaceAll(',', '|'), '|'],
    ['UTF-16 LE, tabs ("Unicode text")', utf16(lf.replaceAll(',', '\t')), '\t'],
    ['UTF-16 BE', utf16(lf, 'be'), ','],
    ['gzip', gzipSync(lf), ','],
    ['gzip of UTF-16', gzipSync(utf16(lf)), ','],
    [
      'two gzip members',
      Buffer.concat([gzipSync(`${LINES[0]}\n`), gzipSync(`${LINES[1]}\n${LINES[2]}`)]),
      ',',
    ],
    ['every cell quoted', lf.replaceAll(/[^,\n]+/gu, '"$&"'), ','],
  ];
  it.each(written)('%s', async (_, content, delimiter) => {
    const manifest = await manifestOf(content);
    expect(manifest.rows.map(brief)).toEqual(ROWS);
    expect(manifest.delimiter).toBe(delimiter);
    expect(manifest.header).toEqual(['record', 'field', 'event', 'instance']);
  });

  it('gives whole rows', async () => {
    const sha = 'AB'.repeat(32);
    const { rows, columnNames } = await manifestOf(
      ` Record_ID ,FIELD_NAME,unique_event_name,redcap_repeat_instance,redcap_repeat_instrument,expect_filename,expect_sha256,note\n` +
        ` 007 , photo ,\tvisit_1 , 3 , scans , a b.pdf , ${sha} , as it stands \n`,
    );
    expect(columnNames).toEqual({
      record: ' Record_ID ',
      field: 'FIELD_NAME',
      event: 'unique_event_name',
      instance: 'redcap_repeat_instance',
      redcap_repeat_instrument: 'redcap_repeat_instrument',
      expect_filename: 'expect_filename',
      expect_sha256: 'expect_sha256',
    });
    expect(rows).toEqual([
      {
        row: 1,
        line: 2,
        cells: [
          ' 007 ',
          ' photo ',
          '\tvisit_1 ',
          ' 3 ',
          ' scans ',
          ' a b.pdf ',
          ` ${sha} `,
          ' as it stands ',
        ],
        record: ' 007 ',
        field: 'photo',
        event: 'visit_1',
        instance: '3',
        repeatInstrument: 'scans',
        expectFilename: 'a b.pdf',
        expectSha256: sha.toLowerCase(),
        problems: [],
      },
    ]);
    expect(rows[0]?.problems).toBe(NO_PROBLEMS);
  });

  it('R: a nameless first column, carried, and NA taken for no blank', async () => {
    const { header, rows } = await manifestOf(
      '"","record","field","event","instance"\n"1","001","photo",NA,""\n"2","002","photo","",NA\n"3","003","photo","","1"\n',
    );
    expect(header).toEqual(['', 'record', 'field', 'event', 'instance']);
    expect(rows.map((row) => [row.cells[0], row.event, row.problems.map((p) => p.code)])).toEqual([
      ['1', 'NA', []],
      ['2', '', ['bad_instance']],
      ['3', '', []],
    ]);
  });

  it('any number of nameless columns', async () => {
    const { header, rows } = await manifestOf(',record, ,field,\na,1,b,photo,c\n');
    expect(header).toEqual(['', 'record', ' ', 'field', '']);
    expect(rows[0]?.cells).toEqual(['a', '1', 'b', 'photo', 'c']);
  });

  it.each([
    ['sep=;\r\n', ';'],
    ['\ufeff"sep=,"\n', ','],
    ['sep=\t\t\t\t\n\n', '\t'],
    ['SEP=|\r', '|'],
    // What the header says counts more than what the line claims.
    ['sep=;\n', ','],
    [' sep=; \r\n', ';'],
    ['sep=\n', '\t'],
  ])('a first line %j, which is read past', async (first, delimiter) => {
    const manifest = await manifestOf(first + lf.replaceAll(',', delimiter));
    expect(manifest.rows.map(brief)).toEqual(
      ROWS.map(([line, ...rest]) => [
        Number(line) + (first.match(/\r\n|\n|\r/g) ?? []).length,
        ...rest,
      ]),
    );
    expect([manifest.delimiter, manifest.header]).toEqual([
      delimiter,
      ['record', 'field', 'event', 'instance'],
    ]);
  });

  it('a header quoted over several lines, with another delimiter inside', async () => {
    const { delimiter, header, rows } = await manifestOf(
      '"note;\r\nwith, commas";record;field\nx;1;photo\n',
    );
    expect([delimiter, header]).toEqual([';', ['note;\r\nwith, commas', 'record', 'field']]);
    expect(rows.map(brief)).toEqual([[3, '1', 'photo', '', '']]);
  });
});

describe('line numbers', () => {
  it('count breaks inside quotes, whatever their kind, and lines without content', async () => {
    const { rows } = await manifestOf(
      '\n,,\nrecord,field,note\r\n' + // header on line 3
        '1,photo,"a\r\nb\nc\rd"\r\n' + // 4 to 7
        '\n' +
        ' , ,\t\n' +
        '"","",""\n' +
        '2,photo,"""\n"""\n' + // 11, 12
        ',,\r\r\n' + // 13, 14
        '3,photo,',
    );
    expect(rows.map((row) => [row.row, row.line, row.record])).toEqual([
      [1, 4, '1'],
      [2, 11, '2'],
      [3, 15, '3'],
    ]);
    expect(rows[0]?.cells[2]).toBe('a\r\nb\nc\rd');
    expect(rows[1]?.cells[2]).toBe('"\n"');
  });
});

describe('a report fed back', () => {
  const report =
    'record,field,sweep_row,Sweep_Status,note, SWEEP_message\n1,photo,7,failed,n,server said no\n,photo,8,invalid,,ragged\n,,9,invalid,,ragged\n';
  it('loses the columns of the earlier report, and keeps its rows', async () => {
    const { header, rows } = await manifestOf(report);
    expect(header).toEqual(['record', 'field', 'note']);
    expect(rows.map((row) => [row.cells, row.problems.map((p) => p.code)])).toEqual([
      [['1', 'photo', 'n'], []],
      [['', 'photo', ''], ['missing_value']],
      [
        ['', '', ''],
        ['missing_value', 'missing_value'],
      ],
    ]);
  });
  it('counts cells against its full header', async () => {
    const { rows } = await manifestOf('record,field,sweep_row\n1,photo\n2,photo,1\n');
    expect(rows.map((row) => row.problems.map((p) => p.code))).toEqual([['ragged_row'], []]);
  });
  it('may hold one of our columns twice: they are not read', async () => {
    const { header } = await manifestOf('record,field,sweep_row,sweep_row\n1,photo,1,1\n');
    expect(header).toEqual(['record', 'field']);
  });
});

describe('batches', () => {
  const many = `record,field\n${Array.from({ length: 20_000 }, (_, n) => `${n},photo\n`).join('')}`;

  it('come in order, in moderate sizes whatever the chunk', async () => {
    const manifest = await openManifest(inChunks(Buffer.from(many), many.length));
    const sizes: number[] = [];
    let next = 1;
    for await (const batch of manifest.batches()) {
      sizes.push(batch.length);
      for (const row of batch) expect(row.row).toBe(next++);
    }
    expect(next).toBe(20_001);
    expect(Math.max(...sizes)).toBeLessThan(2_000);
  });

  it('are read no faster than they are taken, and the source is let go of when nobody wants more', async () => {
    let given = 0;
    let ended = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for await (const chunk of inChunks(Buffer.from(many), 1_000)) {
          given++;
          yield chunk;
        }
      } finally {
        ended = true;
      }
    }
    const manifest = await openManifest(source());
    for await (const batch of manifest.batches()) {
      expect(batch.length).toBeGreaterThan(0);
      break;
    }
    expect(given).toBeLessThan(4);
    expect(ended).toBe(true);
  });

  it.each([
    ['plain', Buffer.from(many)],
    ['gzip', gzipSync(many)],
  ])('%s: can be left while the source stands still', async (_, bytes) => {
    async function* standing(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 20_000);
      await new Promise(() => undefined);
    }
    const manifest = await openManifest(standing());
    const rows = manifest.batches()[Symbol.asyncIterator]();
    expect((await rows.next()).done).toBe(false);
    expect((await rows.return?.())?.done).toBe(true);
  });

  it('can be taken once', async () => {
    const manifest = await openManifest(inChunks(Buffer.from(lf), 10));
    manifest.batches();
    expect(() => manifest.batches()).toThrow('once');
  });
});
