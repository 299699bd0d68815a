import { expect, it } from 'vitest';
import { decodeOutcome } from '../../src/journal/line-codec.ts';
import type { OutcomeLine } from '../../src/journal/lines.ts';
import { readOutcomes } from '../../src/journal/outcome-of.ts';
import { replayJournal } from '../../src/journal/replay.ts';
import { headerLine, journalOf } from './journal-of.ts';

const EPOCH = Date.parse('2026-03-02T10:00:00.000Z');
const PLAIN = {
  row: 1,
  state: 'deleted',
  started: EPOCH + 40,
  at: EPOCH + 70,
  attempts: 1,
  http: 200,
} as const satisfies OutcomeLine;

/** A success with nothing to add keeps its times in the index, and its line is not read again. */
it.each<{ readonly name: string; readonly line: OutcomeLine; readonly inIndex: boolean }>([
  { name: 'first try, 200', line: PLAIN, inIndex: true },
  { name: 'with what verification said', line: { ...PLAIN, verified: 'yes' }, inIndex: true },
  { name: 'within one millisecond', line: { ...PLAIN, at: PLAIN.started }, inIndex: true },
  { name: 'another status', line: { ...PLAIN, http: 204 }, inIndex: false },
  { name: 'a second try', line: { ...PLAIN, attempts: 2 }, inIndex: false },
  { name: 'a message', line: { ...PLAIN, message: 'so it is' }, inIndex: false },
  { name: 'words of the server', line: { ...PLAIN, said: 'done' }, inIndex: false },
  { name: 'a code', line: { ...PLAIN, code: 'new_file' }, inIndex: false },
  { name: 'a file', line: { ...PLAIN, file: { name: 'a.pdf' } }, inIndex: false },
  { name: 'an answer lost before', line: { ...PLAIN, effect: 'possible' }, inIndex: false },
  { name: 'empty already', line: { ...PLAIN, state: 'already_empty' }, inIndex: false },
  { name: 'longer than a minute', line: { ...PLAIN, at: EPOCH + 65_576 }, inIndex: false },
  { name: 'before the run began', line: { ...PLAIN, started: EPOCH - 1 }, inIndex: false },
  { name: 'months later', line: laterBy(2 ** 32), inIndex: false },
  { name: 'no times', line: { row: 1, state: 'deleted', attempts: 1, http: 200 }, inIndex: false },
  { name: 'times that are none', line: { ...PLAIN, at: '7' as never }, inIndex: false },
])('reads back what stands there: $name', async ({ line, inIndex }) => {
  const run = await replayJournal(journalOf(headerLine(1), line));
  expect(run.index.plainSuccess(1) !== undefined).toBe(inIndex);
  expect(run.index.status(1)).toBe(line.state);
  const outcomes = readOutcomes(run);
  expect(outcomes.outcomeOf(1, undefined)).toEqual(decodeOutcome(line));
  outcomes.close();
});

function laterBy(ms: number): OutcomeLine {
  return { ...PLAIN, started: PLAIN.started + ms, at: PLAIN.at + ms };
}

it('gives way to a later outcome, and a later look changes what is said of it', async () => {
  const failed = { row: 1, state: 'failed', at: EPOCH + 90, code: 'http_400' } as const;
  const after = async (...lines: readonly object[]): Promise<object> => {
    const run = await replayJournal(journalOf(headerLine(1), PLAIN, ...lines));
    const outcomes = readOutcomes(run);
    try {
      return outcomes.outcomeOf(1, undefined);
    } finally {
      outcomes.close();
    }
  };
  expect(await after(failed)).toEqual(decodeOutcome(failed));
  expect(await after({ verified: 'no', rows: [1], at: EPOCH + 95 })).toEqual(
    decodeOutcome(PLAIN, 'no'),
  );
});
