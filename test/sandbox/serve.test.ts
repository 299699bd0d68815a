import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { Agent, request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/errors.ts';
import { createSandbox } from '../../src/sandbox/handler.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { serveSandbox, type SandboxServer } from '../../src/sandbox/serve.ts';
import { makeStudy, type Params } from './ask.ts';

const PHOTO = { record: '001', field: 'photo', event: 'base_arm_1', instance: '' };
const servers: SandboxServer[] = [];
const agent = new Agent();

async function serve(options: SandboxOptions = {}): Promise<SandboxServer> {
  const server = await serveSandbox(createSandbox({ project: makeStudy(), ...options }));
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map(async (server) => server.close()));
});

async function send({ url, sandbox }: SandboxServer, params: Params): Promise<[number, string]> {
  const body = new URLSearchParams({ token: sandbox.token, returnFormat: 'json', ...params });
  const { statusCode, body: answer } = await request(url, {
    method: 'POST',
    body: body.toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    dispatcher: agent,
  });
  return [statusCode, await answer.text()];
}

const DELETE_PHOTO: Params = {
  content: 'file',
  action: 'delete',
  record: '001',
  field: 'photo',
  event: 'base_arm_1',
};

describe('serveSandbox', () => {
  it('serves on loopback and closes for good', async () => {
    const server = await serve();
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/$/);
    expect(await send(server, { content: 'version' })).toEqual([200, '16.1.3']);
    await server.close();
    await expect(send(server, { content: 'version' })).rejects.toThrow(
      /ECONNREFUSED|socket|closed/i,
    );
  });

  it('says when a port is taken', async () => {
    const server = await serve();
    const port = Number(new URL(server.url).port);
    const second = serveSandbox(createSandbox(), { port });
    await expect(second).rejects.toThrow(RefusedError);
    await expect(second).rejects.toThrow(`port ${port}: another program uses it`);
  });

  it('sends file names as UTF-8 bytes', async () => {
    const server = await serve();
    server.sandbox.project.putFile(PHOTO, '李 ü.png');
    const body = new URLSearchParams({
      ...DELETE_PHOTO,
      action: 'export',
      token: server.sandbox.token,
    });
    const { headers, body: answer } = await request(server.url, {
      method: 'POST',
      body: body.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      dispatcher: agent,
    });
    await answer.dump();
    const type = Buffer.from(String(headers['content-type']), 'latin1').toString('utf8');
    expect(type).toBe('image/png; name="李 ü.png"');
  });

  it.each([
    ['reset-before', true, /ECONNRESET/],
    ['reset-after', false, /ECONNRESET/],
    ['garbage', true, /HPE_|Parse Error|Expected HTTP/],
  ] as const)('breaks the connection: %s', async (kind, stays, error) => {
    const server = await serve({ faults: [{ kind, share: 1 }] });
    const failure: unknown = await send(server, DELETE_PHOTO).catch((cause: unknown) => cause);
    expect(inspect(failure)).toMatch(error);
    expect(server.sandbox.project.hasFile(PHOTO)).toBe(stays);
    expect(server.sandbox.ledger.entries).toMatchObject([{ fault: kind, answered: false }]);
  });

  it('hangs without an answer, and closing ends that too', async () => {
    const server = await serve({ faults: [{ kind: 'hang', share: 1 }] });
    let over = false;
    const hanging = send(server, DELETE_PHOTO).then(
      () => 'answered',
      () => 'broken',
    );
    void hanging.then(() => {
      over = true;
    });
    await new Promise((resolve) => {
      setTimeout(resolve, 150);
    });
    expect(over).toBe(false);
    const closing = performance.now();
    await server.close();
    expect(await hanging).toBe('broken');
    expect(performance.now() - closing).toBeLessThan(1_000);
  });

  it('has the effect halfway through its latency', async () => {
    const server = await serve({ latencyMs: 400 });
    const started = performance.now();
    const answer = send(server, DELETE_PHOTO);
    await new Promise((resolve) => {
      setTimeout(resolve, 300);
    });
    expect(server.sandbox.ledger.deletions()).toHaveLength(1);
    await answer;
    expect(performance.now() - started).toBeGreaterThan(390);
  });

  it('survives clients that leave in the middle of a request', async () => {
    const server = await serve();
    const socket = net.connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST /api/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    socket.destroy();
    expect(await send(server, { content: 'version' })).toEqual([200, '16.1.3']);
  });
});

const run = promisify(execFile);
const hasCurl = await run('curl', ['--version']).then(
  () => true,
  () => false,
);

const curl = async (server: SandboxServer, flag: string, params: Params): Promise<string> => {
  const all = { token: server.sandbox.token, format: 'json', returnFormat: 'json', ...params };
  const args = Object.entries(all).flatMap(([key, value]) => [flag, `${key}=${value}`]);
  const noProxy = ['-sS', '--noproxy', '*'];
  const { stdout } = await run('curl', [...noProxy, '-w', '|%{http_code}', ...args, server.url]);
  return stdout;
};

describe.skipIf(!hasCurl)('a client in another language (curl)', () => {
  it.each(['--data-urlencode', '-F'])(
    'lists, exports, downloads, uploads and deletes with %s',
    async (flag) => {
      const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
      try {
        const server = await serve();
        const { project } = server.sandbox;
        expect(await curl(server, flag, { content: 'metadata' })).toMatch(
          /"field_name":"photo".*\|200$/,
        );
        expect(
          await curl(server, flag, {
            content: 'record',
            'fields[0]': 'record_id',
            'records[0]': 'B 2',
          }),
        ).toMatch(/^\[\{"record_id":"B 2",.*\|200$/);

        const upload = join(folder, 'up ü.bin');
        await writeFile(upload, Buffer.from([0, 13, 10, 255]));
        const place = { content: 'file', record: '001', field: 'photo', event: 'base_arm_1' };
        const sent = await curl(server, '-F', { ...place, action: 'import', file: `@${upload}` });
        expect(sent).toBe('|200');
        expect(project.fileName(PHOTO)).toBe('up ü.bin');

        const download = join(folder, 'down.bin');
        const body = new URLSearchParams({
          ...place,
          action: 'export',
          token: server.sandbox.token,
        });
        await run('curl', [
          '-sS',
          '--noproxy',
          '*',
          '-o',
          download,
          '-d',
          body.toString(),
          server.url,
        ]);
        expect(await readFile(download)).toEqual(Buffer.from([0, 13, 10, 255]));

        expect(await curl(server, flag, { ...place, action: 'delete' })).toBe('|200');
        expect(project.hasFile(PHOTO)).toBe(false);
        expect(await curl(server, flag, { ...place, action: 'delete' })).toBe(
          '{"error":"There is no file to delete for this record"}|400',
        );
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );
});
