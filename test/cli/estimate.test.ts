import { expect, test } from 'vitest';
import { estimateRequests } from '../../src/cli/render-plan.ts';
import { emptyTotals } from '../../src/plan/totals.ts';
import type { ProjectModel } from '../../src/project/model.ts';
import { makeClassicModel, makeModel } from '../project/builders.ts';

const CLASSIC = makeClassicModel({ repeats: { kind: 'none' } });

test.each<[string, ProjectModel | null, number, boolean, boolean, number]>([
  ['a file a request, and a look for a hundred', CLASSIC, 6000, true, false, 3000 + 30],
  [
    'two more a minute for the structure of a classic project',
    CLASSIC,
    300,
    true,
    false,
    3030 + 20,
  ],
  ['five in a longitudinal one with repeats', makeModel(), 300, true, false, 3030 + 50],
  ['also at a low rate', CLASSIC, 10, true, false, 3030 + 606],
  ['no end of minutes at an unlimited rate', CLASSIC, Infinity, true, false, 3030],
  ['also where nothing is looked at', CLASSIC, 300, false, false, 3000 + 20],
  ['no project', null, 300, false, false, 3000],
  ['a backup each', CLASSIC, 6030, true, true, 6030 + 2],
])('%s', (_what, project, perMinute, verifies, backup, requests) => {
  const totals = { ...emptyTotals(), delete: 3000 };
  expect(estimateRequests(totals, { verifies, backup, project, perMinute })).toBe(requests);
});
