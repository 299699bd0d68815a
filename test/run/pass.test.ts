import { describe, expect, it } from 'vitest';
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
