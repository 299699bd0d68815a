import { describe, expect, it } from 'vitest';
import { FAST, isDeletion, openFixture, photosManifest } from '../support/fixture.ts';

describe('Retry-After', () => {
  it.each([
    { name: 'seconds', headers: { 'retry-after': '1' } },
    {
      name: "a date, held against the answer's own",
      headers: {
        date: 'Tue, 03 Mar 2026 10:00:00 GMT',
        'retry-after': 'Tue, 03 Mar 2026 10:00:01 GMT',
      },
    },
  ])('as $name holds back every request', async ({ headers }) => {
    const fixture = await openFixture();
    let first: number | undefined;
    fixture.sandbox.script(isDeletion, [
      'ok',
      () => {
        first = Date.now();
        return new Response('slow down', { status: 429, headers });
      },
    ]);
    await fixture.write('m.csv', photosManifest(6));
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST, '--concurrency', '1']);
    expect(ended.code).toBe(0);
    const left = fixture.sandbox.ledger.entries
      .filter(({ kind }) => kind === 'delete')
      .map(({ at }) => at);
    expect((left[2] ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(990);
  });
});
