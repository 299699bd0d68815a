import { describe, expect, it } from 'vitest';
import { delayBefore, retrying, type Retrying } from '../src/retry.ts';
import { createVirtualClock } from './redcap/virtual-clock.ts';

describe('delayBefore', () => {
  it.each([
    [1, 1, 500],
    [2, 1, 1000],
    [3, 1, 2000],
    [6, 1, 16_000],
    [7, 1, 30_000],
    [5000, 1, 30_000],
    [3, 0.5, 1000],
    [3, 0, 0],
  ])('try %i with %d waits %i ms', (attempt, random, ms) => {
    expect(delayBefore(attempt, () => random)).toBe(ms);
  });
});

interface Answer {
  readonly kind: string;
  readonly message: string;
  readonly retryAfterMs: number | undefined;
}

const answer = (kind: string, retryAfterMs?: number): Answer => ({
  kind,
  message: kind,
  retryAfterMs,
});

async function play(
  answers: readonly Answer[],
  more: Partial<Retrying<Answer>> = {},
): Promise<{ readonly kind: string; readonly asked: number; readonly tookMs: number }> {
  const clock = createVirtualClock();
  let asked = 0;
  let endedAt = 0;
  const read = retrying(() => Promise.resolve(answers[asked++] ?? answer('value')), {
    retries: 3,
    clock,
    random: () => 1,
    ...more,
  });
  const result = read().then((ended) => {
    endedAt = clock.now();
    return ended.kind;
  });
  await clock.runTo(1_000_000);
  return { kind: await result, asked, tookMs: endedAt };
}

describe('retrying', () => {
  it.each([
    ['a value at once', [answer('value')], { kind: 'value', asked: 1, tookMs: 0 }],
    [
      'transient failures',
      [answer('retry'), answer('unreadable'), answer('no_name')],
      { kind: 'value', asked: 4, tookMs: 3500 },
    ],
    [
      'as often as is allowed',
      Array.from({ length: 9 }, () => answer('retry')),
      { kind: 'retry', asked: 4, tookMs: 3500 },
    ],
    [
      'as the server says',
      [answer('retry', 7000), answer('retry', 0)],
      { kind: 'value', asked: 3, tookMs: 7000 },
    ],
    ['no error', [answer('error')], { kind: 'error', asked: 1, tookMs: 0 }],
    ['no stop', [answer('stop')], { kind: 'stop', asked: 1, tookMs: 0 }],
    ['no empty body', [answer('empty')], { kind: 'empty', asked: 1, tookMs: 0 }],
  ])('%s', async (_what, answers, expected) => {
    expect(await play(answers)).toEqual(expected);
  });

  it('asks once more after an empty body where that is wanted', async () => {
    const empty = [answer('empty'), answer('empty'), answer('empty')];
    expect(await play(empty, { emptyAgain: true, retries: 0 })).toMatchObject({
      kind: 'empty',
      asked: 2,
    });
  });

  it('tries as often as the answer is worth, of all tries', async () => {
    const retriesAfter = ({ kind }: Answer): number | undefined =>
      kind === 'unreadable' || kind === 'empty' ? 1 : undefined;
    const page = answer('unreadable');
    expect(await play([page, page, page], { retriesAfter })).toMatchObject({ asked: 2 });
    expect(await play([answer('empty'), page, page], { retriesAfter })).toMatchObject({ asked: 2 });
    const busy = answer('retry');
    expect(await play([busy, busy, busy, busy], { retriesAfter })).toMatchObject({ asked: 4 });
    expect(await play([busy, busy, page, page], { retriesAfter })).toMatchObject({ asked: 3 });
  });

  it('ends with the command', async () => {
    const stop = new AbortController();
    const onRetry = (): void => {
      queueMicrotask(() => {
        stop.abort();
      });
    };
    expect(await play([answer('retry')], { signal: stop.signal, onRetry })).toEqual({
      kind: 'not_sent',
      asked: 1,
      tookMs: 0,
    });
    expect(await play([answer('retry')], { stopped: () => true })).toMatchObject({ kind: 'retry' });
  });
});
