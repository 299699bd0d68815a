import { describe, expect, it } from 'vitest';
import { escapeText, html, value, trusted } from '../../../src/report/html/markup.ts';
import { plainVisible, shorten } from '../../../src/report/html/markup.ts';

describe('text that is not what it looks like', () => {
  it.each([
    ['plain', 'consent.pdf', 'consent.pdf'],
    ['an override of direction', 'invoice\u202Efdp.exe', 'invoice[U+202E]fdp.exe'],
    ['isolates', '\u2066a\u2069', '[U+2066]a[U+2069]'],
    ['controls', 'a\u0000b\nc\u009Bd', 'a[U+0000]b[U+000A]c[U+009B]d'],
    ['no width', 'a\u200Bb\uFEFFc\u00ADd', 'a[U+200B]b[U+FEFF]c[U+00AD]d'],
    ['tags', '\u{E0041}', '[U+E0041]'],
    ['half a pair', 'a\uD800b', 'a[U+D800]b'],
    ['a joiner beside a digit', '10\u200D1', '10[U+200D]1'],
    ['a joiner where it belongs', '\u0645\u06CC\u200C\u062E', '\u0645\u06CC\u200C\u062E'],
    ['an emoji of several', '\u{1F468}\u200D\u{1F469}', '\u{1F468}\u200D\u{1F469}'],
    ['other scripts', 'Überprüfung 日本語 עברית', 'Überprüfung 日本語 עברית'],
  ])('names it: %s', (_, text, expected) => {
    expect(plainVisible(text)).toBe(expected);
  });

  it.each([
    ['apart from the text around', 'עברית', '<bdi>עברית</bdi>'],
    [
      'unseen characters in a box',
      'a\u202E\u202Db',
      '<bdi>a<span class="unseen">U+202E U+202D</span>b</bdi>',
    ],
    ['spaces at the ends', ' 10 01 ', '<bdi>␣10 01␣</bdi>'],
    ['a hard space at the end', '1001\u00A0', '<bdi>1001<span class="unseen">U+00A0</span></bdi>'],
    ['markup as text', '<b>&"\'', '<bdi>&lt;b&gt;&amp;&quot;&#39;</bdi>'],
    ['nothing', '', '<bdi></bdi>'],
  ])('shows a value: %s', (_, text, expected) => {
    expect(value(text).markup).toBe(expected);
  });

  it('cuts a long value, never through a character', () => {
    expect(shorten('abcdef', 6)).toBe('abcdef');
    expect(shorten('abcdefg', 6)).toBe('abcde…');
    expect(shorten('abcd\u{1F600}g', 6)).toBe('abcd…');
    expect(value('x'.repeat(5000)).markup).toHaveLength(2000 + '<bdi></bdi>'.length);
  });
});

describe('html with holes', () => {
  it('escapes strings in text and attributes, and takes markup as it is', () => {
    const text = `"><script>'&\u202E`;
    expect(html`<a title="${text}">${text}${trusted('<b></b>')}</a>`.markup).toBe(
      `<a title="${escapeText(text)}">${escapeText(text)}<b></b></a>`,
    );
    expect(escapeText(text)).toBe('&quot;&gt;&lt;script&gt;&#39;&amp;[U+202E]');
  });

  it('joins lists, writes numbers, leaves out what is undefined, and drops its own indentation', () => {
    const page = html`<ul>
      ${[1, 2].map((one) => html`<li>${one}</li>`)} ${undefined}
    </ul>`;
    expect(page.markup).toBe('<ul>\n<li>1</li><li>2</li> \n</ul>');
  });

  it('keeps the line breaks of a value from being its own', () => {
    expect(html`<p>${'a\n   b'}</p>`.markup).toBe('<p>a[U+000A]   b</p>');
  });
});
