import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeCertificates } from '../redcap/servers.ts';
import { namesIn, sweep } from '../support/cli.ts';
import { openProxy, openTls } from '../support/proxies.ts';
import { openFront } from '../support/front.ts';
import {
  audit,
  FAST,
  makeArchive,
  openFixture,
  photosManifest,
  type Fixture,
} from '../support/fixture.ts';

const certificates = makeCertificates();

async function prepare(): Promise<Fixture & { port: number }> {
  const fixture = await openFixture();
  await fixture.write('m.csv', photosManifest(5));
  if (certificates !== undefined) {
    for (const name of ['ca1', 'ca2'] as const) {
      await fixture.write(`${name}.pem`, certificates[name]);
    }
  }
  return { ...fixture, port: Number(new URL(fixture.url).port) };
}

describe('a proxy as hospitals write it', () => {
  it.each([
    {
      name: 'that does not take the password',
      status: '407 Proxy Authentication Required',
      says: /407/,
      asked: 1,
    },
    { name: 'that does not allow the server', status: '403 Forbidden', says: /403/, asked: 1 },
    { name: 'that is out of order', status: '503 Service Unavailable', says: /503/, asked: 2 },
  ])('without a scheme, $name: exit 2, named', async ({ status, says, asked }) => {
    const fixture = await prepare();
    const proxy = await openProxy(status);
    const ended = await fixture.sweep(['check', 'm.csv', ...FAST, '--retries', '1'], {
      REDCAP_API_URL: 'https://redcap.test/api/',
      HTTPS_PROXY: `someone:hunter22@127.0.0.1:${proxy.port}`,
    });
    expect(ended.code).toBe(2);
    // One wrong password more can lock an account.
    expect(proxy.seen).toHaveLength(asked);
    expect(proxy.seen[0]).toMatch(/^CONNECT redcap\.test:443 /);
    expect(proxy.seen[0]).toMatch(/user-agent: redcap-sweep\//i);
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).toContain(`127.0.0.1:${proxy.port}`);
    expect(ended.stdout + ended.stderr).not.toMatch(/hunter22|interrupt|abort|\bat .*\.js/i);
    expect(await namesIn(join(fixture.folder, 'reports'))).toEqual([]);
  });

  it.each([
    { name: 'run --no-check', args: ['run', '--yes', '--no-check'] },
    { name: 'scan', args: ['scan'] },
  ])('is asked once by $name too, at any concurrency', async ({ args }) => {
    const fixture = await prepare();
    const proxy = await openProxy('407 Proxy Authentication Required');
    const [verb = '', ...more] = args;
    const list = verb === 'run' ? ['m.csv'] : [];
    const ended = await fixture.sweep([verb, ...list, ...more, ...FAST, '--concurrency', '32'], {
      REDCAP_API_URL: 'https://redcap.test/api/',
      HTTPS_PROXY: `someone:hunter22@127.0.0.1:${proxy.port}`,
    });
    expect(ended.code).toBe(2);
    expect(proxy.seen).toHaveLength(1);
    expect(ended.stderr).toMatch(/407/);
    expect(ended.stdout + ended.stderr).not.toContain('hunter22');
  });

  it('that nobody answers at: exit 2, named', async () => {
    const fixture = await prepare();
    const ended = await fixture.sweep(['check', 'm.csv', ...FAST, '--retries', '0'], {
      REDCAP_API_URL: 'https://redcap.test/api/',
      HTTPS_PROXY: 'http://127.0.0.1:9',
    });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/proxy.*127\.0\.0\.1:9/);
  });

  it('is never asked for loopback', async () => {
    const fixture = await prepare();
    const proxy = await openProxy('407 no');
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST], {
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
    const fixture = await prepare();
    const tls = await openTls(certificates as NonNullable<typeof certificates>, fixture.port);
    const proxy = await openProxy('200', tls.port);
    const host = proxied ? 'redcap.test' : `localhost:${tls.port}`;
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST, ...args], {
      REDCAP_API_URL: `https://${host}/api/`,
      ...(proxied ? { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` } : {}),
      ...env,
    });
    expect(ended).toMatchObject({ code: 0 });
    expect(proxy.seen.length > 0).toBe(proxied);
    expect(fixture.deletions()).toBe(5);
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
    const fixture = await prepare();
    const tls = await openTls(certificates as NonNullable<typeof certificates>, fixture.port);
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST, ...args], {
      REDCAP_API_URL: `https://localhost:${tls.port}/api/`,
      ...env,
    });
    expect(ended).toMatchObject({ code: 2 });
    // What is not trusted does not become so by asking again.
    expect(tls.seen).toHaveLength(1);
    expect(ended.stderr).toMatch(/certificate/i);
    expect(ended.stderr).toContain('--ca-file');
    expect(ended.stderr).toContain(says);
    expect(fixture.deletions()).toBe(0);
  });

  it('a proxy that refuses in the middle of a run stops it, and it can be resumed', async () => {
    const fixture = await openFixture({ project: makeArchive(60) });
    await fixture.write('m.csv', photosManifest(60));
    await fixture.write('ca1.pem', certificates?.ca1 ?? '');
    const front = await openFront({
      to: Number(new URL(fixture.url).port),
      certificate: certificates as NonNullable<typeof certificates>,
      // Each deletion needs a connection of its own, and so a word of the proxy.
      answer: async ({ form, forward }, socket) => {
        if (form.get('action') !== 'delete') return false;
        const { head, body } = await forward();
        socket.end(
          `${head}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${String(body)}`,
        );
        return true;
      },
    });
    const proxy = await openProxy('407 Proxy Authentication Required', front.port, 30);
    const options = ['--ca-file', 'ca1.pem', '--concurrency', '16', ...FAST];
    const env = {
      REDCAP_API_URL: 'https://redcap.test/api/',
      HTTPS_PROXY: `http://someone:hunter22@127.0.0.1:${proxy.port}`,
    };
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...options], env);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toMatch(/407/);
    expect(ended.stdout + ended.stderr).not.toContain('hunter22');
    // None but those that were in flight when the first was refused.
    expect(proxy.seen.length).toBeGreaterThan(30);
    expect(proxy.seen.length).toBeLessThanOrEqual(30 + 16);
    const run = await fixture.run();
    audit(run, fixture);
    expect(run.summary.stop?.code).toBe('proxy_refused');
    expect(run.unprocessed.length).toBeGreaterThan(0);
    for (const row of run.unprocessed) expect(row['sweep_code']).toBe('proxy_refused');

    const willing = await openProxy('200', front.port);
    const resumed = await fixture.sweep(['resume', run.directory, ...options], {
      ...env,
      HTTPS_PROXY: `http://someone:right@127.0.0.1:${willing.port}`,
    });
    expect(resumed.code).toBe(0);
    expect((await fixture.run()).success).toHaveLength(60);
  });

  it('a file that is no PEM is named', async () => {
    const fixture = await prepare();
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', '--ca-file', 'm.csv']);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('m.csv');
    expect(fixture.sandbox.ledger.entries).toEqual([]);
  });

  it('a deletion that meets an untrusted certificate stops, and counts as not sent', async () => {
    const fixture = await prepare();
    const tls = await openTls(certificates as NonNullable<typeof certificates>, fixture.port);
    const args = ['run', 'm.csv', '--yes', '--no-check', ...FAST];
    const ended = await fixture.sweep(args, {
      REDCAP_API_URL: `https://localhost:${tls.port}/api/`,
    });
    expect(ended.code).toBe(2);
    const run = await fixture.run();
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
    const fixture = await openFixture();
    const strangers: string[] = [];
    fixture.sandbox.script(
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
    await fixture.write('m.csv', `${photosManifest(5)}6,scan\n`);
    const { code } = await fixture.sweep(['run', 'm.csv', '--yes', '--backup', ...FAST]);
    expect([code, strangers]).toEqual([0, []]);
  });
});

