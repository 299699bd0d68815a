import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeText, readSmallFile } from '../../src/files/read-file.ts';
import { makeFolder, refusal, utf16be, utf16le } from '../config/workspace.ts';

describe('decodeText', () => {
  it.each([
    ['UTF-8', Buffer.from('é=1')],
    ['UTF-8 with mark', Buffer.from('\uFEFFé=1')],
    ['UTF-16 LE', utf16le('é=1')],
    ['UTF-16 BE', utf16be('é=1')],
  ])('%s', (_name, bytes) => {
    expect(decodeText(bytes, 'The file')).toBe('é=1');
  });

  it.each([
    ['Latin-1', Buffer.from('sécret', 'latin1'), 'The file is no valid UTF-8 text.'],
    [
      'half a UTF-16 unit',
      utf16le('secret').subarray(0, -1),
      'The file is no valid UTF-16 (LE) text.',
    ],
    ['a lone surrogate', utf16be('secret\ud800'), 'The file is no valid UTF-16 (BE) text.'],
    [
      'UTF-16 without mark',
      utf16le('secret').subarray(2),
      'The file is no plain UTF-8 text: it holds NUL characters, as UTF-16 or UTF-32 without its byte order mark does.',
    ],
  ])('refuses %s, showing nothing of it', async (_name, bytes, message) => {
    expect(await refusal(() => decodeText(bytes, 'The file'))).toBe(`${message} Save it as UTF-8.`);
  });
});

describe('readSmallFile', () => {
  it('reads a file up to its limit', async () => {
    const folder = makeFolder({ a: 'x'.repeat(1024) });
    expect((await readSmallFile(join(folder, 'a'), 'It', 1024)).length).toBe(1024);
    expect(await refusal(() => readSmallFile(join(folder, 'a'), 'It', 1023))).toMatch(
      /^It is larger/,
    );
  });

  it('ends with a file that has no end', async () => {
    expect(await refusal(() => readSmallFile('/dev/zero', 'It', 65_536))).toMatch(
      /larger than 64 KiB/,
    );
  });

  it('says why it cannot', async () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'd'));
    expect(await refusal(() => readSmallFile(join(folder, 'no'), 'It', 9))).toBe(
      'It cannot be read: there is no such file.',
    );
    expect(await refusal(() => readSmallFile(join(folder, 'd'), 'It', 9))).toBe(
      'It cannot be read: it is a folder, not a file.',
    );
  });
});
