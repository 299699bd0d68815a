import { describe, expect, it } from 'vitest';
import { createBreaker } from '../../src/run/breaker.ts';
import { deletePass } from '../../src/run/pass.ts';
import type { WorkRow } from '../../src/run/work.ts';
import { ANSWERS, setScene, WORK } from './scene.ts';

const rowOf = (row: number): WorkRow => ({ ...WORK, row });

describe('rows that cannot be read on', () => {
  it('end the pass when those under way are at their end, and none is sent after it', async () => {
    const scene = setScene([
      ANSWERS.done,
      async ({ clock }) => {
        await clock.sleep(100);
        return ANSWERS.done;
      },
      // This one would be tried again.
      ANSWERS.busy,
    ]);
    async function* rows() {
      yield [rowOf(1), rowOf(2), rowOf(3)];
      await Promise.resolve();
      throw new Error('the copy is gone');
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
      () => 'ended',
      (error: unknown) => `${String(error)} at ${scene.clock.now()}`,
    );
    await scene.clock.runTo(60_000);
    expect(await ended).toBe('Error: the copy is gone at 100');
    expect(scene.sentAt).toEqual([0, 0, 0]);
    expect(scene.control.reason?.code).toBe('interrupted');
    const last = scene.journal.lines.filter((line) => !('attempt' in line));
    expect(last).toMatchObject([
      { row: 1, state: 'deleted' },
      { row: 3, state: 'tried' },
      { row: 3, state: 'not_attempted' },
      { row: 2, state: 'deleted' },
    ]);
  });
});
