import { describe, expect, it } from 'vitest';
import { fates, pick } from '../support/run-files.ts';
import {
  FAST,
  FAST_CLOCK,
  audit,
  isDeletion,
  openStand,
  photosManifest,
} from '../support/stand.ts';

const RUN = ['run', 'm.csv', '--yes', ...FAST, '--retries', '0'] as const;
const repeat = (fate: string, times: number) => Array.from({ length: times }, () => fate);
const isLook = ({ content }: { readonly content: string }) => content === 'record';

describe('ten rows in a row without one trustworthy answer', () => {
  it('are looked at, and the run goes on where the server only answers deletions badly', async () => {
    const stand = await openStand();
    stand.sandbox.script(isDeletion, ['html-after'], { lasting: true });
    await stand.write('m.csv', photosManifest(20));
    const ended = await stand.sweep(RUN);
    expect(ended.code).toBe(0);
    const run = await stand.run();
    expect(fates(run)).toEqual(repeat('deleted  1 yes', 20));
    expect(run.summary.stop).toBeNull();
    audit(run, stand);
  });

  it('stop the run where that look cannot be read either, before an eleventh is sent', async () => {
    const stand = await openStand();
    stand.sandbox.script(isDeletion, ['html-after'], { lasting: true });
    await stand.write('m.csv', photosManifest(20));
    stand.sandbox.script((call) => isLook(call) && stand.deletions() > 0, ['html'], {
      lasting: true,
    });
    const ended = await stand.sweep(RUN, FAST_CLOCK);
    expect(ended.code).toBe(3);
    const run = await stand.run();
    expect(run.summary.stop).toMatchObject({ code: 'no_answers' });
    expect(stand.deletions()).toBe(10);
    const reported = [...run.rows.values()].map((row) => pick(row, 'status', 'code').join(' '));
    expect(reported.toSorted()).toEqual([
      ...repeat('not_attempted no_answers', 10),
      ...repeat('unknown unexpected_answer', 10),
    ]);
    audit(run, stand);
  });
});
