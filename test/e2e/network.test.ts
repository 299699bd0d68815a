import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeCertificates } from '../redcap/servers.ts';
import { namesIn, sweep } from '../support/cli.ts';
import { openProxy, openTls } from '../support/proxies.ts';
import { FAST, openStand, photosManifest, type Stand } from '../support/stand.ts';

const certificates = makeCertificates();

async function prepare(): Promise<Stand & { port: number }> {
  const stand = await openStand();
  await stand.write('m.csv', photosManifest(5));
  if (certificates !== undefined) {
    for (const name of ['ca1', 'ca2'] as const) {
      await stand.write(`${name}.pem`, certificates[name]);
    }
  }
  return { ...stand, port: Number(new URL(stand.url).port) };
}

describe('a proxy as hospitals write it', () => {
  it.each([
    { name: 'that wants credentials', status: '407 Proxy Authentication Required', says: /407/ },
    { name: 'that is out of order', status: '503 Service Unavailable', says: /503/ },
  ])('without a scheme, $name: exit 2, told by name', async ({ status, says }) => {
    const stand = await prepare();
    const proxy = await openProxy(status);
    const ended = await stand.sweep(['check', 'm.csv', ...FAST, '--retries', '1'], {
      REDCAP_API_URL: 'https://redcap.test/api/',
      HTTPS_PROXY: `someone:hunter22@127.0.0.1:${proxy.port}`,
    });
    expect(ended.code).toBe(2);
    expect(proxy.seen[0]).toMatch(/^CONNECT redcap\.test:443 /);
    expect(proxy.seen[0]).toMatch(/user-agent: redcap-sweep\//i);
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).toContain(`127.0.0.1:${proxy.port}`);
    expect(ended.stdout + ended.stderr).not.toMatch(/hunter22|interrupt|abort|\bat .*\.js/i);
    expect(await namesIn(join(stand.folder, 'reports'))).toEqual([]);
  });

  it('that nobody answers at: exit 2, told by name', async () => {
    const stand = await prepare();
    const ended = await stand.sweep(['check', 'm.csv', ...FAST, '--retries', '0'], {
      REDCAP_API_URL: 'https://redcap.test/api/',
      HTTPS_PROXY: 'http://127.0.0.1:9',
    });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/proxy.*127\.0\.0\.1:9/);
  });

  it('is never asked for loopback', async () => {
    const stand = await prepare();
    const proxy = await openProxy('407 no');
    const ended = await stand.sweep(['run', 'm.csv', '--yes', ...FAST], {
      HTTP_PROXY: `127.0.0.1:${proxy.port}`,
      HTTPS_PROXY: `127.0.0.1:${proxy.port}`,
    });
    expect(ended.code).toBe(0);
    expect(proxy.seen).toEqual([]);
  });
});

