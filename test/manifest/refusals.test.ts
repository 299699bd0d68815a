import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/errors.ts';
import { readBytes } from '../../src/files/read-file.ts';
import { openManifest } from '../../src/manifest/read.ts';
import { inChunks, manifestOf, utf16 } from './manifest-of.ts';

async function refusalOf(content: string | Buffer, columns = {}): Promise<string> {
  const error: unknown = await manifestOf(content, { columns }).then(
    () => new Error('not refused'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RefusedError);
  return error instanceof Error ? error.message : '';
}

const bytes = (...parts: (string | number)[]): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))),
  );

describe('a manifest that is no text or no CSV', () => {
  const H = 'record,field,note\n';
  const cases: readonly [string, string | Buffer, string][] = [
    ['empty', '', 'is empty'],
    ['a BOM alone', '\ufeff', 'is empty'],
    ['blank lines alone', '\n\r\n  \n,,\n', 'is empty'],
    ['a header alone', H, 'no rows'],
    ['a header and blank lines', `${H}\n,,\n`, 'no rows'],
    [
      'Latin-1',
      bytes(H, '1,photo,\n2,photo,caf', 0xe9, '\n3,photo,\n'),
      'line 3: a byte that is no UTF-8 (E9)',
    ],
    [
      'Latin-1 in the header',
      bytes('record,field,caf', 0xe9, '\n1,photo,\n'),
      'line 1: a byte that is no UTF-8 (E9)',
    ],
    [
      'Latin-1 after a true U+FFFD',
      bytes(H, '1,photo,\ufffd\n2,p\ufffd', 0xe9, '\n'),
      'line 3: a byte that is no UTF-8 (E9)',
    ],
    ['a surrogate in UTF-8', bytes(H, 0xed, 0xa0, 0x80), 'line 2: a byte that is no UTF-8 (ED)'],
    [
      'a last character cut off',
      bytes(H, '1,photo,caf', 0xc3),
      'line 2: the file ends in the middle of a character',
    ],
    ['a NUL', bytes(H, '1,photo,"a\nb', 0, '"\n'), 'line 3: a NUL'],
    ['UTF-16 without BOM', utf16(`${H}1,photo,\n`).subarray(2), 'line 1: a NUL'],
    ['a NUL in UTF-16', utf16(`${H}1,photo,\0\n`), 'line 2: a NUL'],
    ['a lone surrogate in UTF-16', utf16(`${H}1,photo,\ud800x\n`), 'line 2: half of a character'],
    [
      'UTF-16 with an odd byte',
      utf16(`${H}1,photo,a`).subarray(0, -1),
      'line 2: the file ends in the middle',
    ],
    ['UTF-16 that ends in half a pair', utf16(`${H}1,photo,\ud83d`), 'line 2: half of a character'],
    ['a workbook', bytes('PK\u0003\u0004', 20, 0), 'a workbook or a zip file'],
    ['gzip cut off', gzipSync(`${H}1,photo,\n`).subarray(0, 25), 'gzip file that ends too early'],
    [
      'gzip packed twice',
      gzipSync(gzipSync(`${H}1,photo,\n`)),
      'line 1: this is a gzip file inside another one, not CSV. Unpack it first',
    ],
    ['gzip damaged', bytes(0x1f, 0x8b, 8, 'no gzip at all, this'), 'gzip file that is damaged'],
    [
      'a quote that never closes',
      `${H}1,photo,\n2,photo,"a\n3,photo,b\n`,
      'line 3: a quotation mark opens cell 3 and is never closed',
    ],
    [
      'a quote that opens in a later line of its row',
      `${H}1,"a\r\nb","c\n`,
      'line 3: a quotation mark opens cell 3',
    ],
    [
      'a quote that never closes in the header',
      'record,field,"note\n1,photo,b\n',
      'line 1: a quotation mark opens cell 3',
    ],
    [
      'a quote that never closes before other quotes',
      `${H}1,photo,"a\n2,photo,"b"\n`,
      'line 3: text follows the closing quotation mark of cell 3, which was opened on line 2',
    ],
    [
      'a quote inside a cell',
      `${H}1,photo,5" pipe\n`,
      'line 2: a quotation mark stands inside cell 3',
    ],
    [
      'a quote inside a cell, in a row of several lines',
      `${H}1,"\r\n\r\n",5" pipe\n`,
      'line 4: a quotation mark stands inside cell 3',
    ],
    [
      'a quote in the header',
      'record,fie"ld\n1,photo\n',
      'line 1: a quotation mark stands inside cell 2',
    ],
    [
      'text after a closing quote',
      `${H}1,"photo" x,\n`,
      'line 2: text follows the closing quotation mark of cell 2',
    ],
    ['white space after a closing quote', `${H}1,"photo" ,\n`, 'line 2: text follows'],
  ];
  it.each(cases)('%s', async (_, content, expected) => {
    const message = await refusalOf(content);
    expect(message).toContain(expected);
    expect(message).not.toMatch(/CSV_|Error:|\n/u);
  });

  it('a quote that never closes is found before a huge file is in memory', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      yield Buffer.from('record,field\n1,photo\n2,"');
      for (;;) {
        given++;
        yield Buffer.alloc(1024 * 1024, 'x\n');
      }
    }
    const manifest = await openManifest(endless());
    await expect(
      (async () => {
        for await (const batch of manifest.batches()) expect(batch.length).toBe(1);
      })(),
    ).rejects.toThrow('line 3: a quotation mark opens cell 2 and is never closed');
    expect(given).toBeLessThan(20);
  });

  it('gives the rows before the fault first', async () => {
    const manifest = await openManifest(inChunks(bytes(H, '1,photo,\n', 0xff), 5));
    const seen: string[] = [];
    await expect(
      (async () => {
        for await (const batch of manifest.batches()) seen.push(...batch.map((row) => row.record));
      })(),
    ).rejects.toThrow(RefusedError);
    expect(seen.length).toBeLessThanOrEqual(1);
  });
});

