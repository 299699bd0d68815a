import { describe, expect, it } from 'vitest';
import { namesFile, readFileName, readRetryAfter } from '../../src/redcap/response-headers.ts';
import { knownHeaders } from './known-headers.ts';

/** As it comes over the wire: one character for each byte of UTF-8. */
const wire = (text: string): string => Buffer.from(text).toString('latin1');

describe('the name in a content type', () => {
  it.each([
    ['application/pdf; name="mugshot-1.jpg"', 'mugshot-1.jpg'],
    ["application/vnd.x.document; name='FILE_NAME.docx'", 'FILE_NAME.docx'],
    ['text/plain; name="test_upload.txt"; charset=UTF-8', 'test_upload.txt'],
    ['text/plain; name="f.txt";charset=UTF-8', 'f.txt'],
    ['text/plain; charset=UTF-8; name="f.txt"', 'f.txt'],
    ['text/plain;name=data.txt', 'data.txt'],
    ['text/plain;name=data.txt;charset=utf-8', 'data.txt'],
    ['text/plain; NAME = "f.txt"', 'f.txt'],
    ['text/plain; name="a;b=c.txt"', 'a;b=c.txt'],
    ['text/plain; name="a;b=c.txt";charset=UTF-8', 'a;b=c.txt'],
    ['text/plain; name=a;b=c.txt', 'a;b=c.txt'],
    ['text/plain; name="say "hi".txt"', 'say "hi".txt'],
    ['text/plain; name="say \\"hi\\".txt"; charset=UTF-8', 'say "hi".txt'],
    ["text/plain; name='o'neil.pdf'", "o'neil.pdf"],
    ['text/plain; name="o\'neil.pdf"', "o'neil.pdf"],
    ['text/plain; name="x.txt"; size=12', 'x.txt'],
    ['text/plain; name="x.txt";', 'x.txt'],
    ['text/plain; name=x.txt;', 'x.txt'],
    ['text/plain; name="a; charset=b.txt"', 'a; charset=b.txt'],
    ['text/plain; name="two  blanks .txt"', 'two  blanks .txt'],
    ['; name="x.txt"', 'x.txt'],
    [wire('application/pdf; name="résumé ü.pdf"'), 'résumé ü.pdf'],
    [wire('image/png; name="李.png"'), '李.png'],
    [wire('image/png; name=李.png'), '李.png'],
    ['image/png; name="caf\xe9.png"', 'café.png'],
    ['image/png; name="../../etc/passwd"', '../../etc/passwd'],
  ])('%j is %j', (value, name) => {
    const head = { status: 200, headers: knownHeaders({ 'content-type': value }) };
    expect(readFileName(head)).toBe(name);
    expect(namesFile(head)).toBe(true);
  });

  it.each([
    ['text/html; charset=UTF-8'],
    ['application/json'],
    ['text/plain; filename="x.txt"'],
    [''],
  ])('%j is none', (value) => {
    const head = { status: 200, headers: knownHeaders({ 'content-type': value }) };
    expect([namesFile(head), readFileName(head)]).toEqual([false, '']);
  });
});

describe('the name in a content disposition', () => {
  it.each([
    ['attachment; filename="x.txt"', 'x.txt'],
    ['attachment; filename=x.txt', 'x.txt'],
    ['attachment; filename="a \\"b\\".txt"; size=3', 'a "b".txt'],
    [`attachment; filename="x.txt"; filename*=UTF-8''r%C3%A9sum%C3%A9.txt`, 'résumé.txt'],
    [`attachment; filename="x.txt"; filename*=UTF-8''%E9`, 'x.txt'],
    [wire('attachment; filename="李.png"'), '李.png'],
    ['attachment', ''],
  ])('%j is %j, where the content type has no name', (value, name) => {
    for (const type of ['application/pdf', 'application/pdf; name=""']) {
      const headers = knownHeaders({ 'content-type': type, 'content-disposition': value });
      expect(readFileName({ headers })).toBe(name);
    }
  });

  it('comes second', () => {
    const headers = knownHeaders({
      'content-type': 'text/plain; name="one.txt"',
      'content-disposition': 'attachment; filename="other.txt"',
    });
    expect(readFileName({ headers })).toBe('one.txt');
  });
});

const DATE = 'Tue, 24 Nov 2026 03:12:07 GMT';

describe('readRetryAfter', () => {
  it.each([
    ['120', undefined, 120_000],
    [' 0 ', undefined, 0],
    ['99999999999', undefined, 99_999_999_999_000],
    ['Tue, 24 Nov 2026 03:14:07 GMT', DATE, 120_000],
    ['Tue, 24 Nov 2026 03:14:07 GMT', 'Tuesday, 24-Nov-26 03:12:07 GMT', 120_000],
    ['Tue Nov 24 03:14:07 2026', DATE, 120_000],
    ['Tue, 24 Nov 2026 03:00:00 GMT', DATE, 0],
    ['Tue, 24 Nov 2026 03:14:07 GMT', undefined, undefined],
    ['Tue, 24 Nov 2026 03:14:07 GMT', 'yesterday', undefined],
    ['Tue, 99 Nov 2026 03:14:07 GMT', DATE, undefined],
    ['2026-11-24T03:14:07Z', DATE, undefined],
    ['soon', DATE, undefined],
    ['-5', DATE, undefined],
    ['1.5', DATE, undefined],
    ['1e3', DATE, undefined],
    ['120, 120', DATE, undefined],
    ['', DATE, undefined],
  ])('%j with the date %j asks for %j ms', (value, date, ms) => {
    const headers = { 'retry-after': value, ...(date === undefined ? {} : { date }) };
    expect(readRetryAfter(knownHeaders(headers))).toBe(ms);
  });

  it('is nothing without the header', () => {
    expect(readRetryAfter(knownHeaders({ date: DATE }))).toBeUndefined();
  });
});
