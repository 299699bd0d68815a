import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSilenceWatch } from '../../src/redcap/silence-watch.ts';
import { connect, fate, FORM, onClose } from './servers.ts';

const SERVER = `
const http = require('node:http');
const wait = Number(process.argv[1]);
http.createServer((request, response) => {
  request.resume().on('end', () => setTimeout(() => response.end('there'), wait));
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
`;

/** A server in a process of its own, which goes on while this one stands still. */
async function startServer(answerAfterMs: number): Promise<number> {
  const child = spawn(process.execPath, ['-e', SERVER, String(answerAfterMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onClose(() => {
    child.kill();
  });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return Number(port.toString());
}

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('an answer that came while the process stood still', () => {
  it.each([
    ['while it stood still', 250],
    ['and one that comes just after', 1000],
  ])('%s is no timeout', async (_what, answerAfterMs) => {
    const port = await startServer(answerAfterMs);
    const asked = connect(port, { timeoutMs: 300 })({
      ...FORM,
      onLeaving: () => {
        setTimeout(standStill, 50, 800);
        return true;
      },
    });
    expect(fate(await asked)).toBe('answer 200');
  });
});

describe('the watch', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setImmediate', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function watchOne(limitMs: number) {
    const watch = createSilenceWatch(limitMs);
    const silentAt: number[] = [];
    const startedAt = performance.now();
    const entry = {
      lastProgressAt: startedAt,
      limitMs,
      onSilence: () => silentAt.push(performance.now() - startedAt),
    };
    watch.add(entry);
    return { watch, entry, silentAt };
  }

  it('ends a silence once, soon after its limit', async () => {
    const { silentAt } = watchOne(1000);
    await vi.advanceTimersByTimeAsync(5000);
    expect(silentAt).toHaveLength(1);
    expect(silentAt[0]).toBeGreaterThanOrEqual(1000);
    expect(silentAt[0]).toBeLessThan(1100);
  });

  it('starts anew with each sign of life', async () => {
    const { entry, silentAt, watch } = watchOne(1000);
    await vi.advanceTimersByTimeAsync(900);
    entry.lastProgressAt = watch.now();
    await vi.advanceTimersByTimeAsync(900);
    expect(silentAt).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(silentAt).toHaveLength(1);
  });

  it('leaves alone what was taken off, or expects nothing', async () => {
    const one = watchOne(1000);
    one.watch.remove(one.entry);
    const other = watchOne(1000);
    other.entry.lastProgressAt = Number.POSITIVE_INFINITY;
    await vi.advanceTimersByTimeAsync(10_000);
    expect([one.silentAt, other.silentAt]).toEqual([[], []]);
  });

  it('begins again after it had nothing to watch', async () => {
    const { watch, entry, silentAt } = watchOne(1000);
    watch.remove(entry);
    await vi.advanceTimersByTimeAsync(3000);
    entry.lastProgressAt = watch.now();
    watch.add(entry);
    await vi.advanceTimersByTimeAsync(1100);
    expect(silentAt).toHaveLength(1);
  });
});
