import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONNECTION_OPTIONS, type ConnectionOptions } from '../../src/config/options.ts';
import { CA_ONE, CA_TWO } from './certificates.ts';
import {
  API,
  ENV,
  makeFolder,
  OTHER_TOKEN,
  readWith as read,
  refusal,
  TOKEN,
} from './workspace.ts';

describe('readConnection', () => {
  it('has the defaults, frozen', async () => {
    const connection = await read({});
    expect(connection).toEqual({
      url: new URL(API),
      token: TOKEN,
      caPems: [],
      proxy: undefined,
      timeoutMs: 60_000,
      rate: { intervalMs: 200, perMinute: 300, text: '300/min' },
      concurrency: 4,
      retries: 5,
      warnings: [],
    });
    expect(Object.values({ ...connection, connection }).filter((v) => !Object.isFrozen(v))).toEqual(
      [connection.url],
    );
  });

  it('takes every option over the environment', async () => {
    const cwd = makeFolder({ token: OTHER_TOKEN, 'ca.pem': CA_ONE, 'extra.pem': CA_TWO });
    const env = {
      ...ENV,
      HTTPS_PROXY: 'proxy.test:8080',
      NODE_EXTRA_CA_CERTS: 'extra.pem',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    };
    const options = {
      url: 'https://other.test/api',
      tokenFile: 'token',
      caFile: 'ca.pem',
      timeout: '1.5',
      rate: '20/s',
      concurrency: '64',
      retries: '0',
    };
    expect(await read(options, { cwd, env })).toEqual({
      url: new URL('https://other.test/api/'),
      token: OTHER_TOKEN,
      caPems: [CA_ONE, CA_TWO],
      proxy: new URL('http://proxy.test:8080'),
      timeoutMs: 1500,
      rate: { intervalMs: 50, perMinute: 1200, text: '20/s' },
      concurrency: 64,
      retries: 0,
      warnings: [
        expect.stringMatching(/^--rate 20\/s is above 600\/min/),
        expect.stringMatching(/^NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored/),
      ],
    });
  });

  it('lists all that is wrong at once, without asking anybody', async () => {
    const message = await refusal(() =>
      read(
        {
          url: `${API}?token=${TOKEN}`,
          tokenFile: 'none',
          dotenv: 'none.env',
          caFile: 'none.pem',
          timeout: '0',
          rate: 'fast',
          concurrency: '65',
          retries: '-1',
        },
        { askToken: () => Promise.reject(new Error('asked')) },
      ),
    );
    expect(message.split('\n').map((line) => line.trim().split(' ').slice(0, 4).join(' '))).toEqual(
      [
        '8 things have to',
        '- The --dotenv "none.env"',
        '- --url holds something',
        '- --timeout takes a',
        '- --rate takes a',
        '- --concurrency takes a',
        '- --retries takes a',
        '- The --ca-file "none.pem"',
        '- The --token-file "none"',
      ],
    );
    expect(message).not.toContain(TOKEN);
  });

  it('says how to give what is missing', async () => {
    const message = await refusal(() =>
      read({}, { env: { REDCAP_API_URL: '', REDCAP_API_TOKEN: ' ' } }),
    );
    expect(message).toMatch(/No server address was given\..*--url.*REDCAP_API_URL/);
    expect(message).toMatch(/There is no token\..*--token-file.*--token-command.*REDCAP_API_TOKEN/);
  });

  it('names the variable, and its file, that holds a wrong value', async () => {
    const cwd = makeFolder({ '.env': 'REDCAP_API_URL=nowhere' });
    const message = await refusal(() => read({}, { cwd, env: { REDCAP_API_TOKEN: 'secret' } }));
    expect(message).toContain(`- REDCAP_API_URL in ${join(cwd, '.env')} is no web address`);
    expect(message).toContain('- REDCAP_API_TOKEN is no REDCap API token: it has 6 characters');
    expect(message).not.toContain('secret');
  });
});

it('has a line of help for each option', () => {
  const keys: Record<keyof ConnectionOptions, true> = {
    url: true,
    tokenFile: true,
    tokenCommand: true,
    dotenv: true,
    caFile: true,
    timeout: true,
    rate: true,
    concurrency: true,
    retries: true,
  };
  const names = CONNECTION_OPTIONS.map(({ flags }) =>
    flags
      .replace(/^--| .*$/g, '')
      .replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase()),
  );
  expect(names).toEqual(Object.keys(keys));
});
