import { describe, expect, it } from 'vitest';
import { readRecordList } from '../../src/project/record-list.ts';
import { inChunks, utf16 } from '../manifest/manifest-of.ts';
import { makeModel } from './builders.ts';

const MODEL = makeModel({ recordIdField: 'subject_id' });

async function read(content: string | Buffer) {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return readRecordList(inChunks(bytes, 7), 'The list', MODEL);
}

/** What each line may name. */
async function names(content: string | Buffer): Promise<string[]> {
  return (await read(content)).records.map((one) => one.join(' or '));
}

describe('ids', () => {
  it.each<[string, string | Buffer, readonly string[]]>([
    ['one a line', '001\nB 2\n\n002', ['001', 'B 2', '002']],
    ['with BOM and CRLF', '\ufeff001\r\n002\r\n', ['001', '002']],
    ['UTF-16', utf16('001\r\nä\r\n'), ['001', 'ä']],
    ['quoted', '"001"\n"a ""b"""\n', ['001', 'a "b"']],
    ['each once', '001\n001\n 001\n', ['001', ' 001']],
    ['that hold commas', 'a, b\nc\n', ['a, b or a', 'c']],
    ['quoted with commas', '"a, b"\n', ['a, b']],
    ['under the record ID field', 'subject_id\n001\n', ['001']],
    ['under its name as people write it', 'Subject ID;Name\r\n001;x\r\n', ['001;x or 001']],
    ['in a further column', 'Name, first;SUBJECT-ID\nx;001\n', ['x;001 or 001']],
    ['of a manifest', 'note,record,field\nx,001,photo\n', ['x,001,photo or 001']],
    ['under the field’s own name before others', 'record,subject_id\n1,001\n', ['1,001 or 001']],
    ['in the first column', '001\tx\ty\n002\t\t\n', ['001\tx\ty or 001', '002\t\t or 002']],
    ['below sep=', 'sep=;\nsubject_id;x\n001;y\n', ['001;y or 001']],
    ['and not in a blank cell', 'x,subject_id\n"1",\n"2",002\n', ['002']],
  ])('%s', async (_what, content, expected) => {
    expect(await names(content)).toEqual(expected);
  });

  it('below a header of another name, which may be one of them', async () => {
    expect(await read('Patient\n001\n')).toEqual({
      records: [['Patient'], ['001']],
      mayHaveHeader: true,
    });
    expect((await read('subject_id\n001\n')).mayHaveHeader).toBe(false);
  });
});

it.each([
  ['', /^The list is empty/],
  ['a\n"b', /^The list cannot be read: line 2: a quotation mark/],
])('refuses %j', async (content, message) => {
  await expect(read(content)).rejects.toThrow(message);
});