describe('headers', () => {
  const cases: readonly [string, string, object, string][] = [
    [
      'no record',
      'Study ID,field\n1,photo\n',
      {},
      'line 1: a header is missing: "record" or "record_id". Headers seen: "Study ID", "field". If a column has another name, say so with --column record=<header>.',
    ],
    [
      'neither',
      '\nid;name\n1;photo\n',
      {},
      'line 2: headers are missing: "record" or "record_id"; and "field" or "field_name". Headers seen: "id", "name". If a column has another name, say so with --column record=<header> --column field=<header>. If it is a data export of REDCap, with a column for each field: redcap-sweep scan --from <export> --output list.csv',
    ],
    [
      'a list of ids',
      'record_id\n001\n',
      {},
      'If it is a list of record ids: redcap-sweep scan --record-file <list> --output list.csv',
    ],
    [
      'a list of ids without a header',
      '001\n002\n',
      {},
      'If it is a list of record ids: redcap-sweep scan --record-file <list> --output list.csv',
    ],
    [
      'one column',
      'record\n1\n',
      {},
      'a header is missing: "field" or "field_name". Headers seen: "record".',
    ],
    ['a space as delimiter', 'record field\n1 photo\n', {}, 'Headers seen: "record field".'],
    [
      'a header twice',
      'record,field,RECORD \n1,photo,2\n',
      {},
      'line 1: the header "RECORD " stands twice, in columns 1 and 3.',
    ],
    [
      'another column twice',
      'record,note,field,Note\n1,a,photo,b\n',
      {},
      'the header "Note" stands twice, in columns 2 and 4.',
    ],
    [
      'two for one column',
      'record,record_id,field\n1,1,photo\n',
      {},
      'line 1: the headers "record" and "record_id" both name the column record. Say which one counts with --column record=<header>',
    ],
    [
      'three for one column',
      'record,field,instance,redcap_repeat_instance,repeat_instance\n1,photo,1,1,1\n',
      {},
      '"instance" and "repeat_instance" and "redcap_repeat_instance" both name',
    ],
    [
      'a --column that is not there',
      'ID,field\n1,photo\n',
      { record: 'Study ID' },
      '--column record=Study ID: the manifest has no header "Study ID" (line 1). Headers seen: "ID", "field".',
    ],
    [
      'a --column that looks like a header',
      'Größe,field\n1,photo\n',
      { record: 'Gro\u0308ße' },
      '--column record=Gro\u0308ße: the manifest has no header "Gro\u0308ße" (o\u0308 is U+006F U+0308) (line 1). Headers seen: "Größe" (ö is U+00F6), "field".',
    ],
    [
      'headers that look the same, one of another script',
      'record,field,expect_filenаme\n1,photo,a\n',
      {},
      'the header "expect_filenаme" (а is U+0430) is nearly "expect_filename" (a is U+0061)',
    ],
    [
      'a header with what cannot be seen',
      'record\u200b,field\n1,photo\n',
      {},
      'Headers seen: "record<U+200B>", "field".',
    ],
    [
      'a --column of an earlier report',
      'record,field,sweep_row\n1,photo,1\n',
      { instance: 'sweep_row' },
      'no header "sweep_row"',
    ],
    [
      'one header for two columns',
      'ID,field\n1,photo\n',
      { record: 'id', event: 'ID' },
      'cannot serve both record and event',
    ],
    [
      'a header that --column takes for something else',
      'record,field\n1,photo\n',
      { event: 'record' },
      'a header is missing: "record"',
    ],
  ];
  it.each(cases)('%s', async (_, content, columns, expected) => {
    expect(await refusalOf(content, columns)).toContain(expected);
  });

  it('are refused when the manifest is opened, before any row', async () => {
    await expect(openManifest(inChunks(Buffer.from('a,b\n1,2\n'), 3))).rejects.toThrow(
      RefusedError,
    );
  });

  it('a --column wins over the names known by themselves, which are then carried', async () => {
    const { columnNames, rows, header } = await manifestOf(
      'record,record_id,Old  Id,field\na,b,c,photo\n',
      {
        columns: { record: ' OLD  ID' },
      },
    );
    expect(columnNames).toEqual({ record: 'Old  Id', field: 'field' });
    expect(header).toEqual(['record', 'record_id', 'Old  Id', 'field']);
    expect(rows.map((row) => [row.record, row.cells])).toEqual([['c', ['a', 'b', 'c', 'photo']]]);
  });

  it('the delimiter is the one that brings out known columns, those of --column too', async () => {
    const { delimiter } = await manifestOf('a, b, c, d;Study ID;Feld\n1;2;photo\n', {
      columns: { record: 'study id', field: 'feld' },
    });
    expect(delimiter).toBe(';');
  });
});

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('record,field\n1,photo\n2,photo\n');
  await Promise.resolve();
  throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' });
}

