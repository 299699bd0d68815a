import { isUnfinished } from '../../src/journal/run-state.ts';
import { describe, expect, it } from 'vitest';
import { replayJournal } from '../../src/journal/replay.ts';
import { readOutcomes } from '../../src/journal/outcome-of.ts';
import { headerLine, journalOf } from '../journal/journal-of.ts';

const PLAN = { row: 1, plan: 'delete', seen: 'a.pdf' };
const MARK = { state: 'mark', upTo: 1025 };
const RESUMED = { state: 'resumed', at: 30, tool: 't' };
const STOP = { state: 'stop', at: 20, code: 'limit', message: '' };
const END = { state: 'end', at: 21, exitCode: 3 };
const sending = (attempt: number, effect?: 'possible'): object => ({
  row: 1,
  state: 'sending',
  at: 10 + attempt,
  attempt,
  ...(effect === undefined ? {} : { effect }),
});
const BUSY = { row: 1, state: 'tried', at: 15, code: 'http_429', effect: 'none', sent: true };
const NOT_ATTEMPTED = { row: 1, state: 'not_attempted', at: 16, attempts: 1, code: 'limit' };

/**
 * What the simulation found, as the shortest journal that shows it: in each of
 * these a power cut or a kill took what would have said that a request left,
 * and the row was told to be "not attempted" although its file was gone. What
 * only a mark says is kept apart: a file seen there later may be another one.
 */
describe('a row that may be in the air is never told to be not attempted', () => {
  it.each([
    {
      name: 'a second request after one whose end was never written',
      effect: 'possible',
      lines: [sending(1), RESUMED, sending(2, 'possible'), BUSY],
    },
    {
      name: 'a second request that does not say so itself',
      effect: 'possible',
      lines: [sending(1), RESUMED, sending(2), BUSY],
    },
    {
      name: 'between two tries, where only a mark speaks of the second',
      effect: 'marked',
      lines: [MARK, sending(1), BUSY],
    },
    {
      name: 'not attempted in an earlier session, covered by the mark of a killed one',
      effect: 'marked',
      lines: [sending(1), NOT_ATTEMPTED, STOP, END, RESUMED, MARK],
    },
    {
      name: 'the same, and resumed once more',
      effect: 'marked',
      lines: [sending(1), NOT_ATTEMPTED, STOP, END, RESUMED, MARK, RESUMED, STOP],
    },
    {
      name: 'killed, then resumed and stopped before the first row',
      effect: 'marked',
      lines: [MARK, RESUMED, STOP, END],
    },
  ])('$name', async ({ lines, effect }) => {
    const view = await replayJournal(journalOf(headerLine(1), PLAN, ...lines));
    const outcomes = readOutcomes(view);
    expect(outcomes.outcomeOf(1, PLAN as never)).toMatchObject({
      status: 'unknown',
      effect,
    });
    outcomes.close();
    expect(isUnfinished(view, 1)).toBe(true);
  });

  it.each([
    { name: 'a try without effect', lines: [sending(1), BUSY] },
    { name: 'a stop behind the mark', lines: [MARK, sending(1), NOT_ATTEMPTED, STOP, END] },
    {
      name: 'told by the killed session itself',
      lines: [RESUMED, MARK, sending(1), NOT_ATTEMPTED],
    },
  ])('and one that is not in the air is: $name', async ({ lines }) => {
    const view = await replayJournal(journalOf(headerLine(1), PLAN, ...lines));
    const outcomes = readOutcomes(view);
    expect(outcomes.outcomeOf(1, PLAN as never)).toMatchObject({
      status: 'not_attempted',
      effect: 'none',
    });
    outcomes.close();
  });
});