describe.skipIf(certificates === undefined)('authorities (skipped without openssl)', () => {
  it.each([
    { name: 'its own, directly', args: ['--ca-file', 'ca1.pem'], proxied: false },
    { name: 'its own, through a proxy', args: ['--ca-file', 'ca1.pem'], proxied: true },
    {
      name: 'extra ones beside another one',
      args: ['--ca-file', 'ca2.pem'],
      env: { NODE_EXTRA_CA_CERTS: 'ca1.pem' },
      proxied: false,
    },
    {
      name: 'extra ones beside another one, through a proxy',
      args: ['--ca-file', 'ca2.pem'],
      env: { NODE_EXTRA_CA_CERTS: 'ca1.pem' },
      proxied: true,
    },
  ])('$name: trusted', async ({ args, env = {}, proxied }) => {
    const stand = await prepare();
    const tls = await openTls(certificates as NonNullable<typeof certificates>, stand.port);
    const proxy = await openProxy('200', tls.port);
    const host = proxied ? 'redcap.test' : `localhost:${tls.port}`;
    const ended = await stand.sweep(['run', 'm.csv', '--yes', ...FAST, ...args], {
      REDCAP_API_URL: `https://${host}/api/`,
      ...(proxied ? { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` } : {}),
      ...env,
    });
    expect(ended).toMatchObject({ code: 0 });
    expect(proxy.seen.length > 0).toBe(proxied);
    expect(stand.deletions()).toBe(5);
  });

  it.each([
    { name: 'another one alone', args: ['--ca-file', 'ca2.pem'], says: '--ca-file' },
    {
      name: 'none, whatever the environment says',
      args: [],
      env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      says: 'NODE_TLS_REJECT_UNAUTHORIZED',
    },
  ])('$name: refused after one connection', async ({ args, env = {}, says }) => {
    const stand = await prepare();
    const tls = await openTls(certificates as NonNullable<typeof certificates>, stand.port);
    const ended = await stand.sweep(['run', 'm.csv', '--yes', ...FAST, ...args], {
      REDCAP_API_URL: `https://localhost:${tls.port}/api/`,
      ...env,
    });
    expect(ended).toMatchObject({ code: 2 });
    // What is not trusted does not become so by asking again.
    expect(tls.seen).toHaveLength(1);
    expect(ended.stderr).toMatch(/certificate/i);
    expect(ended.stderr).toContain('--ca-file');
    expect(ended.stderr).toContain(says);
    expect(stand.deletions()).toBe(0);
  });

  it('a file that is no PEM is named', async () => {
    const stand = await prepare();
    const ended = await stand.sweep(['run', 'm.csv', '--yes', '--ca-file', 'm.csv']);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('m.csv');
    expect(stand.sandbox.ledger.entries).toEqual([]);
  });

  it('a deletion that meets an untrusted certificate stops, and counts as not sent', async () => {
    const stand = await prepare();
    const tls = await openTls(certificates as NonNullable<typeof certificates>, stand.port);
    const args = ['run', 'm.csv', '--yes', '--no-check', ...FAST];
    const ended = await stand.sweep(args, { REDCAP_API_URL: `https://localhost:${tls.port}/api/` });
    expect(ended.code).toBe(2);
    const run = await stand.run();
    for (const row of run.rows.values()) {
      expect([row['sweep_status'], row['sweep_code'], row['sweep_attempts']]).toEqual([
        'not_attempted',
        'untrusted_certificate',
        '0',
      ]);
    }
  });
});

describe('every request', () => {
  it('says who asks, which web firewalls want to know', async () => {
    const stand = await openStand();
    const strangers: string[] = [];
    stand.sandbox.script(
      ({ headers }) =>
        !/^redcap-sweep\/\d+\.\d+\.\d+/.test(headers.get('user-agent') ?? '') ||
        headers.get('accept') === null,
      [
        ({ content }) => {
          strangers.push(content);
          return new Response('<h1>Forbidden</h1>', { status: 403 });
        },
      ],
      { lasting: true },
    );
    await stand.write('m.csv', `${photosManifest(5)}6,scan\n`);
    const { code } = await stand.sweep(['run', 'm.csv', '--yes', '--backup', ...FAST]);
    expect([code, strangers]).toEqual([0, []]);
  });
});

describe('.env and token files as Windows writes them', () => {
  const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
  it.each([
    { name: '.env with a byte order mark', file: '.env', args: [] },
    { name: '--dotenv with a byte order mark', file: 'my.env', args: ['--dotenv', 'my.env'] },
    { name: '.env in UTF-16', file: '.env', encode: utf16, args: [] },
    {
      name: '--dotenv in UTF-16',
      file: 'my.env',
      encode: utf16,
      args: ['--dotenv', 'my.env'],
    },
  ])('$name is read', async ({ file, args, ...one }) => {
    const stand = await openStand();
    await stand.write('m.csv', photosManifest(3));
    const text = `REDCAP_API_URL=${stand.url}\r\nREDCAP_API_TOKEN=${stand.sandbox.token}\r\n`;
    const encode = 'encode' in one ? one.encode : undefined;
    const path = join(stand.folder, file);
    await writeFile(path, encode?.(text) ?? `\ufeff${text}`, { mode: 0o600 });
    const ended = await sweep(['run', 'm.csv', '--yes', ...FAST, ...args], { cwd: stand.folder });
    expect(ended).toMatchObject({ code: 0 });
    expect(stand.deletions()).toBe(3);
  });

  it('a token file in UTF-16 with a line end, and a command', async () => {
    const stand = await openStand();
    await stand.write('m.csv', photosManifest(4));
    await writeFile(join(stand.folder, 'token'), utf16(`  ${stand.sandbox.token}\r\n`), {
      mode: 0o600,
    });
    const io = { cwd: stand.folder, env: { REDCAP_API_URL: stand.url } };
    const args = ['run', 'm.csv', '--yes', ...FAST];
    const fromFile = await sweep([...args, '--limit', '2', '--token-file', 'token'], io);
    expect(fromFile).toMatchObject({ code: 3 });
    const command = `node -p "'${stand.sandbox.token.slice(0, 16)}' + '${stand.sandbox.token.slice(16)}'"`;
    await stand.write('n.csv', photosManifest(2, 3));
    const fromCommand = await sweep(
      ['run', 'n.csv', '--yes', ...FAST, '--token-command', command],
      io,
    );
    expect(fromCommand).toMatchObject({ code: 0 });
    expect(stand.deletions()).toBe(4);
  });

  it('no token and nobody to ask: exit 2 that says what can be given', async () => {
    const stand = await openStand();
    await stand.write('m.csv', photosManifest(3));
    const io = { cwd: stand.folder, env: { REDCAP_API_URL: stand.url } };
    const ended = await sweep(['run', 'm.csv', '--yes'], io);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('REDCAP_API_TOKEN');
    expect(stand.sandbox.ledger.entries).toEqual([]);
  });
});