describe('a path that cannot be read', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'manifest-'));
    await writeFile(join(folder, 'good.csv'), 'record,field\n1,photo\n');
    await writeFile(join(folder, 'secret.csv'), 'record,field\n1,photo\n');
    await chmod(join(folder, 'secret.csv'), 0);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('missing', async () => {
    await expect(openManifest(readBytes(join(folder, 'none.csv')))).rejects.toThrow(
      /^The manifest cannot be read: there is no such file\.$/u,
    );
  });
  it('a directory', async () => {
    await expect(openManifest(readBytes(folder))).rejects.toThrow('it is a folder, not a file');
  });
  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('no permission', async () => {
    await expect(openManifest(readBytes(join(folder, 'secret.csv')))).rejects.toThrow(
      'no permission',
    );
  });
  it('a source that fails half-way', async () => {
    const manifest = await openManifest(failing());
    const seen: string[] = [];
    await expect(
      (async () => {
        for await (const batch of manifest.batches()) seen.push(...batch.map((row) => row.record));
      })(),
    ).rejects.toThrow(RefusedError);
    expect(seen).toEqual(['1', '2']);
  });
  it('and one that can', async () => {
    const manifest = await openManifest(readBytes(join(folder, 'good.csv')));
    for await (const batch of manifest.batches()) expect(batch[0]?.record).toBe('1');
  });
});
