import type { Outcome } from '../../src/rows/outcome.ts';

const FILE = { name: 'a.pdf', bytes: 3, sha256: 'ab', backup: 'backup/3' };

/** What becomes of an ordinary row. */
export const DELETED: Extract<Outcome, { status: 'deleted' }> = {
  status: 'deleted',
  code: '',
  message: '',
  said: undefined,
  httpStatus: 200,
  attempts: 1,
  effect: 'none',
  startedAt: 1_795_000_000_000,
  finishedAt: 1_795_000_000_007,
  verified: '',
  file: undefined,
};

/** For each thing that an outcome tells, what else it may tell. */
const OTHERWISE: Record<keyof Outcome, readonly unknown[]> = {
  status: ['already_empty'],
  code: ['new_file'],
  message: ['so and so'],
  said: ['full', 'locked'],
  httpStatus: [201, undefined],
  attempts: [2],
  effect: ['possible', 'marked'],
  startedAt: [1_795_000_000_001, undefined],
  finishedAt: [1_795_000_000_008],
  verified: ['yes', 'skipped'],
  file: [FILE, { ...FILE, bytes: 4 }],
};

/** Outcomes that differ from the first one in one thing each. */
export const NEIGHBOURS: readonly Outcome[] = [
  DELETED,
  ...Object.entries(OTHERWISE).flatMap(([name, values]) =>
    values.map((value) => ({ ...DELETED, [name]: value })),
  ),
];
