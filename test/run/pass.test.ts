import { describe, expect, it } from 'vitest';
import type { LookedBatch } from '../../src/rows/look.ts';
import { createBreaker } from '../../src/run/breaker.ts';
import { deletePass } from '../../src/run/pass.ts';
import type { WorkRow } from '../../src/run/work.ts';
import { ANSWERS, setScene, WORK } from './scene.ts';

const rowOf = (row: number): WorkRow => ({ ...WORK, row });

/** Three rows at once, the second one slow and the third one to be tried again; then reading fails. */
async function playUntil(failure: Error) {
  const scene = setScene([
    ANSWERS.done,
    async ({ clock }) => {
      await clock.sleep(100);
      return ANSWERS.done;
    },
    ANSWERS.busy,
  ]);
  async function* rows() {
    yield [rowOf(1), rowOf(2), rowOf(3)];
    await Promise.resolve();
    throw failure;
  }
  const pass = deletePass(rows(), {
    context: scene.context,
    concurrency: 3,
    breaker: createBreaker(undefined),
    verifier: undefined,
    mark: undefined,
    ask: undefined,
    limit: undefined,
  });
  const ended = pass.then(
    () => `ended at ${scene.clock.now()}`,
    (error: unknown) => `${String(error)} at ${scene.clock.now()}`,
  );
  await scene.clock.runTo(60_000);
  const { journal, sentAt, control } = scene;
  const lines = journal.lines.filter((line) => !('attempt' in line));
  return { how: await ended, sentAt, lines, reason: control.reason };
}

describe('rows that cannot be read on', () => {
  it.each([
    {
      what: 'as the disk fails, stop the run',
      failure: Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' }),
      how: 'ended at 100',
      message: 'The rows could not be read on: EIO: i/o error, read',
    },
    {
      what: 'by a bug, end the run as one',
      failure: new TypeError('x is not y'),
      how: 'TypeError: x is not y at 100',
      message: 'the run ended early',
    },
  ])('$what, once those under way are at their end', async ({ failure, how, message }) => {
    const played = await playUntil(failure);
    expect(played.how).toBe(how);
    expect(played.reason).toEqual({ code: 'interrupted', message });
    expect(played.sentAt).toEqual([0, 0, 0]);
    expect(played.lines).toMatchObject([
      { row: 1, state: 'deleted' },
      { row: 3, state: 'tried' },
      { row: 3, state: 'not_attempted' },
      { row: 2, state: 'deleted' },
    ]);
  });
});

describe('ten rows in a row without one trustworthy answer', () => {
  const NOTHING: LookedBatch = { kind: 'unreadable', message: 'HTML', status: 200 };
  const GONE = { kind: 'looked', looks: [{ kind: 'gone' }] } as unknown as LookedBatch;

  /** Three rows at once; but for the first one, each answer is lost after a second or so. A look takes a minute. */
  async function playSilence(answer: LookedBatch, rows: number) {
    const looks: { readonly at: number; readonly rows: number }[] = [];
    const scene = setScene(
      [
        // Until one was answered, they go out one at a time.
        ANSWERS.done,
        async ({ clock, sentAt }) => {
          await clock.sleep(800 + (sentAt.length % 3) * 400);
          return ANSWERS.lost;
        },
      ],
      { retries: 3 },
    );
    const { clock, control, sentAt } = scene;
    const pass = deletePass(
      (async function* () {
        yield await Promise.resolve(Array.from({ length: rows }, (_, at) => rowOf(at + 1)));
      })(),
      {
        context: scene.context,
        concurrency: 3,
        breaker: createBreaker(undefined),
        verifier: undefined,
        mark: undefined,
        ask: async (targets) => {
          looks.push({ at: clock.now(), rows: targets.length });
          await clock.sleep(60_000);
          return answer;
        },
        limit: undefined,
      },
    );
    const ended = pass.then(() => control.reason?.code);
    await clock.runTo(1_000_000);
    return { looks, sentAt, stop: await ended };
  }

  it('wait for a look before anything more is sent', async () => {
    const { looks, sentAt, stop } = await playSilence(GONE, 23);
    expect(stop).toBeUndefined();
    expect(sentAt).toHaveLength(1 + 22 * 4);
    expect(looks.map(({ rows }) => rows)).toEqual([10, 10]);
    for (const { at } of looks) {
      expect(sentAt.filter((one) => one >= at && one < at + 60_000)).toEqual([]);
    }
  });

  it('stop the run where that look says nothing either', async () => {
    const { looks, sentAt, stop } = await playSilence(NOTHING, 23);
    expect(stop).toBe('no_answers');
    expect(looks).toHaveLength(1);
    expect(sentAt.filter((one) => one >= (looks[0]?.at ?? 0))).toEqual([]);
  });

  it('do so also where they are the last ones', async () => {
    expect((await playSilence(NOTHING, 11)).stop).toBe('no_answers');
    expect((await playSilence(GONE, 11)).stop).toBeUndefined();
  });
});
