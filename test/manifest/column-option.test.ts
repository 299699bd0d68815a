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
});
