import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  API,
  makeFolder,
  OTHER_TOKEN,
  readWith as read,
  refusal,
  TOKEN,
  utf16le,
  ENV,
} from './workspace.ts';

describe('the env file', () => {
  const lines = `REDCAP_API_URL=http://127.0.0.1:8123/api/\r\nREDCAP_API_TOKEN=${OTHER_TOKEN}\r\n`;

  it.each([
    ['UTF-8 with mark', Buffer.from(`\uFEFF${lines}`)],
    ['UTF-16 LE', utf16le(lines)],
  ])('%s serves, as .env and as --dotenv', async (_name, bytes) => {
    const cwd = makeFolder({ '.env': bytes, mine: bytes });
    for (const options of [{}, { dotenv: 'mine' }]) {
      const { url, token } = await read(options, { cwd, env: {} });
      expect([url.href, token]).toEqual(['http://127.0.0.1:8123/api/', OTHER_TOKEN]);
    }
  });

  it('gives way to the real environment, variable by variable', async () => {
    const cwd = makeFolder({ '.env': lines });
    const { url, token } = await read({}, { cwd, env: { REDCAP_API_TOKEN: TOKEN } });
    expect([url.href, token]).toEqual(['http://127.0.0.1:8123/api/', TOKEN]);
  });

  it('replaces .env when another is named', async () => {
    const cwd = makeFolder({ '.env': 'REDCAP_API_URL=broken', mine: lines });
    expect((await read({ dotenv: 'mine' }, { cwd, env: {} })).url.href).toBe(
      'http://127.0.0.1:8123/api/',
    );
  });

  it('is what is wrong when it cannot be read: nothing is said of what it may hold', async () => {
    const cwd = makeFolder({ '.env': utf16le(lines).subarray(2) });
    const message = await refusal(() => read({}, { cwd, env: {} }));
    expect(message).toMatch(/^The file .*\.env is no plain UTF-8 text/);
    expect(message).not.toMatch(/No server address|There is no token|8123|FEDC|F.E.D.C/);
  });

  it('may name the proxies', async () => {
    const cwd = makeFolder({ '.env': 'HTTPS_PROXY=proxy.test:1\nNO_PROXY=other.test' });
    expect((await read({}, { cwd })).proxy?.href).toBe('http://proxy.test:1/');
    const env = { ...ENV, no_proxy: 'redcap.test' };
    expect((await read({}, { cwd, env })).proxy).toBeUndefined();
  });
});

describe('asking for the token', () => {
  const env = { REDCAP_API_URL: API };

  it('takes the answer', async () => {
    const answer = ` ${TOKEN} `;
    expect((await read({}, { env, askToken: () => Promise.resolve(answer) })).token).toBe(TOKEN);
  });

  it.each([
    ['no answer', undefined, /^No token was entered\. .*--token-file/],
    ['no token', 'secret', /^What was entered is no REDCap API token: it has 6 characters, not/],
  ])('%s is refused', async (_name, answer, message) => {
    expect(await refusal(() => read({}, { env, askToken: () => Promise.resolve(answer) }))).toMatch(
      message,
    );
  });

  it('is left alone where another source has it, or something else is wrong', async () => {
    let asked = 0;
    const askToken = () => Promise.resolve(String((asked += 1)));
    await read({}, { askToken });
    expect(await refusal(() => read({ rate: '0/s' }, { env, askToken }))).toMatch(/^--rate/);
    expect(asked).toBe(0);
  });

  it('runs no token command where something else is wrong', async () => {
    let ran = 0;
    const runCommand = () => Promise.reject(new Error(String((ran += 1))));
    const options = { tokenCommand: 'pass', rate: '0/s' };
    expect(await refusal(() => read(options, { runCommand }))).toMatch(/^--rate/);
    expect(ran).toBe(0);
  });
});

describe('a token that others can read', () => {
  it.each([
    ['linux', 0o644, [expect.stringMatching(/token".* other users/)]],
    ['linux', 0o640, [expect.stringMatching(/token".* other users/)]],
    ['linux', 0o600, []],
    ['win32', 0o644, []],
  ] as const)('%s, mode %o', async (platform, mode, warnings) => {
    const cwd = makeFolder({ token: TOKEN });
    chmodSync(join(cwd, 'token'), mode);
    expect((await read({ tokenFile: 'token' }, { cwd, platform })).warnings).toEqual(warnings);
  });

  it('is warned of in an env file too', async () => {
    const cwd = makeFolder({ '.env': `REDCAP_API_TOKEN=${TOKEN}` });
    chmodSync(join(cwd, '.env'), 0o644);
    expect((await read({}, { cwd, env: { REDCAP_API_URL: API } })).warnings).toHaveLength(1);
    expect((await read({}, { cwd })).warnings).toEqual([]);
  });
});
