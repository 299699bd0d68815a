import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { makeCertificates } from '../redcap/servers.ts';
import { namesIn } from '../support/cli.ts';
import { FAST, openFixture, photosManifest, type Fixture } from '../support/fixture.ts';
import { openProxy, openTls } from '../support/proxies.ts';

const certificates = makeCertificates();
const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** The commands that need a server, with a check and a run made while all was well. */
async function prepare(options: SandboxOptions = {}): Promise<{
  readonly fixture: Fixture;
  readonly commands: Readonly<Record<string, readonly string[]>>;
}> {
  const fixture = await openFixture(options);
  await fixture.write('m.csv', photosManifest(3));
  await fixture.sweep(['check', 'm.csv', '--run-dir', 'checked', ...FAST]);
  const pilot = ['--backup', '--limit', '1', '--run-dir', 'done'];
  await fixture.sweep(['run', 'm.csv', '--yes', ...pilot, ...FAST]);
  const commands = {
    check: ['check', 'm.csv'],
    run: ['run', 'm.csv', '--yes'],
    approved: ['run', '--approved', 'checked', '--yes'],
    resume: ['resume', 'done'],
    scan: ['scan'],
    project: ['project'],
    restore: ['restore', 'done', '--yes'],
  };
  return { fixture, commands };
}

/** They may meet the trouble only later, in words of their own. */
const LATE: readonly string[] = ['resume', 'restore'];
const LOOK = /Look at --url, at the VPN and at the proxy\.$/m;

describe('what ends a command before it has begun', () => {
  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'nothing listening',
      { REDCAP_API_URL: 'http://127.0.0.1:9/api/' },
      /^No connection to the server 127\.0\.0\.1: nothing accepts connections there/m,
    ],
    [
      'an unknown host',
      { REDCAP_API_URL: 'https://no-such-host.invalid/api/' },
      /^No connection to the server no-such-host\.invalid: the host name/m,
    ],
  ])('%s: host, reason, where to look', async (_what, env, says) => {
    const { fixture, commands } = await prepare();
    for (const [name, args] of Object.entries(commands)) {
      // A run, and a check that is approved, keep their own address: another one is refused before.
      if (['approved', 'resume', 'restore'].includes(name)) continue;
      const ended = await fixture.sweep([...args, '--retries', '0', ...FAST], env);
      expect([name, ended.code]).toEqual([name, 2]);
      expect(ended.stderr).toMatch(says);
      expect(ended.stderr).toMatch(LOOK);
      expect(ended.stderr).not.toMatch(/--no-check|\.\.|cannot be used/);
    }
  });

  it('TLS where there is none: host, reason, where to look', async () => {
    const fixture = await openFixture();
    const plain = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
    });
    await new Promise<void>((resolve) => {
      plain.listen(0, '127.0.0.1', resolve);
    });
    closers.push(() => plain.close());
    const address = plain.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await fixture.write('m.csv', photosManifest(1));
    const ended = await fixture.sweep(['check', 'm.csv', '--retries', '0', ...FAST], {
      REDCAP_API_URL: `https://localhost:${port}/api/`,
    });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^No connection to the server localhost: .*TLS/m);
    expect(ended.stderr).toMatch(LOOK);
    expect(ended.stderr).not.toMatch(/--no-check|\.\./);
  });

  it.skipIf(certificates === undefined)(
    'an untrusted certificate: --ca-file where that can help',
    async () => {
      const fixture = await openFixture();
      await fixture.write('m.csv', photosManifest(1));
      const { port } = new URL(fixture.url);
      const tls = await openTls(certificates as NonNullable<typeof certificates>, Number(port));
      const ended = await fixture.sweep(['scan', '--retries', '0', ...FAST], {
        REDCAP_API_URL: `https://localhost:${tls.port}/api/`,
      });
      expect(ended.code).toBe(2);
      expect(ended.stderr).toMatch(/certificate of the server localhost is not trusted.*--ca-file/);
      expect(ended.stderr).not.toMatch(/--no-check|\.\.|Look at --url/);
    },
  );

  it('a proxy that refuses: just that', async () => {
    const fixture = await openFixture();
    const proxy = await openProxy('407 Proxy Authentication Required');
    await fixture.write('m.csv', photosManifest(1));
    const ended = await fixture.sweep(['check', 'm.csv', '--retries', '0', ...FAST], {
      REDCAP_API_URL: 'https://redcap.test/api/',
      HTTPS_PROXY: `127.0.0.1:${proxy.port}`,
    });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^The proxy .*407/m);
    expect(ended.stderr).not.toMatch(/--no-check|\.\.|Look at --url/);
  });

  const lasting =
    (answer: () => Response, content?: string) =>
    (isBroken: () => boolean): SandboxOptions => ({
      scripts: [
        {
          match: (call) => isBroken() && (content === undefined || call.content === content),
          answers: [answer],
          lasting: true,
        },
      ],
    });
  const json = (error: string, status: number) => (): Response =>
    Response.json({ error }, { status });
  const page = (text: string) => (): Response =>
    new Response(`<html><body>${text}</body></html>`, { headers: { 'content-type': 'text/html' } });

  it.each<[string, (isBroken: () => boolean) => SandboxOptions, RegExp, boolean]>([
    [
      '403 to everything',
      lasting(json('You do not have permissions to use the API', 403)),
      /^The server does not accept the token, or its user has no API rights\./m,
      false,
    ],
    [
      '401 to everything',
      lasting(json('API token was missing or incorrect', 401)),
      /^The server does not accept the token, or its user has no API rights\./m,
      false,
    ],
    [
      'a project that was deleted',
      lasting(json('The REDCap project no longer exists because it was deleted.', 400)),
      /^The REDCap project no longer exists because it was deleted\.$/m,
      false,
    ],
    [
      'a page of a login',
      lasting(page('Log in')),
      /cannot be used: .*Log in\. .*A login page, a firewall or a proxy may stand in between/,
      false,
    ],
    ["REDCap's own page", lasting(page("access wasn't granted")), /access wasn't granted/, true],
    [
      'exports that are refused',
      lasting(json('You do not have API Export privileges', 403), 'record'),
      /You do not have API Export privileges\. /,
      true,
    ],
    [
      'exports that are refused in the words for a wrong token',
      lasting(json('You do not have permissions to use the API', 403), 'metadata'),
      /does not give the data dictionary: You do not have permissions to use the API\. /,
      true,
    ],
    [
      'exports that fail',
      lasting(() => new Response('', { status: 503 }), 'record'),
      /HTTP 503 without a body\. .*Try again later\./,
      false,
    ],
  ])('%s', async (_what, options, says, named) => {
    let isBroken = false;
    const { fixture, commands } = await prepare(options(() => isBroken));
    const before = fixture.deletions();
    isBroken = true;
    for (const [name, args] of Object.entries(commands)) {
      // These read the project as check and scan do, and have nothing of their own to say.
      if (!named && ['project', 'approved', 'restore'].includes(name)) continue;
      const ended = await fixture.sweep([...args, '--retries', '0', ...FAST]);
      expect([name, ended.code > 0]).toEqual([name, true]);
      if (!LATE.includes(name)) {
        expect(ended.code).toBe(2);
        expect(ended.stderr).toMatch(says);
      }
      expect(ended.stderr).not.toMatch(/\.\.(?!\/)|[^.]\. \./);
      const mayName = named && (name === 'check' || name === 'run');
      expect([name, ended.stderr.includes('--no-check')]).toEqual([name, mayName]);
    }
    expect(fixture.deletions()).toBe(before);
    expect((await namesIn(join(fixture.folder, 'reports'))).length).toBe(0);
  });
});
