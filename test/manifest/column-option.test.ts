import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/errors.ts';
import { parseColumnOptions } from '../../src/manifest/column-option.ts';

describe('--column', () => {
  it('gathers names and headers, the header as it stands', () => {
    expect(
      parseColumnOptions(['record=Study ID', 'Field =a=b', 'expect_filename=file_name']),
    ).toEqual({
      record: 'Study ID',
      field: 'a=b',
      expect_filename: 'file_name',
    });
    expect(parseColumnOptions([])).toEqual({});
  });

  it.each([
    [['record'], '"=" is missing'],
    [['record= '], 'the header is missing'],
    [['=ID'], 'there is no such column'],
    [['site=ID'], 'The names are record, field, event, instance, expect_filename, expect_sha256.'],
    [['record_id=ID'], 'Did you mean record?'],
    [['__proto__=ID'], 'there is no such column'],
    [['record=ID', 'record=Key'], 'two headers for record: "ID" and "Key"'],
  ])('%j is refused', (values, expected) => {
    expect(() => parseColumnOptions(values)).toThrow(RefusedError);
    expect(() => parseColumnOptions(values)).toThrow(expected);
  });

  it('repeats nothing that may be a token', () => {
    const token = 'ab12CD34ef56ab78cd90ef12ab34cd56';
    for (const text of [`${token}=x`, `=${token}`, `${token}=${token}`]) {
      expect(() => parseColumnOptions([text])).toThrow(/^(?!.*ab12cd34).*no such column/i);
    }
  });
});
