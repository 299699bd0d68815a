import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IdleTimer } from '../../src/redcap/idle-timer.ts';
import { connect, summarize, FORM, onClose } from './servers.ts';

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
    expect(summarize(await asked)).toBe('answer 200');
  });
});

describe('the idle timer', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function startTimer(limitMs: number) {
    const idleAt: number[] = [];
    const startedAt = performance.now();
    const timer = new IdleTimer(limitMs, () => idleAt.push(performance.now() - startedAt));
    return { timer, idleAt };
  }

  it('ends a silence once, soon after its limit', async () => {
    const { idleAt } = startTimer(1000);
    await vi.advanceTimersByTimeAsync(5000);
    expect(idleAt).toHaveLength(1);
    expect(idleAt[0]).toBeGreaterThanOrEqual(1000);
    expect(idleAt[0]).toBeLessThan(1100);
  });

  it('starts anew with each sign of life', async () => {
    const { timer, idleAt } = startTimer(1000);
    await vi.advanceTimersByTimeAsync(900);
    timer.restart();
    await vi.advanceTimersByTimeAsync(900);
    expect(idleAt).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(idleAt).toHaveLength(1);
  });

  it('leaves alone what expects nothing, until it starts again', async () => {
    const { timer, idleAt } = startTimer(1000);
    timer.pause();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(idleAt).toEqual([]);
    timer.restart();
    await vi.advanceTimersByTimeAsync(1100);
    expect(idleAt).toHaveLength(1);
  });

  it('lets what has arrived be read first', async () => {
    const { timer, idleAt } = startTimer(1000);
    setTimeout(() => {
      setImmediate(() => {
        timer.restart();
      });
    }, 999);
    await vi.advanceTimersByTimeAsync(1500);
    expect(idleAt).toEqual([]);
  });
});
