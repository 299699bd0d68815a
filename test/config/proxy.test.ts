import { describe, expect, it } from 'vitest';
import { isExcluded } from '../../src/config/proxy.ts';
import { proxyLabel, resolveProxy } from '../../src/config/proxy.ts';
import { lookUpVariables } from '../../src/config/variables.ts';
import { API, refusal } from './workspace.ts';

function resolve(env: Record<string, string>, url = API): string | undefined {
  return resolveProxy(new URL(url), lookUpVariables(env, 'linux'))?.href;
}

describe('resolveProxy', () => {
  it.each([
    ['http://proxy.test:8080', 'http://proxy.test:8080/'],
    ['https://proxy.test:8443/', 'https://proxy.test:8443/'],
    ['proxy:8080', 'http://proxy:8080/'],
    ['proxy', 'http://proxy/'],
    ['127.0.0.1:3128', 'http://127.0.0.1:3128/'],
    ['localhost:3128', 'http://localhost:3128/'],
    ['[::1]:3128', 'http://[::1]:3128/'],
    ['me:pw@proxy:8080', 'http://me:pw@proxy:8080/'],
    ['http://me:p%40w%23@proxy:8080', 'http://me:p%40w%23@proxy:8080/'],
    [' http://proxy:8080 ', 'http://proxy:8080/'],
  ])('HTTPS_PROXY=%s', (value, href) => {
    expect(resolve({ HTTPS_PROXY: value })).toBe(href);
  });

  it.each([
    'socks5://me:secret9@proxy:1080',
    'SOCKS5H://proxy:1080',
    'ftp://me:secret9@proxy',
    'http://',
    'http://me:secret9#rest@proxy:8080',
    'http://me:9#secret9@proxy:8080',
    'http://me:9/secret9@proxy:8080',
    'http://me:9?secret9@proxy:8080',
    'http://me:secret9%zz@proxy:8080',
    'http://proxy:99999',
    'http://proxy:8080/rules.pac',
    'not a proxy',
  ])('refuses HTTPS_PROXY=%s, naming the variable alone', async (value) => {
    const message = await refusal(() => resolve({ HTTPS_PROXY: value }));
    expect(message).toMatch(/^HTTPS_PROXY /);
    expect(message).not.toMatch(/secret9|me:|rules\.pac/);
  });

  it('says that SOCKS is what is not supported', async () => {
    expect(await refusal(() => resolve({ https_proxy: 'socks5://proxy:1080' }))).toMatch(
      /^https_proxy names a SOCKS proxy, which is not supported/,
    );
  });

  it.each([
    ['loopback, https', { HTTPS_PROXY: 'proxy:1' }, 'https://localhost:8443/api/', undefined],
    ['loopback, http', { HTTP_PROXY: 'proxy:1' }, 'http://127.0.0.1:80/api/', undefined],
    ['loopback, a bad proxy', { HTTPS_PROXY: 'socks5://x' }, 'https://[::1]/api/', undefined],
    ['the other scheme', { HTTP_PROXY: 'proxy:1' }, API, undefined],
    [
      'lower case first',
      { HTTPS_PROXY: 'upper:1', https_proxy: 'lower:1' },
      API,
      'http://lower:1/',
    ],
    ['empty lower case', { HTTPS_PROXY: 'upper:1', https_proxy: '' }, API, 'http://upper:1/'],
    ['excluded', { HTTPS_PROXY: 'proxy:1', NO_PROXY: '.test' }, API, undefined],
    ['excluded, a bad proxy', { HTTPS_PROXY: 'socks5://x', no_proxy: '*' }, API, undefined],
    [
      'another excluded',
      { HTTPS_PROXY: 'proxy:1', NO_PROXY: 'other.test' },
      API,
      'http://proxy:1/',
    ],
  ])('%s', (_name, env, url, href) => {
    expect(resolve(env, url)).toBe(href);
  });
});

it('labels a proxy without its credentials', () => {
  expect(proxyLabel(new URL('http://me:pw@proxy:8080/'))).toBe('http://proxy:8080');
});

describe('isExcluded', () => {
  it.each([
    ['*', API, true],
    ['', API, false],
    [' , ,', API, false],
    ['.', API, false],
    ['redcap.test', API, true],
    ['REDCAP.test', API, true],
    ['other,redcap.test', API, true],
    ['other redcap.test', API, true],
    ['test', API, true],
    ['.test', API, true],
    ['*.test', API, true],
    ['.redcap.test', API, true],
    ['cap.test', API, false],
    ['sub.redcap.test', API, false],
    ['redcap.test:443', API, true],
    ['redcap.test:8443', API, false],
    ['redcap.test:8443', 'https://redcap.test:8443/api/', true],
    ['redcap.test.', API, true],
    ['10.1.2.3', 'https://10.1.2.3/api/', true],
    ['2.3', 'https://10.1.2.3/api/', false],
    ['10.0.0.0/8', 'https://10.1.2.3/api/', true],
    ['10.0.0.0/8', 'https://11.1.2.3/api/', false],
    ['10.0.0.0/99', 'https://10.1.2.3/api/', false],
    ['10.0.0.0/8', API, false],
    ['fd00::/8', 'https://[fd00::1]/api/', true],
    ['fd00::1', 'https://[fd00::1]/api/', true],
    ['[fd00::1]:443', 'https://[fd00::1]/api/', true],
    ['[fd00::1]:444', 'https://[fd00::1]/api/', false],
  ])('NO_PROXY=%j keeps %s away: %s', (noProxy, url, excluded) => {
    expect(isExcluded(new URL(url), noProxy)).toBe(excluded);
  });
});