describe('a content coding that is none', () => {
  const answerIn = async (coding: string): Promise<Fixture> => {
    const fixture = await openFixture();
    fixture.sandbox.script(
      () => true,
      [
        async (_call, proceed) => {
          const answer = await proceed();
          const headers = new Headers(answer.headers);
          headers.set('content-encoding', coding);
          return new Response(await answer.arrayBuffer(), { status: answer.status, headers });
        },
      ],
      { lasting: true },
    );
    await fixture.write('m.csv', `${photosManifest(5)}6,scan\n`);
    return fixture;
  };

  it.each(['UTF-8', 'none', 'binary'])('%s is passed over, in every answer', async (coding) => {
    const fixture = await answerIn(coding);
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', '--backup', ...FAST]);
    expect(ended).toMatchObject({ code: 0 });
    expect(fixture.deletions()).toBe(5);
    audit(await fixture.run(), fixture);
  });

  it('and is not known is named', async () => {
    const fixture = await answerIn('zstd');
    const ended = await fixture.sweep(['check', 'm.csv', ...FAST, '--retries', '0']);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('Content-Encoding: zstd');
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
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(3));
    const text = `REDCAP_API_URL=${fixture.url}\r\nREDCAP_API_TOKEN=${fixture.sandbox.token}\r\n`;
    const encode = 'encode' in one ? one.encode : undefined;
    const path = join(fixture.folder, file);
    await writeFile(path, encode?.(text) ?? `\ufeff${text}`, { mode: 0o600 });
    const ended = await sweep(['run', 'm.csv', '--yes', ...FAST, ...args], { cwd: fixture.folder });
    expect(ended).toMatchObject({ code: 0 });
    expect(fixture.deletions()).toBe(3);
  });

  it('a token file in UTF-16 with a line end, and a command', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(4));
    await writeFile(join(fixture.folder, 'token'), utf16(`  ${fixture.sandbox.token}\r\n`), {
      mode: 0o600,
    });
    const io = { cwd: fixture.folder, env: { REDCAP_API_URL: fixture.url } };
    const args = ['run', 'm.csv', '--yes', ...FAST];
    const fromFile = await sweep([...args, '--limit', '2', '--token-file', 'token'], io);
    expect(fromFile).toMatchObject({ code: 3 });
    const command = `node -p "'${fixture.sandbox.token.slice(0, 16)}' + '${fixture.sandbox.token.slice(16)}'"`;
    await fixture.write('n.csv', photosManifest(2, 3));
    const fromCommand = await sweep(
      ['run', 'n.csv', '--yes', ...FAST, '--token-command', command],
      io,
    );
    expect(fromCommand).toMatchObject({ code: 0 });
    expect(fixture.deletions()).toBe(4);
  });

  it('no token and nobody to ask: exit 2 that says what can be given', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(3));
    const io = { cwd: fixture.folder, env: { REDCAP_API_URL: fixture.url } };
    const ended = await sweep(['run', 'm.csv', '--yes'], io);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('REDCAP_API_TOKEN');
    expect(fixture.sandbox.ledger.entries).toEqual([]);
  });
});
