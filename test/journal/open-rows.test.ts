import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OpenRows, type OpenRow } from '../../src/journal/open-rows.ts';

const stateOf = (attempts: number): OpenRow => ({
  attempts,
  startedAt: 0,
  effect: 'none',
  inAir: true,
  code: '',
  http: undefined,
  said: undefined,
});

describe('open rows', () => {
  it('hold what a map would hold, whatever comes and goes', () => {
    const step = fc.record({
      what: fc.constantFrom('set' as const, 'delete' as const),
      row: fc.integer({ min: 1, max: 12 }),
      attempts: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const rows = new OpenRows();
        const map = new Map<number, OpenRow>();
        for (const { what, row, attempts } of steps) {
          if (what === 'set') {
            rows.set(row, stateOf(attempts));
            map.set(row, stateOf(attempts));
          } else {
            rows.delete(row);
            map.delete(row);
          }
          for (let any = 0; any <= 13; any += 1) expect(rows.get(any)).toEqual(map.get(any));
          const attemptsOf = (all: Iterable<OpenRow>): number[] =>
            [...all].map((one) => one.attempts).toSorted((one, other) => one - other);
          expect(attemptsOf(rows.values())).toEqual(attemptsOf(map.values()));
        }
      }),
    );
  });
});
