import { describe, expect, it } from 'vitest';

import { openFixture, photosManifest } from '../support/fixture.ts';

describe('the journal', () => {
  it('says what it is, then the plan, the confirmation, and each request before it leaves', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', 'record,field\n1,photo\n1,scan\n2,photo\n2,photo\n');
    const args = ['run', 'm.csv', '--yes', '--rate', '50/s', '--concurrency', '1'];
    expect((await fixture.sweep(args)).code).toBe(0);
    const run = await fixture.run();
    const [header, ...lines] = run.journal;
    expect(header).toMatchObject({
      version: 1,
      kind: 'run',
      url: fixture.url,
      project: { id: '4711' },
      manifest: { name: 'm.csv', rows: 4, sha256: run.summary.sha256['manifest'] },
    });
    expect(
      lines.map((line) => [line['row'] ?? line['rows'], line['plan'] ?? line['state']]),
    ).toEqual([
      [1, 'delete'],
      [2, 'already_empty'],
      [3, 'delete'],
      [4, 'duplicate'],
      [undefined, 'planned'],
      [undefined, 'confirmed'],
      [1, 'sending'],
      [1, 'deleted'],
      [3, 'sending'],
      [3, 'deleted'],
      [[1, 3], undefined],
      [undefined, 'end'],
    ]);
  });

  it('above 50 requests a second a mark comes first', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(3));
    await fixture.sweep(['run', 'm.csv', '--yes', '--rate', '51/s', '--concurrency', '1']);
    const { journal } = await fixture.run();
    const states = journal.map(({ state }) => state);
    expect(states.indexOf('mark')).toBeGreaterThan(states.indexOf('confirmed'));
    expect(states.indexOf('mark')).toBeLessThan(states.indexOf('sending'));
    expect(journal.find(({ state }) => state === 'mark')).toMatchObject({
      upTo: expect.toSatisfy((upTo: number) => upTo >= 3) as number,
    });
  });
});
