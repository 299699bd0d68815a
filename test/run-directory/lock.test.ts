import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { takeLock } from '../../src/run-directory/lock.ts';

const anywhere = (): string => `/somewhere/${randomBytes(8).toString('hex')}`;

/** Where the lock of this directory stands as a file, on macOS and the like. */
function socketOf(path: string, purpose: string): string {
  const digest = createHash('sha256').update(`${purpose}\0${path}`).digest('hex');
  return join(tmpdir(), `redcap-sweep-${digest.slice(0, 24)}.sock`);
}

/** A process that takes the lock's socket and is killed, so that the file stays behind. */
async function leaveStale(socket: string): Promise<void> {
  const code = `require('net').createServer().listen(${JSON.stringify(socket)}, () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

describe.skipIf(process.platform === 'win32').each(['linux', 'darwin'] as const)(
  'takeLock on %s',
  (platform) => {
    it('is held by one at a time, and free again afterwards', async () => {
      if (platform === 'linux' && process.platform !== 'linux') return;
      const path = anywhere();
      const first = await takeLock(path, 'run', platform);
      expect(first).toBeDefined();
      expect(await takeLock(path, 'run', platform)).toBeUndefined();
      const reports = await takeLock(path, 'reports', platform);
      expect(reports).toBeDefined();
      const other = await takeLock(anywhere(), 'run', platform);
      expect(other).toBeDefined();
      await first?.release();
      const again = await takeLock(path, 'run', platform);
      expect(again).toBeDefined();
      for (const lock of [again, reports, other]) await lock?.release();
    });
  },
);

describe.skipIf(process.platform === 'win32')('a socket that a crash left behind', () => {
  it('is taken over, and cleared away in the end', async () => {
    const path = anywhere();
    const socket = socketOf(path, 'run');
    await leaveStale(socket);
    expect(existsSync(socket)).toBe(true);
    const lock = await takeLock(path, 'run', 'darwin');
    expect(lock).toBeDefined();
    expect(await takeLock(path, 'run', 'darwin')).toBeUndefined();
    await lock?.release();
    expect(existsSync(socket)).toBe(false);
  });

  it('is taken over by one of many alone', async () => {
    for (let round = 0; round < 10; round += 1) {
      const path = anywhere();
      const socket = socketOf(path, 'run');
      await leaveStale(socket);
      const locks = await Promise.all(
        Array.from({ length: 8 }, () => takeLock(path, 'run', 'darwin')),
      );
      const held = locks.filter((lock) => lock !== undefined);
      expect(held).toHaveLength(1);
      expect(await takeLock(path, 'run', 'darwin')).toBeUndefined();
      await held[0]?.release();
      await rm(socket, { force: true });
    }
  });

  it('is taken over although a stranger uses the port that guards it for a moment', async () => {
    const path = anywhere();
    await leaveStale(socketOf(path, 'run'));
    const digest = createHash('sha256').update(`run\0${path}`).digest();
    const stranger = createServer().listen(20_000 + (digest.readUInt16BE(0) % 12_000), '127.0.0.1');
    await once(stranger, 'listening');
    setTimeout(() => stranger.close(), 200);
    const lock = await takeLock(path, 'run', 'darwin');
    expect(lock).toBeDefined();
    await lock?.release();
  });

  it('has a path that every system takes', () => {
    // macOS allows 103 bytes, and its temporary folders take about 50 of them.
    expect(socketOf('/x', 'reports').length - tmpdir().length).toBeLessThan(50);
  });
});
