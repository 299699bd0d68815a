import { describe, expect, it } from 'vitest';
import { replayJournal } from '../../src/journal/replay.ts';
import { decodeOutcome, encodeOutcome, encodeSending } from '../../src/journal/line-codec.ts';
import { readOutcomes } from '../../src/journal/outcome-of.ts';
import { joinRows } from '../../src/journal/joined-rows.ts';
import type { OutcomeLine } from '../../src/journal/lines.ts';
import { rowStateOf, type Outcome } from '../../src/rows/outcome.ts';
import { headerLine, journalOf, rowsOf } from './journal-of.ts';

const ROWS = 3;
const PLAN = { row: 1, plan: 'delete', seen: 'a.pdf' };
const PLANNED = { state: 'planned', at: 1, totals: {} };
const CONFIRMED = { state: 'confirmed', at: 2, files: 1, by: '--yes' };
const SENDING = { row: 1, state: 'sending', at: 10, attempt: 1 };
const LOST = {
  row: 1,
  state: 'tried',
  at: 11,
  code: 'http_5xx',
  effect: 'possible',
  sent: true,
  http: 503,
};
const BUSY = {
  row: 1,
  state: 'tried',
  at: 11,
  code: 'http_429',
  effect: 'none',
  sent: true,
  http: 429,
};
const UNMADE = { row: 1, state: 'tried', at: 11, code: 'connection', effect: 'none', sent: false };
const STOP = { state: 'stop', at: 20, code: 'limit', message: 'm' };
const END = { state: 'end', at: 21, exitCode: 3 };
const RESUMED = { state: 'resumed', at: 30, tool: 't' };
const BY_MARK = { effect: 'possible', air: 'mark' };
const MARK = { state: 'mark', upTo: 1025 };

async function tell(lines: readonly object[], header: object = {}): Promise<Outcome> {
  const run = await replayJournal(journalOf(headerLine(ROWS, { ...header }), ...lines));
  for await (const [joined] of joinRows(rowsOf(1), run))
    if (joined !== undefined) return joined.outcome;
  throw new Error('the row is lost');
}

async function fate(lines: readonly object[], header: object = {}): Promise<string> {
  const { status, code, attempts, effect } = await tell(lines, header);
  return `${status} ${code} ${attempts} ${effect}`;
}

