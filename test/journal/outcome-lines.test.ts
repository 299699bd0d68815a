import { describe, expect, it } from 'vitest';
import { decodeOutcome, encodeOutcome, encodeSending } from '../../src/journal/outcome-lines.ts';
import type { OutcomeLine } from '../../src/journal/lines.ts';
import type { Outcome } from '../../src/rows/outcome.ts';
import { PAIRS } from '../run/neighbours.ts';

/** The row, what stands of it, and whether a look is due. */
function read(line: string): [number, Outcome, boolean] {
  const told = JSON.parse(line) as OutcomeLine;
  return [told.row, decodeOutcome(told), told.look === true];
}

describe('an outcome’s line', () => {
  it('tells its own row, whatever the line before told', () => {
    for (const [before, outcome] of PAIRS) {
      for (const lookDue of [false, true]) {
        encodeOutcome(1, before, false);
        expect(read(encodeOutcome(2, outcome, lookDue))).toEqual([2, outcome, lookDue]);
        expect(read(encodeOutcome(3, outcome, lookDue))).toEqual([3, outcome, lookDue]);
      }
    }
  });

  it('survives texts that are none', () => {
    const [[outcome]] = PAIRS as unknown as [[Outcome]];
    const line = encodeOutcome(1, { ...outcome, message: 'a \ud800 "b"\n' }, false);
    expect(JSON.parse(Buffer.from(line).toString())).toMatchObject({ message: 'a \ud800 "b"\n' });
  });
});

describe('a sending line', () => {
  it('tells its own row, time and attempt, whatever the line before told', () => {
    const lines = [
      [5, 1, 'none'],
      [6, 1, 'none'],
      [6, 2, 'none'],
      [6, 2, 'possible'],
      [6, 2, 'marked'],
    ] as const;
    for (const before of lines) {
      for (const [at, attempt, effect] of lines) {
        encodeSending(1, before[0], before[1], before[2]);
        for (const row of [2, 3]) {
          expect(JSON.parse(encodeSending(row, at, attempt, effect))).toEqual({
            row,
            state: 'sending',
            at,
            attempt,
            ...(effect === 'none' ? {} : { effect: 'possible' }),
            ...(effect === 'marked' ? { air: 'mark' } : {}),
          });
        }
      }
    }
  });
});
