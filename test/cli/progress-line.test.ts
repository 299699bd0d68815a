import { expect, it } from 'vitest';
import { progressLine, progressText, type ProgressFacts } from '../../src/cli/progress-line.ts';
import { widthOf } from '../../src/cli/screen.ts';

const RUN: ProgressFacts = {
  name: 'Deleting',
  done: 12_345,
  total: 98_765,
  figures: { deleted: 12_000, already_empty: 300, failed: 45, unknown: 0, 'MB saved': 43_210 },
  perSecond: 9.8,
  why: '',
};

it.each([200, 100, 80, 60, 50])('in %i columns the time left is there', (width) => {
  const line = progressLine(RUN, width - 1, true);
  expect(widthOf(line)).toBeLessThan(width);
  expect(line).toMatch(/12,345 of 98,765/);
  expect(line).toMatch(/about 2 h 27 min left/);
});

it('gives way in the order of what matters least', () => {
  expect(progressLine(RUN, 200, false)).toBe(
    'Deleting  ━━──────────────────  12,345 of 98,765  deleted 12,000  already empty 300  failed 45  MB saved 43,210  588/min  about 2 h 27 min left',
  );
  expect(progressLine(RUN, 79, false)).toBe(
    'Deleting  12,345 of 98,765  failed 45  588/min  about 2 h 27 min left',
  );
  expect(progressLine(RUN, 60, false)).toBe(
    'Deleting  12,345 of 98,765  failed 45  about 2 h 27 min left',
  );
  expect(progressLine(RUN, 50, false)).toBe('Deleting  12,345 of 98,765  about 2 h 27 min left');
});

it('what is waited for is cut where there is no room', () => {
  const why = 'trying again in 30 s: The server answered HTTP 503 without a body';
  const line = progressLine({ ...RUN, figures: {}, why }, 59, false);
  expect(line).toHaveLength(59);
  expect(line).toMatch(/^Deleting {2}12,345 of 98,765 {2}trying again in 30 s: .*…$/);
});

it('a log has it all, without a bar', () => {
  expect(progressText({ ...RUN, figures: { deleted: 3 } })).toBe(
    'Deleting  12,345 of 98,765  deleted 3  588/min  about 2 h 27 min left',
  );
});
