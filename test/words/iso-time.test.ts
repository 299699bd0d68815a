import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIsoTime } from '../../src/words/iso-time.ts';

describe('createIsoTime', () => {
  it('writes what Date writes, whatever it wrote before', () => {
    const near = fc.integer({ min: 1_795_000_000_000, max: 1_795_000_003_000 });
    const any = fc.integer({ min: -62_000_000_000_000, max: 250_000_000_000_000 });
    fc.assert(
      fc.property(fc.array(fc.oneof(near, any)), (times) => {
        const isoTime = createIsoTime();
        expect(times.map((at) => isoTime(at))).toEqual(
          times.map((at) => new Date(at).toISOString()),
        );
      }),
    );
  });
});
