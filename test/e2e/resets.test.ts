import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openFront, type Front, type FrontRequest } from '../support/front.ts';
import { audit, FAST, openStand, photosManifest, type Stand } from '../support/stand.ts';

const CLOSING = 'HTTP/1.1 200 OK\r\nConnection: close\r\n';
const MANY = ['--retries', '2', ...FAST];

type Rough = (request: FrontRequest, socket: Socket, time: number) => Promise<boolean> | boolean;

/** A stand behind a front that answers the requests of one action in its own way. */
async function openRough(
  action: string,
  rough: Rough,
): Promise<Stand & { front: Front; roughEnv: Record<string, string> }> {
  const stand = await openStand();
  let time = 0;
  const front = await openFront({
    to: Number(new URL(stand.url).port),
    answer: (request, socket) => {
      const { form } = request;
      if (form.get('content') !== 'file' || form.get('action') !== action) return false;
      time += 1;
      return rough(request, socket, time);
    },
  });
  await stand.write('m.csv', photosManifest(1));
  const roughEnv = { REDCAP_API_URL: `http://127.0.0.1:${front.port}/api/` };
  return { ...stand, front, roughEnv };
}

function resetSoon(socket: Socket): void {
  setTimeout(() => socket.resetAndDestroy(), 20);
}

describe('a backup whose connection is reset', () => {
  const half = (length: string): Rough =>
    async function cut(request, socket) {
      const { body } = await request.forward();
      socket.write(`${CLOSING}Content-Type: a/b; name="photo-1.jpg"\r\n${length}\r\n`);
      socket.write(body.subarray(0, body.length / 2));
      resetSoon(socket);
      return true;
    };
  it.each([
    { name: 'with no word on its length', length: '' },
    { name: 'before its length', length: 'Content-Length: 1000000\r\n' },
    { name: 'with chunks that are none', length: 'Transfer-Encoding: chunked\r\n' },
  ])('$name, each time at the same byte: not deleted', async ({ length }) => {
    const stand = await openRough('export', half(length));
    const ended = await stand.sweep(['run', 'm.csv', '--yes', '--backup', ...MANY], stand.roughEnv);
    expect(ended.code).toBe(1);
    expect(stand.deletions()).toBe(0);
    const run = await stand.run();
    const [row] = run.error;
    expect([row?.['sweep_status'], row?.['sweep_code']]).toEqual(['failed', 'backup_failed']);
    expect(await readdir(join(run.directory, 'backup')).catch(() => [])).toEqual([]);
  });

  it('comes whole the next time: deleted, with the whole copy', async () => {
    const once = half('');
    const stand = await openRough('export', (request, socket, time) =>
      time === 1 ? once(request, socket, time) : false,
    );
    const ended = await stand.sweep(['run', 'm.csv', '--yes', '--backup', ...MANY], stand.roughEnv);
    expect(ended.code).toBe(0);
    const run = await stand.run();
    audit(run, stand);
    const whole = stand.front.seen.filter(
      ({ form }) => form.get('content') === 'file' && form.get('action') === 'export',
    );
    expect(whole).toHaveLength(2);
  });
});

describe('a deletion whose connection is reset', () => {
  it.each([
    { name: 'after the effect', effect: true },
    { name: 'without one', effect: false },
  ])('$name, behind an empty 200 of no length: no "done"', async ({ effect }) => {
    const stand = await openRough('delete', async (request, socket, time) => {
      if (time > 1) return false;
      if (effect) await request.forward();
      socket.write(`${CLOSING}\r\n`);
      resetSoon(socket);
      return true;
    });
    const ended = await stand.sweep(['run', 'm.csv', '--yes', ...MANY], stand.roughEnv);
    expect(ended.code).toBe(0);
    const run = await stand.run();
    audit(run, stand);
    const [row] = run.success;
    expect([row?.['sweep_status'], row?.['sweep_attempts']]).toEqual(['deleted', '2']);
    expect(row?.['sweep_message']).toContain('may have');
  });

  it('for ever, and with no look: unknown', async () => {
    const stand = await openRough('delete', (_request, socket) => {
      socket.write(`${CLOSING}\r\n`);
      // Bytes and reset at once.
      socket.resetAndDestroy();
      return true;
    });
    const args = ['run', 'm.csv', '--yes', '--no-verify', ...MANY];
    const ended = await stand.sweep(args, stand.roughEnv);
    expect(ended.code).toBe(1);
    const [row] = (await stand.run()).error;
    expect([row?.['sweep_status'], row?.['sweep_code'], row?.['sweep_attempts']]).toEqual([
      'unknown',
      'connection',
      '3',
    ]);
  });
});
