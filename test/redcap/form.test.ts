import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeForm, encodeFormValue, MAX_ARRAY_VALUES } from '../../src/redcap/form.ts';
import { encodeMultipart } from '../../src/redcap/form.ts';

describe('a form', () => {
  it('has its scalars before its arrays', () => {
    expect(encodeForm({ fields: ['a', 'b c'], content: 'record', records: ['1'], z: 'ü&=+' })).toBe(
      'content=record&z=%C3%BC%26%3D%2B&fields%5B0%5D=a&fields%5B1%5D=b+c&records%5B0%5D=1',
    );
  });

  it('is read back as it was, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        expect(new URLSearchParams(`a=${encodeFormValue(value)}`).get('a')).toBe(value);
      }),
    );
  });

  it.each([
    ['plain_1-2.3*', 'plain_1-2.3*'],
    ["!'()~", '%21%27%28%29%7E'],
    ['half \ud83d pair', 'half+%EF%BF%BD+pair'],
    ['😀', '%F0%9F%98%80'],
    ['a\r\nb', 'a%0D%0Ab'],
  ])('encodes %j as %j', (value, encoded) => {
    expect(encodeFormValue(value)).toBe(encoded);
  });

  it('holds no more than PHP reads', () => {
    const values = Array.from({ length: MAX_ARRAY_VALUES }, (_, at) => String(at));
    expect(encodeForm({ a: values }).split('&')).toHaveLength(500);
    expect(() => encodeForm({ a: [...values, 'x'] })).toThrow('501 values of a');
    expect(() => encodeForm({ a: values, b: values })).toThrow('1000 variables');
  });
});

describe('an upload', () => {
  const encode = async (fileName: string, record = 'ü'): Promise<string> => {
    const { body, contentType } = encodeMultipart({ token: 'T', record }, 'file', {
      fileName,
      bytes: {
        length: 3,
        async *open() {
          yield Buffer.from('abc');
        },
      },
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of body.open()) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    expect(bytes.length).toBe(body.length);
    const boundary = /^multipart\/form-data; boundary=([\w-]{1,70})$/.exec(contentType)?.[1];
    return bytes.toString().replaceAll(boundary ?? '?', 'B');
  };

  it('is laid out as browsers do it, and as long as it says', async () => {
    expect(await encode('résumé ü.pdf')).toBe(
      [
        '--B\r\nContent-Disposition: form-data; name="token"\r\n\r\nT\r\n',
        '--B\r\nContent-Disposition: form-data; name="record"\r\n\r\nü\r\n',
        '--B\r\nContent-Disposition: form-data; name="file"; filename="résumé ü.pdf"\r\n',
        'Content-Type: application/octet-stream\r\n\r\nabc\r\n--B--\r\n',
      ].join(''),
    );
  });

  it('escapes what would end the name', async () => {
    expect(await encode('a"b\r\nc\\d.txt')).toContain('; filename="a\\"b%0D%0Ac\\\\d.txt"\r\n');
  });
});
