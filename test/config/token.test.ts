import { describe, expect, it } from 'vitest';
import { checkToken } from '../../src/config/token.ts';
import { readToken } from '../../src/config/read-token.ts';
import { chooseTokenSource } from '../../src/config/read-token.ts';
import { makeContext, makeFolder, refusal, TOKEN, utf16be, utf16le } from './workspace.ts';

describe('checkToken', () => {
  it.each([TOKEN, ` ${TOKEN}\r\n`, `\uFEFF${TOKEN}`])('takes %j', (text) => {
    expect(checkToken(text, 'It')).toBe(TOKEN);
  });

  it('keeps the letters as they are', () => {
    expect(checkToken(TOKEN.toLowerCase(), 'It')).toBe(TOKEN.toLowerCase());
  });

  it.each([
    ['', 'it is empty.'],
    ['A', 'it has 1 character.'],
    [TOKEN.slice(1), 'it has 31 characters.'],
    [`${TOKEN.slice(1)}G`, 'it has 32 characters, not all of them hexadecimal digits.'],
    [`${TOKEN} ${TOKEN}`, 'it has 65 characters, not all of them hexadecimal digits.'],
    [TOKEN + TOKEN, 'it has 64 characters, as a super token has, which can only create projects.'],
  ])('refuses %j and shows nothing of it', async (text, why) => {
    expect(await refusal(() => checkToken(text, 'It'))).toBe(
      `It is no REDCap API token: ${why} A token is 32 hexadecimal digits (0-9, A-F) and nothing else.`,
    );
  });
});

describe('chooseTokenSource', () => {
  const variable = { name: 'REDCAP_API_TOKEN', value: TOKEN, file: undefined };

  it.each([
    [{}, undefined, { kind: 'none' }],
    [{}, variable, { kind: 'variable', variable }],
    [{ tokenFile: 'f' }, variable, { kind: 'file', path: 'f' }],
    [{ tokenCommand: 'c' }, variable, { kind: 'command', command: 'c' }],
  ])('%j', (options, found, source) => {
    expect(chooseTokenSource(options, found)).toEqual(source);
  });

  it.each([
    [{ tokenFile: 'f', tokenCommand: 'c' }, /--token-file and --token-command are both given/],
    [{ tokenFile: '' }, /^--token-file is empty/],
    [{ tokenCommand: ' ' }, /^--token-command is empty/],
    [{ tokenFile: TOKEN }, /^--token-file takes the path .* looks like a token itself/],
    [
      { tokenCommand: ` "${TOKEN}"` },
      /^--token-command takes a command .* looks like a token itself/,
    ],
  ])('refuses %j', async (options, message) => {
    const said = await refusal(() => chooseTokenSource(options, variable));
    expect(said).toMatch(message);
    expect(said).not.toContain(TOKEN);
  });
});

describe('readToken from a file', () => {
  it.each([
    ['UTF-8', Buffer.from(TOKEN)],
    ['white space', Buffer.from(`\n  ${TOKEN}\t\r\n`)],
    ['UTF-8 with mark', Buffer.from(`\uFEFF${TOKEN}\r\n`)],
    ['UTF-16 LE', utf16le(`${TOKEN}\r\n`)],
    ['UTF-16 BE', utf16be(`${TOKEN}\r\n`)],
  ])('%s', async (_name, bytes) => {
    const cwd = makeFolder({ token: bytes });
    expect(await readToken({ kind: 'file', path: 'token' }, makeContext({ cwd }), false)).toBe(
      TOKEN,
    );
  });

  it('refuses one that is not there, of another encoding, or with something else in it', async () => {
    const cwd = makeFolder({
      bare: utf16le(TOKEN).subarray(2),
      env: `REDCAP_API_TOKEN=${TOKEN}`,
    });
    const read = (path: string) =>
      refusal(() => readToken({ kind: 'file', path }, makeContext({ cwd }), true));
    expect(await read('none')).toBe(
      'The --token-file "none" cannot be read: there is no such file.',
    );
    expect(await read('bare')).toMatch(
      /^The --token-file "bare" is no plain UTF-8 text[^0-9]*UTF-16/,
    );
    expect(await read('env')).toMatch(
      /^The --token-file "env" is no REDCap API token: it has 49 char/,
    );
  });
});
