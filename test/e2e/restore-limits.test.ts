import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { findRun, readCsv } from '../support/run-files.ts';
import { FAST, makeArchive, openFixture, photo, photosManifest } from '../support/fixture.ts';

const LARGE = 12;
const SMALL = 8;
const MOST_BYTES = 1_000_000;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/**
 * A web server before REDCap that takes so many bytes, as nginx does: it
 * answers as soon as it has read the length.
 */
async function serveInFront(behind: string, how: 'reads on' | 'stands still'): Promise<string> {
  const server = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (Number(incoming.headers['content-length'] ?? 0) > MOST_BYTES) {
      outgoing.writeHead(413, { 'content-type': 'text/html' });
      outgoing.end('<html><h1>413 Request Entity Too Large</h1></html>');
      if (how === 'reads on') incoming.resume();
      return;
    }
    const { method = 'POST', headers, url = '/' } = incoming;
    const onward = request(new URL(url, behind), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`;
}

describe('restore behind a web server that takes 1 MB', () => {
  it.each(['reads on', 'stands still'] as const)(
    'puts back every file that it takes (it %s)',
    async (how) => {
      const fixture = await openFixture({ project: makeArchive(LARGE + SMALL) });
      for (let record = 1; record <= LARGE; record += 1) {
        const bytes = new Uint8Array(MOST_BYTES + record).fill(record);
        fixture.project.putFile(photo(record), `large-${record}.bin`, bytes);
      }
      const env = { REDCAP_API_URL: await serveInFront(fixture.url, how) };
      await fixture.write('m.csv', photosManifest(LARGE + SMALL));
      const ran = await fixture.sweep(['run', 'm.csv', '--yes', '--backup', ...FAST], env);
      expect(ran.code).toBe(0);
      const directory = await findRun(fixture.folder);
      const args = ['restore', directory, '--yes', '--retries', '0', ...FAST];
      const ended = await fixture.sweep(args, env);
      expect(ended.code).toBe(1);
      expect(ended.stdout).toContain('8 of 20 files are back.');
      const rows = readCsv(await readFile(join(directory, 'restore.csv'), 'utf8'));
      expect(rows.map((row) => `${row['status']} ${row['code']}`.trim())).toEqual([
        ...Array.from({ length: LARGE }, () => 'failed http_413'),
        ...Array.from({ length: SMALL }, () => 'restored'),
      ]);
      expect([...fixture.project.files()]).toHaveLength(SMALL);
    },
  );
});
