import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/config/server-url.ts';
import { parseServerUrl, warnAboutUrl } from '../../src/config/server-url.ts';
import { refusal, TOKEN } from './workspace.ts';

describe('parseServerUrl', () => {
  it.each([
    ['https://redcap.example.edu/api/', 'https://redcap.example.edu/api/'],
    ['https://redcap.example.edu/api', 'https://redcap.example.edu/api/'],
    [' https://redcap.example.edu/redcap/api \n', 'https://redcap.example.edu/redcap/api/'],
    ['https://redcap.example.edu', 'https://redcap.example.edu/'],
    ['HTTPS://REDCap.Example.edu:8443/api', 'https://redcap.example.edu:8443/api/'],
    ['https://redcap.example.edu/api/?', 'https://redcap.example.edu/api/'],
    ['https://redcap.example.edu/api#', 'https://redcap.example.edu/api/'],
    ['http://localhost:8123/api', 'http://localhost:8123/api/'],
    ['http://127.0.0.1:8123/api/', 'http://127.0.0.1:8123/api/'],
    ['http://127.9.8.7/api/', 'http://127.9.8.7/api/'],
    ['http://[::1]:8123/api/', 'http://[::1]:8123/api/'],
  ])('takes %j', (text, href) => {
    expect(parseServerUrl(text, '--url').href).toBe(href);
  });

  it.each([
    ['', /is empty/],
    ['redcap.example.edu/api/', /--url is no web address \("redcap.example.edu\/api\/"\).*https:/],
    ['redcap.example.edu:8443/api/', /is no web address/],
    ['ftp://redcap.example.edu/api/', /is no web address/],
    ['https://', /is no web address/],
    ['http://redcap.example.edu/api/', /starts with http:/],
    ['http://localhost.example.edu/api/', /starts with http:/],
    ['http://sandbox.localhost/api/', /starts with http:/],
    ['http://128.0.0.1/api/', /starts with http:/],
    ['http://0.0.0.0/api/', /starts with http:/],
    ['https://redcap.example.edu/api/?NOAUTH', /goes on after a \?/],
    ['https://redcap.example.edu/api/#top', /goes on after a #/],
  ])('refuses %j', async (text, message) => {
    expect(await refusal(() => parseServerUrl(text, '--url'))).toMatch(message);
  });

  it.each([
    `https://redcap.example.edu/api/?token=${TOKEN}`,
    `https://redcap.example.edu/api/${TOKEN.toLowerCase()}`,
    `https://redcap.example.edu/api/?token=%30${TOKEN.slice(1)}`,
    `https://redcap.example.edu/api/#${TOKEN}`,
    `https://${TOKEN}@redcap.example.edu/api/`,
    'https://redcap.example.edu/api/?token=0123456789ABCDEF',
    'https://someone:0123456789ABCDEF@redcap.example.edu/api/',
    'someone:0123456789ABCDEF@redcap.example.edu/api/',
    TOKEN,
  ])('refuses %j and repeats no secret', async (text) => {
    expect(await refusal(() => parseServerUrl(text, 'REDCAP_API_URL'))).not.toMatch(
      /0123456789ABCDEF|123456789ABCDEF/i,
    );
  });
});

describe('warnAboutUrl', () => {
  it.each([
    ['https://redcap.example.edu/api/', []],
    ['https://redcap.example.edu/redcap/API/', []],
    [
      'https://redcap.example.edu/redcap_v16.0.17/API/',
      [expect.stringMatching(/redcap_v16\.0\.17.*upgraded/)],
    ],
    ['https://redcap.example.edu/', [expect.stringMatching(/does not end in \/api\//)]],
  ])('%s', (href, warnings) => {
    expect(warnAboutUrl(new URL(href))).toEqual(warnings);
  });
});

describe('isLoopback', () => {
  it.each([
    ['http://localhost/', true],
    ['http://LOCALHOST./', true],
    ['http://127.1/', true],
    ['http://0x7f000001/', true],
    ['http://[::1]/', true],
    ['http://[::ffff:127.0.0.1]/', true],
    ['http://[::ffff:10.0.0.1]/', false],
    ['http://127.0.0.1.example.edu/', false],
    ['http://10.0.0.1/', false],
    ['http://notlocalhost/', false],
  ])('%s: %s', (href, loopback) => {
    expect(isLoopback(new URL(href))).toBe(loopback);
  });
});
