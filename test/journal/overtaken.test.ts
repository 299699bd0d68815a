import { expect, it } from 'vitest';
import { replayJournal } from '../../src/journal/replay.ts';
import { readOutcomes } from '../../src/journal/outcome-of.ts';
import type { Outcome } from '../../src/rows/outcome.ts';
import { headerLine, journalOf } from './journal-of.ts';

const PLAN = { row: 1, plan: 'delete', seen: 'a.pdf' };
const FIRST = { session: 'a'.repeat(24) };
const SECOND = { session: 'b'.repeat(24) };
const RESUMED = { state: 'resumed', at: 20, tool: 't', ...SECOND };
const MARK = { state: 'mark', upTo: 1025 };

const sending = (attempt: number, effect?: 'possible'): object => ({
  row: 1,
  state: 'sending',
  at: 10 + attempt,
  attempt,
  ...(effect === undefined ? {} : { effect }),
});

async function outcomeAfter(...lines: readonly object[]): Promise<Outcome> {
  const run = await replayJournal(journalOf(headerLine(1, FIRST), PLAN, ...lines));
  const outcomes = readOutcomes(run);
  try {
    return outcomes.outcomeOf(1, PLAN as never);
  } finally {
    outcomes.close();
  }
}

/**
 * A session that is stopped in the middle of a write, for longer than a
 * minute, finds out only after that write that it was taken over.
 */
it.each([
  {
    name: 'its stop is not that of the session that works now, and its mark counts',
    lines: [RESUMED, MARK, { state: 'stop', at: 30, code: 'limit', message: '', ...FIRST }],
  },
  {
    name: 'nor is its end',
    lines: [RESUMED, MARK, { state: 'end', at: 30, exitCode: 0, ...FIRST }],
  },
  {
    name: 'its mark takes nothing back from the mark of the other one',
    lines: [RESUMED, MARK, { state: 'mark', upTo: 0 }],
  },
  {
    name: 'a request that it announced may be in the air',
    lines: [RESUMED, { row: 1, state: 'already_empty', at: 25 }, sending(1)],
  },
  {
    name: 'its try that ended is not the request of the other one',
    lines: [
      sending(1),
      RESUMED,
      sending(2, 'possible'),
      { row: 1, state: 'tried', at: 30, code: 'http_429', effect: 'none', sent: true },
    ],
  },
  ...['failed', 'not_attempted', 'already_empty', 'guard_mismatch'].map((state) => ({
    name: `nor is its row that ended ${state}`,
    lines: [sending(1), RESUMED, sending(2, 'possible'), { row: 1, state, at: 30, attempts: 1 }],
  })),
])('late lines of a session that was taken over: $name', async ({ lines }) => {
  expect(await outcomeAfter(...lines)).toMatchObject({
    status: 'unknown',
    // Only a mark, or a request itself, says that it may have been sent.
    effect: expect.stringMatching(/^(?:marked|possible)$/),
  });
});

it('and what it did remove is removed', async () => {
  const late = { row: 1, state: 'deleted', at: 30, started: 11, attempts: 1 };
  expect(await outcomeAfter(sending(1), RESUMED, sending(2, 'possible'), late)).toMatchObject({
    status: 'deleted',
  });
});

it('a session’s own stop and end count', async () => {
  const stop = { state: 'stop', at: 30, code: 'limit', message: '', ...SECOND };
  const end = { state: 'end', at: 31, exitCode: 3, ...SECOND };
  const run = await replayJournal(journalOf(headerLine(1, FIRST), PLAN, RESUMED, MARK, stop, end));
  expect([run.stop?.code, run.exitCode, run.uncertainUpTo]).toEqual(['limit', 3, 0]);
});
