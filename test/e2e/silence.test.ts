import { describe, expect, it } from 'vitest';
import { rowOutcomes, pick } from '../support/run-files.ts';
import {
  FAST,
  FAST_CLOCK,
  audit,
  isDeletion,
  openFixture,
  photosManifest,
} from '../support/fixture.ts';

const RUN = ['run', 'm.csv', '--yes', ...FAST, '--retries', '0'] as const;
const repeat = (outcome: string, times: number) => Array.from({ length: times }, () => outcome);
const isLook = ({ content }: { readonly content: string }) => content === 'record';

describe('ten rows in a row without one trustworthy answer', () => {
  it('are looked at, and the run goes on where the server only answers deletions badly', async () => {
    const fixture = await openFixture();
    fixture.sandbox.script(isDeletion, ['html-after'], { lasting: true });
    await fixture.write('m.csv', photosManifest(20));
    const ended = await fixture.sweep(RUN);
    expect(ended.code).toBe(0);
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual(repeat('deleted  1 yes', 20));
    expect(run.summary.stop).toBeNull();
    audit(run, fixture);
  });

  it('stop the run where that look cannot be read either, before an eleventh is sent', async () => {
    const fixture = await openFixture();
    fixture.sandbox.script(isDeletion, ['html-after'], { lasting: true });
    await fixture.write('m.csv', photosManifest(20));
    fixture.sandbox.script((call) => isLook(call) && fixture.deletions() > 0, ['html'], {
      lasting: true,
    });
    const ended = await fixture.sweep(RUN, FAST_CLOCK);
    expect(ended.code).toBe(3);
    const run = await fixture.run();
    expect(run.summary.stop).toMatchObject({ code: 'no_answers' });
    expect(fixture.deletions()).toBe(10);
    const reported = [...run.rows.values()].map((row) => pick(row, 'status', 'code').join(' '));
    expect(reported.toSorted()).toEqual([
      ...repeat('not_attempted no_answers', 10),
      ...repeat('unknown unexpected_answer', 10),
    ]);
    audit(run, fixture);
  });
});
