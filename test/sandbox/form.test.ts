import { describe, expect, it } from 'vitest';
import { readForm } from '../../src/sandbox/form.ts';

const post = (body: string | Buffer, type: string): Request =>
  new Request('http://127.0.0.1/', { method: 'POST', body, headers: { 'content-type': type } });

const part = (disposition: string, content: string): string =>
  `--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;

const multipart = (...parts: string[]): Request =>
  post(Buffer.from(`${parts.join('')}--b--\r\n`), 'multipart/form-data; boundary=b');

describe('urlencoded', () => {
  it('reads scalars, lists and lists with commas', async () => {
    const body = 'a=1&a=2&r[0]=x%20y&r[]=z&c=p,%20q&field[0]=f';
    const form = await readForm(post(body, 'application/x-www-form-urlencoded'));
    expect([form.text('a'), form.list('r'), form.list('c'), form.text('field')]).toEqual([
      '2',
      ['x y', 'z'],
      ['p', 'q'],
      '',
    ]);
    expect([form.list('none'), form.has('r'), form.has('none')]).toEqual([undefined, true, false]);
  });

  it('drops what lies beyond 1,000 variables, as PHP does', async () => {
    const names = Array.from({ length: 1_500 }, (_, index) => `r[${index}]=${index}`).join('&');
    const form = await readForm(post(names, 'application/x-www-form-urlencoded'));
    expect(form.list('r')).toHaveLength(1_000);
  });

  it('reads no other encoding', async () => {
    const form = await readForm(post('{"a":"1"}', 'application/json'));
    expect(form.has('a')).toBe(false);
  });
});

describe('multipart', () => {
  it.each([
    ['filename="résumé ü.pdf"', 'résumé ü.pdf'],
    ['filename="a\\"b.txt"', 'a"b.txt'],
    ['filename=plain.txt', 'plain.txt'],
    ['filename="../../etc/x.txt"', 'x.txt'],
    ['filename="C:\\\\temp\\\\y.txt"', 'y.txt'],
    ['filename="a;b=c.txt"', 'a;b=c.txt'],
  ])('understands %s', async (filename, name) => {
    const form = await readForm(multipart(part(`name="file"; ${filename}`, 'data')));
    expect(form.file('file')).toEqual({ name, bytes: new Uint8Array(Buffer.from('data')) });
  });

  it('sees no file where only filename* stands', async () => {
    const form = await readForm(multipart(part(`name="file"; filename*=UTF-8''x.txt`, 'data')));
    expect(form.file('file')).toBeUndefined();
  });

  it('keeps values apart, blank ones and those with line breaks included', async () => {
    const form = await readForm(
      multipart(part('name="a"', ''), part('name="b"', 'x\r\n\r\ny'), part('name="r[0]"', '1')),
    );
    expect([form.text('a'), form.has('a'), form.text('b'), form.list('r')]).toEqual([
      '',
      true,
      'x\r\n\r\ny',
      ['1'],
    ]);
  });
});
