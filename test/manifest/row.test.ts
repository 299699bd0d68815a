import { describe, expect, it } from 'vitest';
import { manifestOf } from './manifest-of.ts';

const H = 'record,field,instance,expect_sha256\n';
const codes = async (line: string): Promise<readonly string[]> => {
  const { rows } = await manifestOf(`${H}${line}\n`);
  return (rows[0]?.problems ?? []).map((problem) => problem.code);
};

describe('faults of a row itself', () => {
  const sha = '0123456789abcdefABCDEF0123456789abcdefABCDEF0123456789abcdef0123';
  it.each([
    ['1,photo,,', []],
    ['1,photo_2___x,1,', []],
    ['1,photo,999999999,', []],
    [`1,photo,,${sha}`, []],
    ['NA,photo,,', []],
    [',photo,,', ['missing_value']],
    ['\u00a0 ,photo,,', ['missing_value']],
    ['1, ,,', ['missing_value']],
    [',,1,', ['missing_value', 'missing_value']],
    ['1,Photo,,', ['bad_field_name']],
    ['1,2photo,,', ['bad_field_name']],
    ['1,_photo,,', ['bad_field_name']],
    ['1,my photo,,', ['bad_field_name']],
    ['1,phöto,,', ['bad_field_name']],
    ['1,photo,0,', ['bad_instance']],
    ['1,photo,01,', ['bad_instance']],
    ['1,photo,1.0,', ['bad_instance']],
    ['1,photo,-1,', ['bad_instance']],
    ['1,photo,+1,', ['bad_instance']],
    ['1,photo,1e3,', ['bad_instance']],
    ['1,photo,１,', ['bad_instance']],
    ['1,photo,1000000000,', ['bad_instance']],
    ['1,photo,NA,', ['bad_instance']],
    ['1,photo,new,', ['bad_instance']],
    [`1,photo,,${sha.slice(1)}`, ['bad_sha256']],
    [`1,photo,,${sha.slice(1)}g`, ['bad_sha256']],
    ['1,photo', ['ragged_row']],
    ['1,photo,,,', ['ragged_row']],
    [',Bad Name,x,y', ['missing_value', 'bad_field_name', 'bad_instance', 'bad_sha256']],
    [',Bad Name,x', ['ragged_row']],
  ])('%s', async (line, expected) => {
    expect(await codes(line)).toEqual(expected);
  });

  it('are found again after a valid row, and a valid one after an invalid one', async () => {
    const { rows } = await manifestOf(`${H}1,a,,\n2,B,,\n3,a,,\n4,B,,\n`);
    expect(rows.map((row) => row.problems.length)).toEqual([0, 1, 0, 1]);
  });
});

describe('messages of faults', () => {
  it.each([
    [' ,photo,,', 'The record (column "record") is blank.'],
    ['1,Photo,,', '"Photo" is no field name. Write it in lower case: "photo".'],
    [
      '1,photo,NA,',
      '"NA" is no instance. Write a whole number from 1, digits alone and no leading zero, or leave the cell blank where nothing repeats.',
    ],
    [
      '1,photo,,ABC',
      '"abc" is no SHA-256 digest. Write 64 hexadecimal digits, or leave the cell blank. It has 3.',
    ],
    ['1,photo', 'The row has 2 cells where the header has 4. It stood: 1,photo'],
  ])('%s', async (line, expected) => {
    const { rows } = await manifestOf(`${H}${line}\n`);
    expect(rows[0]?.problems[0]?.message).toBe(expected);
  });

  it('are one line of moderate length whatever the cell holds', async () => {
    const { rows } = await manifestOf(
      `${H}1,"a\r\n${'😀'.repeat(5_000)}",,\n"b\nc",${'x'.repeat(5_000)}\n`,
    );
    for (const row of rows) {
      const message = row.problems[0]?.message ?? '';
      expect(message).not.toMatch(/\p{Cc}/u);
      expect(message.length).toBeLessThan(500);
      expect(message).toContain('…');
    }
  });
});

describe('a ragged row', () => {
  it('is padded or cut to the header, its record blanked, and its message holds it as it stood', async () => {
    const { rows } = await manifestOf(
      'record,note,field\r\n"0""1","x, y"\r\n2,n,photo,"z"\r\n3,n,photo\r\n4',
    );
    expect(rows.map((row) => [row.line, row.record, row.cells, row.problems[0]?.message])).toEqual([
      [
        2,
        '',
        ['', 'x, y', ''],
        'The row has 2 cells where the header has 3. It stood: "0""1","x, y"',
      ],
      [
        3,
        '',
        ['', 'n', 'photo'],
        'The row has 4 cells where the header has 3. It stood: 2,n,photo,"z"',
      ],
      [4, '3', ['3', 'n', 'photo'], undefined],
      [5, '', ['', '', ''], 'The row has 1 cell where the header has 3. It stood: 4'],
    ]);
  });
});
