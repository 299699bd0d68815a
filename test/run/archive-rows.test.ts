import { expect, it } from 'vitest';
import { archiveRows, type ArchiveRowsOptions } from '../../src/run/archive-rows.ts';
import { createRunControl } from '../../src/run/control.ts';
import type { BeforeDelete } from '../../src/run/row-progress.ts';
import type { RowToDelete } from '../../src/run/row-source.ts';
import { createVirtualClock } from '../redcap/virtual-clock.ts';
import { createLines, ROW } from './harness.ts';

const FILE = { name: 'a.pdf', bytes: 1, sha256: 'ab', backup: 'backup/1-a.pdf' };
const SAVED: BeforeDelete = { kind: 'go', file: FILE };
const UNSAVED: BeforeDelete = {
  kind: 'end',
  state: { status: 'failed', code: 'backup_failed' },
  message: 'the file could not be saved: no',
  httpStatus: 500,
  file: undefined,
  confirmed: false,
};

/** So many rows, saved as the answers say in turn; the lines are those of the journal. */
async function play(
  answers: readonly (BeforeDelete | (() => BeforeDelete | Promise<BeforeDelete>))[],
  more: Partial<ArchiveRowsOptions> = {},
) {
  const clock = createVirtualClock();
  const control = createRunControl();
  const journal = createLines(clock);
  let inHand = 0;
  let most = 0;
  let next = 0;
  async function* rows(): AsyncGenerator<readonly RowToDelete[]> {
    yield await Promise.resolve(answers.map((_, at) => ({ ...ROW, row: at + 1 })));
  }
  await archiveRows(rows(), {
    save: async () => {
      inHand += 1;
      most = Math.max(most, inHand);
      const answer = answers[next++] ?? SAVED;
      await new Promise(setImmediate);
      const saved = typeof answer === 'function' ? await answer() : answer;
      inHand -= 1;
      return saved;
    },
    changeAt: () => undefined,
    probe: () => Promise.resolve({ kind: 'unreadable', message: 'no' }),
    journal,
    control,
    concurrency: 3,
    limit: undefined,
    ...more,
  });
  const states = journal.lines.map((line) => {
    const { row, state, code } = line as { row: number; state: string; code?: string };
    return `${row} ${state} ${code ?? ''}`;
  });
  return { states, most, reason: control.reason?.code, lines: journal.lines, control };
}

it('writes down what is saved, with all workers from the first file on', async () => {
  const { states, most, lines } = await play([SAVED, { kind: 'no_file' }, SAVED, UNSAVED]);
  expect(states).toEqual([
    '1 not_attempted would_delete',
    '2 not_attempted nothing_to_delete',
    '3 not_attempted would_delete',
    '4 failed backup_failed',
  ]);
  expect(most).toBe(3);
  expect(lines[0]).toMatchObject({ file: FILE });
});

it('--limit counts files saved: a row that is not gives its place back', async () => {
  const { states, reason } = await play([SAVED, UNSAVED, SAVED, SAVED, SAVED], {
    limit: 2,
    concurrency: 2,
  });
  expect(states).toEqual([
    '1 not_attempted would_delete',
    '2 failed backup_failed',
    '3 not_attempted would_delete',
  ]);
  expect(reason).toBe('limit');
});

it('a row that a stop leaves has no line', async () => {
  const { states, lines } = await play([SAVED, { kind: 'stopped' }], { concurrency: 1 });
  expect(states).toEqual(['1 not_attempted would_delete']);
  expect(lines).toHaveLength(1);
});

it('nothing is saved from a place that has become another one', async () => {
  const { states } = await play([SAVED], { changeAt: () => 'the form repeats now' });
  expect(states).toEqual(['1 guard_mismatch changed_since_check']);
});

it('ten files without one answer to rely on, and a look that says nothing, stop it', async () => {
  const { reason, states } = await play(
    Array.from({ length: 20 }, () => UNSAVED),
    {
      concurrency: 1,
    },
  );
  expect(reason).toBe('no_answers');
  expect(states.length).toBeLessThan(13);
});

it('a file that was saved in between starts the count anew', async () => {
  const nine = Array.from({ length: 9 }, () => UNSAVED);
  const { reason } = await play([...nine, SAVED, ...nine], { concurrency: 1 });
  expect(reason).toBeUndefined();
});
