import { describe, expect, it } from 'vitest';
import { replayJournal } from '../../src/journal/replay.ts';
import { exitCodeOfEnding, exitCodeOfJournal, exitCodeOfRows } from '../../src/report/exit-code.ts';
import type { MadeCsvs } from '../../src/report/make-reports.ts';
import { headerLine, journalOf } from '../journal/journal-of.ts';

const csvs = (error: number, notConfirmed = 0): MadeCsvs =>
  ({ reportRows: { success: 1, error, unprocessed: 0 }, notConfirmed }) as MadeCsvs;

describe('exitCodeOfRows', () => {
  it.each([
    [0, 0, 0],
    [1, 0, 1],
    [0, 1, 1],
  ])('%i rows in error.csv, %i not confirmed: %i', (error, notConfirmed, code) => {
    expect(exitCodeOfRows(csvs(error, notConfirmed))).toBe(code);
  });
});

describe('exitCodeOfEnding', () => {
  it.each([
    { signal: undefined, sent: true, stopped: false, error: 0, code: 0 },
    { signal: undefined, sent: true, stopped: false, error: 2, code: 1 },
    { signal: undefined, sent: true, stopped: true, error: 2, code: 3 },
    { signal: undefined, sent: false, stopped: true, error: 0, code: 2 },
    { signal: 'SIGINT', sent: true, stopped: true, error: 0, code: 130 },
    { signal: 'SIGHUP', sent: false, stopped: true, error: 0, code: 130 },
    { signal: 'SIGTERM', sent: true, stopped: true, error: 3, code: 143 },
  ] as const)('$signal, sent $sent, stopped $stopped: $code', ({ error, code, ...ending }) => {
    expect(exitCodeOfEnding(ending, csvs(error))).toBe(code);
  });
});

describe('exitCodeOfJournal', () => {
  const deleted = { row: 1, state: 'deleted', attempts: 1 };
  it.each([
    { name: 'as it did', lines: [{ state: 'end', at: 1, exitCode: 143 }], code: 143 },
    { name: 'refused', lines: [{ state: 'refused', at: 1, reason: 'r' }], code: 2 },
    { name: 'killed before anything was sent', lines: [], code: 2 },
    { name: 'killed after something was sent', lines: [deleted], code: 3 },
    {
      name: 'killed after its last row',
      lines: [deleted, { row: 2, state: 'failed', attempts: 1, code: 'http_400' }],
      code: 1,
    },
    {
      name: 'killed with a look outstanding',
      lines: [deleted, { row: 2, state: 'deleted', attempts: 1, look: true }],
      code: 3,
    },
  ])('$name: $code', async ({ lines, code }) => {
    const run = await replayJournal(journalOf(headerLine(2), ...lines));
    expect(exitCodeOfJournal(run, csvs(1))).toBe(code);
  });

  it('a check exits by its rows', async () => {
    const run = await replayJournal(journalOf(headerLine(2, { kind: 'check' })));
    expect([exitCodeOfJournal(run, csvs(0)), exitCodeOfJournal(run, csvs(1))]).toEqual([0, 1]);
  });
});