describe('what the journal tells of a row', () => {
  it.each([
    {
      name: 'planned only, killed',
      lines: [PLAN, PLANNED, CONFIRMED],
      is: 'not_attempted interrupted 0 none',
    },
    {
      name: 'planned only, stopped',
      lines: [PLAN, CONFIRMED, STOP, END],
      is: 'not_attempted limit 0 none',
    },
    {
      name: 'no plan line at all (no check)',
      lines: [PLANNED, CONFIRMED, STOP],
      is: 'not_attempted limit 0 none',
    },
    { name: 'in the air', lines: [PLAN, CONFIRMED, SENDING], is: 'unknown interrupted 1 possible' },
    {
      name: 'in the air at a stop',
      lines: [PLAN, SENDING, STOP],
      is: 'unknown interrupted 1 possible',
    },
    {
      name: 'waiting after a lost answer',
      lines: [PLAN, SENDING, LOST],
      is: 'unknown http_5xx 1 possible',
    },
    {
      name: 'waiting after a 429',
      lines: [PLAN, SENDING, BUSY],
      is: 'not_attempted interrupted 1 none',
    },
    {
      name: 'waiting after a connection never made',
      lines: [PLAN, SENDING, UNMADE],
      is: 'not_attempted interrupted 0 none',
    },
    {
      name: 'sent again after a lost answer',
      lines: [PLAN, SENDING, LOST, { ...SENDING, attempt: 2, effect: 'possible' }],
      is: 'unknown http_5xx 2 possible',
    },
    {
      name: 'sent again after a 429',
      lines: [PLAN, SENDING, BUSY, { ...SENDING, attempt: 2 }],
      is: 'unknown http_429 2 possible',
    },
    {
      name: 'covered by the mark of a killed session',
      lines: [PLAN, CONFIRMED, MARK],
      is: 'unknown interrupted 0 marked',
    },
    {
      name: 'covered by a mark, and stopped',
      lines: [PLAN, CONFIRMED, MARK, STOP, END],
      is: 'not_attempted limit 0 none',
    },
    {
      name: 'covered by the mark of a session killed before the last one',
      lines: [PLAN, MARK, RESUMED, STOP, END],
      is: 'unknown interrupted 0 marked',
    },
    {
      name: 'covered by a mark, and waiting after a 429',
      lines: [PLAN, { ...MARK, upTo: 1 }, SENDING, BUSY],
      is: 'unknown http_429 1 marked',
    },
    {
      name: 'covered by a mark, and in the air',
      lines: [PLAN, MARK, SENDING],
      is: 'unknown interrupted 1 possible',
    },
    {
      name: 'of the last row of a mark',
      lines: [PLAN, { ...MARK, upTo: 1 }],
      is: 'unknown interrupted 0 marked',
    },
    {
      name: 'sent again after a mark alone, to no effect',
      lines: [PLAN, MARK, RESUMED, { ...SENDING, ...BY_MARK }, BUSY, STOP],
      is: 'unknown http_429 1 marked',
    },
    {
      name: 'sent again after a mark alone, and in the air',
      lines: [PLAN, MARK, RESUMED, { ...SENDING, ...BY_MARK }],
      is: 'unknown interrupted 1 possible',
    },
    {
      name: 'sent again after a mark alone, and lost',
      lines: [PLAN, MARK, RESUMED, { ...SENDING, ...BY_MARK }, LOST],
      is: 'unknown http_5xx 1 possible',
    },
    {
      name: 'stopped, with nothing but a mark',
      lines: [
        PLAN,
        MARK,
        RESUMED,
        { row: 1, state: 'unknown', code: 'http_429', attempts: 1, ...BY_MARK },
        STOP,
      ],
      is: 'unknown http_429 1 marked',
    },
    {
      name: 'settled by the plan',
      lines: [{ row: 1, plan: 'already_empty' }],
      is: 'already_empty  0 none',
    },
    {
      name: 'a duplicate',
      lines: [{ row: 1, plan: 'duplicate', of: 9 }],
      is: 'duplicate duplicate_of 0 none',
    },
    {
      name: 'invalid',
      lines: [{ row: 1, plan: 'invalid', code: 'bad_instance', message: 'm' }],
      is: 'invalid bad_instance 0 none',
    },
    {
      name: 'an outcome',
      lines: [PLAN, SENDING, { row: 1, state: 'deleted', attempts: 1 }],
      is: 'deleted  1 none',
    },
    {
      name: 'the last of its outcomes',
      lines: [
        PLAN,
        { row: 1, state: 'unknown', code: 'timeout', attempts: 2, effect: 'possible' },
        { row: 1, state: 'failed', code: 'still_present', attempts: 2, effect: 'possible' },
      ],
      is: 'failed still_present 2 possible',
    },
    {
      name: 'a check',
      header: { kind: 'check' },
      lines: [PLAN],
      is: 'not_attempted would_delete 0 none',
    },
    {
      name: 'an empty field in a check',
      header: { kind: 'check' },
      lines: [{ row: 1, plan: 'already_empty' }],
      is: 'not_attempted nothing_to_delete 0 none',
    },
    {
      name: 'a run that was refused',
      lines: [PLAN, { state: 'refused', at: 3, reason: 'r' }],
      is: 'not_attempted would_delete 0 none',
    },
  ])('$name', async ({ lines, is, header = {} }) => {
    expect(await fate(lines, header)).toBe(is);
  });

  it.each([
    { name: 'of an earlier try', lines: [SENDING, { ...LOST, said: 'full' }] },
    {
      name: 'of an earlier try, with another one in the air',
      lines: [SENDING, { ...LOST, said: 'full' }, { ...SENDING, attempt: 2 }],
    },
    {
      name: 'of an earlier try, and a later one that had none',
      lines: [SENDING, { ...LOST, said: 'full' }, SENDING, { ...LOST, code: 'timeout' }],
    },
    {
      name: 'of an earlier session',
      lines: [
        SENDING,
        { row: 1, state: 'unknown', code: 'timeout', said: 'full' },
        { ...SENDING, said: 'full' },
      ],
    },
  ])('keeps what the server had said: $name', async ({ lines }) => {
    const { said, message } = await tell([PLAN, ...lines]);
    expect([said, message]).toEqual(['full', expect.stringContaining('full')]);
  });

  it('finds the newest look of each row', async () => {
    const run = await replayJournal(
      journalOf(
        headerLine(ROWS),
        { row: 1, state: 'deleted', attempts: 1, look: true },
        { row: 2, state: 'deleted', attempts: 1, look: true },
        { verified: 'yes', rows: [1], at: 9 },
      ),
    );
    const outcomes = readOutcomes(run);
    expect([1, 2].map((row) => outcomes.outcomeOf(row, undefined).verified)).toEqual(['yes', '']);
    expect([1, 2].map((row) => run.index.lookDue(row))).toEqual([false, true]);
    outcomes.close();
  });

  it('reads outcomes from anywhere in a long journal', async () => {
    const lines = Array.from({ length: 20_000 }, (_, at) => ({
      row: at + 1,
      state: 'failed',
      code: 'http_400',
      message: `refused ${at + 1} ${'ü'.repeat(at % 90)}`,
      attempts: 1,
    }));
    const run = await replayJournal(journalOf(headerLine(20_000), ...lines.toReversed()));
    const outcomes = readOutcomes(run);
    for (let row = 1; row <= 20_000; row += 37) {
      expect(outcomes.outcomeOf(row, undefined).message).toBe(lines[row - 1]?.message);
    }
    outcomes.close();
  });
});

