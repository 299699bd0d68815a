import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneLine } from '../../src/words/one-line.ts';

describe('oneLine', () => {
  it.each([
    ['plain', 'plain'],
    ['  two\r\n\tlines \u2028 x ', 'two lines x'],
    ['a\u0000b\u001b[31mred\u009b', 'a b [31mred'],
    ['right\u202eleft', 'right left'],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@x', "'@x"],
    ['\t=x', "'=x"],
    ['\ufeff=x', "'=x"],
    ['＝1', "'＝1"],
    ['－1', "'－1"],
    ['＋1', "'＋1"],
    ['＠1', "'＠1"],
    ['a=b', 'a=b'],
    ['lone \ud800 half', 'lone \ufffd half'],
    ['', ''],
  ])('%j becomes %j', (text, line) => {
    expect(oneLine(text)).toBe(line);
  });

  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdefg', 6, 'abcde…'],
    ['abcd😀xyz', 6, 'abcd…'],
    ['abc😀xyz', 6, 'abc😀…'],
    ['abcd efg', 6, 'abcd…'],
  ])('%j within %i is %j', (text, max, line) => {
    expect(oneLine(text, max)).toBe(line);
  });

  it('is one line, safe and short, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 900 }), (text) => {
        const line = oneLine(text);
        expect(line.length).toBeLessThanOrEqual(500);
        expect(line).not.toMatch(/^[=+\-@＝＋－＠\s]|\p{Cc}|\p{Surrogate}/u);
      }),
    );
  });
});
