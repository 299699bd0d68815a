import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneLine } from '../../src/words/one-line.ts';
import { writeOutUnseen } from '../../src/words/letters.ts';
import { listNames, showName, showNames, showTwoNames } from '../../src/words/names.ts';

const LONG = 'abc'.repeat(66);

describe('a name in a message', () => {
  it.each<[string, string]>([
    ['consent 001.pdf', 'consent 001.pdf'],
    ['李明.pdf', '李明.pdf'],
    ['re\u0301sume\u0301.pdf', 're\u0301sume\u0301.pdf'],
    ['my\u00a0file.pdf', 'my<U+00A0>file.pdf'],
    ['a\u2003b\u3000c', 'a<U+2003>b<U+3000>c'],
    ['a\tb\r\nc', 'a<U+0009>b<U+000D><U+000A>c'],
    ['\ufeff1', '"<U+FEFF>1"'],
    ['x\u200by', 'x<U+200B>y'],
    ['soft\u00adhyphen', 'soft<U+00AD>hyphen'],
    ['invoice\u202efdp.exe', 'invoice<U+202E>fdp.exe'],
    ['\u200e1', '<U+200E>1'],
    ['lone \ud800', 'lone <U+D800>'],
    // Joiners belong to many scripts and to pictures, and to no digit.
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['👩\u200d👩\u200d👧', '👩\u200d👩\u200d👧'],
    ['1\u200d', '1<U+200D>'],
    [' 1 ', '" 1 "'],
    ['1\u00a0', '"1<U+00A0>"'],
    ['', '""'],
    ['  ', '"  "'],
    ['"1"', '""1""'],
    ['say "hi".pdf', 'say "hi".pdf'],
    ['<U+00A0>', '<U+003C>U+00A0>'],
    ['a < b', 'a < b'],
    ['x'.repeat(60), 'x'.repeat(60)],
    ['x'.repeat(61), `${'x'.repeat(59)}…`],
    [`${'é'.repeat(59)}\u200b`, `${'é'.repeat(59)}…`],
  ])('%j is %j', (name, shown) => {
    expect(showName(name)).toBe(shown);
  });

  it.each<[string, string]>([
    ['1', '"1"'],
    ['', '""'],
    [' 1', '" 1"'],
    ['a\u00a0b', '"a<U+00A0>b"'],
    ['x'.repeat(61), `"${'x'.repeat(59)}…"`],
  ])('%j among quoted ones is %j', (name, shown) => {
    expect(showName(name, 'quoted')).toBe(shown);
  });

  it('has the room that it is given', () => {
    expect(showName('x'.repeat(100), 'bare', 100)).toBe('x'.repeat(100));
    expect(showName('x'.repeat(101), 'quoted', 100)).toBe(`"${'x'.repeat(99)}…"`);
  });

  it('of megabytes costs nothing', () => {
    expect(showName('\u00a0'.repeat(5_000_000))).toHaveLength(2 + 7 * 8 + 1);
  });
});

