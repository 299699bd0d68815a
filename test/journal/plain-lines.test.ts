import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeOutcome, encodeSending } from '../../src/journal/outcome-lines.ts';
import { readPlainLine } from '../../src/journal/plain-lines.ts';
import { DELETED } from '../run/neighbours.ts';

/** Read from the middle of other bytes, as from a page of a journal. */
function read(text: string): unknown {
  const line = Buffer.from(text);
  const bytes = Buffer.concat([Buffer.from('{"row":1}\n'), line, Buffer.from('\n{"row":2}')]);
  return readPlainLine(bytes, 10, 10 + line.length);
}

describe('the lines of an ordinary row', () => {
  it.each([
    ['sending', encodeSending(4_000_000_000, 1_795_000_000_000, 1, 'none')],
    ['deleted', encodeOutcome(7, DELETED, false)],
    ['a look due', encodeOutcome(7, DELETED, true)],
    ['not verified', encodeOutcome(7, { ...DELETED, verified: 'skipped' }, false)],
    ['times at nought', encodeOutcome(0, { ...DELETED, startedAt: 0, finishedAt: 0 }, false)],
  ])('%s: read as JSON.parse reads it', (_what, line) => {
    expect(read(line)).toEqual(JSON.parse(line));
  });
});

describe('every other line is left to JSON.parse', () => {
  it.each([
    ['tried before', encodeSending(7, 5, 2, 'possible')],
    ['another state', encodeOutcome(7, { ...DELETED, status: 'already_empty', code: '' }, false)],
    ['a message', encodeOutcome(7, { ...DELETED, message: 'so and so' }, false)],
    ['a code', encodeOutcome(7, { ...DELETED, code: 'new_file' }, false)],
    ['a file', encodeOutcome(7, { ...DELETED, file: { name: 'a' } }, false)],
    ['verified', encodeOutcome(7, { ...DELETED, verified: 'yes' }, false)],
    ['an effect', encodeOutcome(7, { ...DELETED, effect: 'possible' }, false)],
    ['no status', encodeOutcome(7, { ...DELETED, httpStatus: undefined }, false)],
    ['no times', '{"row":7,"state":"deleted","attempts":1,"http":200}'],
    ['more behind it', `${encodeSending(7, 5, 1, 'none')} `],
    ['a cut', encodeSending(7, 5, 1, 'none').slice(0, -1)],
    ['no number', '{"row":,"state":"sending","at":5,"attempt":1}'],
    ['a leading nought', '{"row":07,"state":"sending","at":5,"attempt":1}'],
    ['a fraction', '{"row":7,"state":"sending","at":5.5,"attempt":1}'],
    ['a minus', '{"row":7,"state":"sending","at":-5,"attempt":1}'],
    ['too many digits', '{"row":7,"state":"sending","at":1234567890123456,"attempt":1}'],
    ['another order', '{"state":"sending","row":7,"at":5,"attempt":1}'],
    ['nothing', ''],
  ])('%s', (_what, line) => {
    expect(read(line)).toBeUndefined();
  });

  it('whatever is wrong with it', () => {
    const lines = [
      encodeSending(12, 1_795_000_000_000, 1, 'none'),
      encodeOutcome(12, { ...DELETED, verified: 'skipped' }, false),
      encodeOutcome(12, DELETED, true),
    ];
    const broken = fc
      .record({
        line: fc.constantFrom(...lines),
        at: fc.nat(120),
        cut: fc.nat(3),
        put: fc.string({ unit: fc.constantFrom('"', ',', '}', '0', '7', ' ', 'x'), maxLength: 3 }),
      })
      .map(({ line, at, cut, put }) => line.slice(0, at) + put + line.slice(at + cut));
    fc.assert(
      fc.property(broken, (line) => {
        const plain = read(line);
        if (plain !== undefined) expect(plain).toEqual(JSON.parse(line));
      }),
      { numRuns: 5000 },
    );
  });
});