describe('an outcome and its line', () => {
  it.each([
    ['deleted', 'new_file'],
    ['already_empty', 'gone_since_check'],
    ['failed', 'http_400'],
    ['unknown', 'timeout'],
    ['guard_mismatch', 'guard_sha256'],
    ['invalid', 'ragged_row'],
    ['duplicate', 'duplicate_of'],
    ['not_attempted', 'limit'],
  ])('%s: what is written is what is read', (status, code) => {
    const state = rowStateOf(status, code);
    if (state === undefined) throw new Error('no state of a row');
    const outcome: Outcome = {
      ...state,
      message: 'a "quoted" one\nof 2 lines',
      httpStatus: 400,
      attempts: 2,
      effect: 'possible',
      startedAt: 5,
      finishedAt: 9,
      verified: 'no',
      file: { name: 'ü.pdf', bytes: 3, sha256: 'ab', backup: 'backup/1-x' },
    };
    const line = encodeOutcome(7, outcome, true);
    expect(line).not.toContain('\n');
    const read = JSON.parse(line) as OutcomeLine;
    expect([read.row, read.look]).toEqual([7, true]);
    expect(decodeOutcome(read)).toEqual(outcome);
  });

  it('leaves out what a reader assumes anyway', () => {
    const outcome: Outcome = {
      status: 'deleted',
      code: '',
      message: '',
      attempts: 1,
      effect: 'none',
      verified: '',
    };
    expect(encodeOutcome(7, outcome, false)).toBe('{"row":7,"state":"deleted","attempts":1}');
    expect(encodeSending(7, 5, 1, 'none')).toBe('{"row":7,"state":"sending","at":5,"attempt":1}');
    expect(JSON.parse(encodeSending(7, 5, 2, 'possible'))).toEqual({
      row: 7,
      state: 'sending',
      at: 5,
      attempt: 2,
      effect: 'possible',
    });
  });
});
