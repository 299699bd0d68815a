import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lookUpVariables, readDotenv } from '../../src/config/variables.ts';
import { makeFolder, refusal, utf16be, utf16le } from './workspace.ts';

const LINES = 'REDCAP_API_URL=https://redcap.test/api/\r\nREDCAP_API_TOKEN=abc\r\n';
const VALUES = { REDCAP_API_URL: 'https://redcap.test/api/', REDCAP_API_TOKEN: 'abc' };

describe('readDotenv', () => {
  it.each([
    ['UTF-8', Buffer.from(LINES)],
    ['UTF-8 with mark', Buffer.from(`\uFEFF${LINES}`)],
    ['UTF-16 LE', utf16le(LINES)],
    ['UTF-16 BE', utf16be(LINES)],
    ['CR alone', Buffer.from(LINES.replaceAll('\n', ''))],
    [
      'quotes, comments and export',
      Buffer.from(
        '# c\n\nexport REDCAP_API_URL=\'https://redcap.test/api/\' # c\n REDCAP_API_TOKEN = "abc"',
      ),
    ],
    ['a line that is none', Buffer.from(`nonsense\n${LINES}`)],
  ])('reads %s, as --dotenv and as .env', async (_name, bytes) => {
    const cwd = makeFolder({ '.env': bytes, 'other.env': bytes });
    expect(await readDotenv(undefined, cwd)).toEqual({ path: join(cwd, '.env'), values: VALUES });
    expect(await readDotenv('other.env', cwd)).toEqual({
      path: join(cwd, 'other.env'),
      values: VALUES,
    });
  });

  it('takes REDCAP_* and the proxies alone', async () => {
    const cwd = makeFolder({
      '.env':
        'PATH=/x\nHTTPS_PROXY=a\nhttp_proxy=b\nNo_Proxy=c\nNO_PROXY=d\nREDCAP_X=e\nMY_REDCAP_X=f\nNODE_EXTRA_CA_CERTS=g\nNODE_TLS_REJECT_UNAUTHORIZED=0\nredcap_api_url=h',
    });
    expect((await readDotenv(undefined, cwd))?.values).toEqual({
      HTTPS_PROXY: 'a',
      http_proxy: 'b',
      NO_PROXY: 'd',
      REDCAP_X: 'e',
    });
  });

  it('does without .env, and with a folder of that name', async () => {
    const cwd = makeFolder();
    expect(await readDotenv(undefined, cwd)).toBeUndefined();
    mkdirSync(join(cwd, '.env'));
    expect(await readDotenv(undefined, cwd)).toBeUndefined();
  });

  it('refuses an --dotenv that is not there, and one of another encoding', async () => {
    const cwd = makeFolder({ latin: Buffer.from('REDCAP_X=sécret', 'latin1') });
    expect(await refusal(() => readDotenv('none', cwd))).toBe(
      'The --dotenv "none" cannot be read: there is no such file.',
    );
    expect(await refusal(() => readDotenv('latin', cwd))).toBe(
      'The --dotenv "latin" is no valid UTF-8 text. Save it as UTF-8.',
    );
    expect(await refusal(() => readDotenv(' ', cwd))).toMatch(/^--dotenv is empty/);
  });

  it('names a .env of another encoding', async () => {
    const cwd = makeFolder({ '.env': Buffer.from('REDCAP_X=sécret', 'latin1') });
    expect(await refusal(() => readDotenv(undefined, cwd))).toBe(
      `The file ${join(cwd, '.env')} is no valid UTF-8 text. Save it as UTF-8.`,
    );
  });
});

describe('lookUpVariables', () => {
  const file = { path: '/f', values: { REDCAP_API_URL: 'file', https_proxy: 'file' } };

  it.each([
    ['the file', {}, 'REDCAP_API_URL', { name: 'REDCAP_API_URL', value: 'file', file: '/f' }],
    [
      'the real one',
      { REDCAP_API_URL: ' real ' },
      'REDCAP_API_URL',
      { name: 'REDCAP_API_URL', value: 'real', file: undefined },
    ],
    [
      'an empty real one',
      { REDCAP_API_URL: ' ' },
      'REDCAP_API_URL',
      { name: 'REDCAP_API_URL', value: 'file', file: '/f' },
    ],
    [
      'a real one in the other case',
      { HTTPS_PROXY: 'real' },
      'HTTPS_PROXY',
      { name: 'HTTPS_PROXY', value: 'real', file: undefined },
    ],
    ['nowhere', {}, 'NO_PROXY', undefined],
    ['another case on Linux', { Redcap_Api_Token: 'real' }, 'REDCAP_API_TOKEN', undefined],
  ])('%s', (_name, env, name, found) => {
    expect(lookUpVariables(env, 'linux', file)(name)).toEqual(found);
  });

  it('knows no letter case on Windows', () => {
    const variables = lookUpVariables({ Redcap_Api_Token: 'a', https_proxy: 'b' }, 'win32');
    expect([variables('REDCAP_API_TOKEN')?.value, variables('HTTPS_PROXY')?.value]).toEqual([
      'a',
      'b',
    ]);
  });
});