describe('two names in one message', () => {
  it.each<[string, string, string, string]>([
    ['a.pdf', 'b.pdf', 'a.pdf', 'b.pdf'],
    ['a.pdf', 'a.PDF', 'a.pdf', 'a.PDF'],
    [
      're\u0301sume\u0301.pdf',
      'r\u00e9sum\u00e9.pdf',
      're\u0301sume\u0301.pdf (e\u0301 is U+0065 U+0301)',
      'r\u00e9sum\u00e9.pdf (\u00e9 is U+00E9)',
    ],
    ['а.pdf', 'a.pdf', 'а.pdf (а is U+0430)', 'a.pdf (a is U+0061)'],
    [
      'сору.pdf',
      'copy.pdf',
      'сору.pdf (с is U+0441, о is U+043E, р is U+0440)',
      'copy.pdf (c is U+0063, o is U+006F, p is U+0070)',
    ],
    ['my\u00a0file.pdf', 'my file.pdf', 'my<U+00A0>file.pdf', 'my file.pdf'],
    ['x\u200by', 'xy', 'x<U+200B>y', 'xy'],
    ['a\tb', 'a b', 'a<U+0009>b', 'a b'],
    ['\u200f1', '1', '<U+200F>1', '1'],
    ['1', ' 1', '1', '" 1"'],
    ['  1', ' 1', '" <U+0020>1"', '" 1"'],
    ['Site  B 18', 'Site B 18', 'Site <U+0020>B 18', 'Site B 18'],
    ['ﬁle.pdf', 'file.pdf', 'ﬁle.pdf (ﬁ is U+FB01)', 'file.pdf (f is U+0066, i is U+0069)'],
    ['１', '1', '１ (１ is U+FF11)', '1 (1 is U+0031)'],
    [
      '\u1100\u1161\u11a8.pdf',
      '각.pdf',
      '\u1100\u1161\u11a8.pdf (\u1100\u1161\u11a8 is U+1100 U+1161 U+11A8)',
      '각.pdf (각 is U+AC01)',
    ],
    ['❤\ufe0f.png', '❤.png', '❤\ufe0f.png (❤\ufe0f is U+2764 U+FE0F)', '❤.png (❤ is U+2764)'],
    // Something else is plainly to be seen.
    ['résumé-1.pdf', 're\u0301sume\u0301-2.pdf', 'résumé-1.pdf', 're\u0301sume\u0301-2.pdf'],
    ['Müller.pdf', 'Mueller.pdf', 'Müller.pdf', 'Mueller.pdf'],
    ['', '1', '""', '1'],
    ['1', '1', '1', '1'],
    [
      `${LONG}.pdf`,
      `${LONG}.PDF`,
      'abcabcabcabcabc…abcabcabc.pdf',
      'abcabcabcabcabc…abcabcabc.PDF',
    ],
    [`a${LONG}`, `b${LONG}`, `a${LONG.slice(0, 58)}…`, `b${LONG.slice(0, 58)}…`],
    [
      `${LONG}é`,
      `${LONG}e\u0301`,
      'abcabcabcabcabc…cabcabcabcé (é is U+00E9)',
      'abcabcabcabcabc…cabcabcabce\u0301 (e\u0301 is U+0065 U+0301)',
    ],
    ['<U+00A0>', '\u00a0', '<U+003C>U+00A0>', '"<U+00A0>"'],
    ['" 1"', ' 1', '"" 1""', '" 1"'],
  ])('%j and %j are %j and %j', (one, other, first, second) => {
    expect(showTwoNames(one, other)).toEqual([first, second]);
    expect(showTwoNames(other, one)).toEqual([second, first]);
  });

  it('are quoted where their neighbours are, the difference outside', () => {
    expect(showTwoNames('а', 'a', 'quoted')).toEqual(['"а" (а is U+0430)', '"a" (a is U+0061)']);
  });

  const ODD = [
    'e\u0301',
    'é',
    'a',
    'а',
    ' ',
    '\u00a0',
    '\u200b',
    '\u0301',
    '…',
    '.',
    '"',
    '<',
    'U+00A0>',
    'ﬁ',
    'fi',
    '\u200d',
    '\ufe0f',
    '각',
    '\u1100',
    '\u1161',
    '\u11a8',
    '\ud800',
    '𝒳',
    '\u034f',
  ];
  const oddNames = fc
    .array(fc.constantFrom(...ODD), { maxLength: 90 })
    .map((parts) => parts.join(''));

  it.each([
    [
      'whatever they are',
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 200 }),
    ],
    ['and odd', oddNames, oddNames],
  ])('never look the same, %s', (_what, one, other) => {
    fc.assert(
      fc.property(one, other, fc.string({ maxLength: 150 }), (name, another, before) => {
        const pairs = [
          [name, another],
          [before + name, before + another],
        ] as const;
        for (const [first, second] of pairs) {
          fc.pre(first !== second);
          const [shown, otherShown] = showTwoNames(first, second).map((text) =>
            oneLine(`x${text}`).normalize('NFC'),
          );
          expect(shown).not.toBe(otherShown);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('several names in one message', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['plain ones', ['a', 'b'], ['a', 'b']],
    ['the same one again', ['a', 'a'], ['a', 'a']],
    [
      'two forms of one name, and another one',
      ['re\u0301sume\u0301', 'x', 'résumé'],
      ['re\u0301sume\u0301 (e\u0301 is U+0065 U+0301)', 'x', 'résumé (é is U+00E9)'],
    ],
    ['letters of two scripts', ['а1', 'a1'], ['а1 (а is U+0430)', 'a1 (a is U+0061)']],
    ['what cannot be seen', ['a\u200b', 'a', 'a\u00a0b'], ['a<U+200B>', 'a', 'a<U+00A0>b']],
    ['one blank and two', ['a b', 'a  b'], ['a b', 'a <U+0020>b']],
    [
      'a selector of pictures',
      ['❤\ufe0f', '❤'],
      ['❤\ufe0f (❤\ufe0f is U+2764 U+FE0F)', '❤ (❤ is U+2764)'],
    ],
    [
      'long ones that differ at the end',
      [`${LONG}1`, `${LONG}2`],
      ['abcabcabcabcabc…cabcabcabc1', 'abcabcabcabcabc…cabcabcabc2'],
    ],
    ['other letters, however alike', ['Männer', 'Manner', '姓名'], ['Männer', 'Manner', '姓名']],
  ])('%s', (_what, names, shown) => {
    expect(showNames(names)).toEqual(shown);
  });

  it.each<[string, Parameters<typeof listNames>, string]>([
    ['none', [[]], ''],
    ['one', [['a'], { word: 'or' }], 'a'],
    ['some', [['a', 'b', 'c']], 'a, b, c'],
    ['a sentence of them', [['a', 'b', 'c'], { word: 'or' }], 'a, b or c'],
    ['too many', [['a', 'b', 'c'], { most: 2 }], 'a, b and 1 more'],
    ['too many for a choice', [['a', 'b', 'c'], { most: 2, word: 'or' }], 'a, b or 1 more'],
    ['in quotation marks', [['a', ''], { style: 'quoted' }], '"a", ""'],
    ['beside another one', [['é'], { beside: ['e\u0301'] }], 'é (é is U+00E9)'],
  ])('as a list: %s', (_what, given, list) => {
    expect(listNames(...given)).toBe(list);
  });
});

describe('a table on a terminal', () => {
  it('has what a terminal would obey written out, and its lines as they are', () => {
    expect(writeOutUnseen('a,\u001b[2Jb\u202e\r\nc,\u0007é\u00a0\n')).toBe(
      'a,<U+001B>[2Jb<U+202E>\r\nc,<U+0007>é\u00a0\n',
    );
  });
});
