import { describe, expect, it } from 'vitest';
import type { OutcomeLine } from '../../src/journal/lines.ts';
import { decodeOutcome, encodeOutcome, encodeSending } from '../../src/journal/line-codec.ts';
import { DELETED, NEIGHBOURS } from '../run/neighbours.ts';

describe('an outcome’s line', () => {
  it('is read as what was written', () => {
    for (const outcome of NEIGHBOURS) {
      for (const lookDue of [false, true]) {
        const line = JSON.parse(encodeOutcome(2, outcome, lookDue)) as OutcomeLine;
        expect([line.row, decodeOutcome(line), line.look === true]).toEqual([2, outcome, lookDue]);
      }
    }
  });

  it('survives texts that are none', () => {
    const line = encodeOutcome(1, { ...DELETED, message: 'a \ud800 "b"\n' }, false);
    expect(JSON.parse(Buffer.from(line).toString())).toMatchObject({ message: 'a \ud800 "b"\n' });
  });
});

describe('a sending line', () => {
  it.each([
    ['none', {}],
    ['possible', { effect: 'possible' }],
    ['marked', { effect: 'possible', air: 'mark' }],
  ] as const)('says what earlier requests may have done: %s', (effect, parts) => {
    const line = { row: 2, state: 'sending', at: 5, attempt: 1, ...parts };
    expect(JSON.parse(encodeSending(2, 5, 1, effect))).toEqual(line);
    expect(JSON.parse(encodeSending(2, 5, 1, effect, 'full'))).toEqual({ ...line, said: 'full' });
  });
});
