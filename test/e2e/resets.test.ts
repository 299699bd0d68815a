import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openFront, type Front, type FrontRequest } from '../support/front.ts';
import { audit, FAST, openFixture, photosManifest, type Fixture } from '../support/fixture.ts';

const CLOSING = 'HTTP/1.1 200 OK\r\nConnection: close\r\n';
const MANY = ['--retries', '2', ...FAST];

type Rough = (request: FrontRequest, socket: Socket, time: number) => Promise<boolean> | boolean;

/** A fixture behind a front that answers the requests of one action in its own way. */
async function openRough(
  action: string,
  rough: Rough,
): Promise<Fixture & { front: Front; roughEnv: Record<string, string> }> {
  const fixture = await openFixture();
  let time = 0;
  const front = await openFront({
    to: Number(new URL(fixture.url).port),
    answer: (request, socket) => {
      const { form } = request;
      if (form.get('content') !== 'file' || form.get('action') !== action) return false;
      time += 1;
      return rough(request, socket, time);
    },
  });
  await fixture.write('m.csv', photosManifest(1));
  const roughEnv = { REDCAP_API_URL: `http://127.0.0.1:${front.port}/api/` };
  return { ...fixture, front, roughEnv };
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
    const fixture = await openRough('export', half(length));
    const ended = await fixture.sweep(
      ['run', 'm.csv', '--yes', '--backup', ...MANY],
      fixture.roughEnv,
    );
    expect(ended.code).toBe(1);
    expect(fixture.deletions()).toBe(0);
    const run = await fixture.run();
    const [row] = run.error;
    expect([row?.['sweep_status'], row?.['sweep_code']]).toEqual(['failed', 'backup_failed']);
    expect(await readdir(join(run.directory, 'backup')).catch(() => [])).toEqual([]);
  });

  it('comes whole the next time: deleted, with the whole copy', async () => {
    const once = half('');
    const fixture = await openRough('export', (request, socket, time) =>
      time === 1 ? once(request, socket, time) : false,
    );
    const ended = await fixture.sweep(
      ['run', 'm.csv', '--yes', '--backup', ...MANY],
      fixture.roughEnv,
    );
    expect(ended.code).toBe(0);
    const run = await fixture.run();
    audit(run, fixture);
    const whole = fixture.front.seen.filter(
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
    const fixture = await openRough('delete', async (request, socket, time) => {
      if (time > 1) return false;
      if (effect) await request.forward();
      socket.write(`${CLOSING}\r\n`);
      resetSoon(socket);
      return true;
    });
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...MANY], fixture.roughEnv);
    expect(ended.code).toBe(0);
    const run = await fixture.run();
    audit(run, fixture);
    const [row] = run.success;
    expect([row?.['sweep_status'], row?.['sweep_attempts']]).toEqual(['deleted', '2']);
    expect(row?.['sweep_message']).toContain('may have');
  });

  it('for ever, and with no look: unknown', async () => {
    const fixture = await openRough('delete', (_request, socket) => {
      socket.write(`${CLOSING}\r\n`);
      // Bytes and reset at once.
      socket.resetAndDestroy();
      return true;
    });
    const args = ['run', 'm.csv', '--yes', '--no-verify', ...MANY];
    const ended = await fixture.sweep(args, fixture.roughEnv);
    expect(ended.code).toBe(1);
    const [row] = (await fixture.run()).error;
    expect([row?.['sweep_status'], row?.['sweep_code'], row?.['sweep_attempts']]).toEqual([
      'unknown',
      'connection',
      '3',
    ]);
  });
});
