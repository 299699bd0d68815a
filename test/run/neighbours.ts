import type { Outcome } from '../../src/run/outcome.ts';

const FILE = { name: 'a.pdf', bytes: 3, sha256: 'ab', backup: 'backup/3' };

const DELETED: Outcome = {
  status: 'deleted',
  code: '',
  message: '',
  httpStatus: 200,
  attempts: 1,
  effect: 'none',
  startedAt: 1_795_000_000_000,
  finishedAt: 1_795_000_000_007,
  verified: '',
  file: undefined,
};

/** Outcomes that differ from the first one in one thing each, as rows side by side may. */
export const NEIGHBOURS = [
  DELETED,
  { ...DELETED, status: 'already_empty' },
  { ...DELETED, code: 'new_file' },
  { ...DELETED, message: 'so and so' },
  { ...DELETED, httpStatus: 201 },
  { ...DELETED, httpStatus: undefined },
  { ...DELETED, attempts: 2 },
  { ...DELETED, effect: 'possible' },
  { ...DELETED, startedAt: 1_795_000_000_001 },
  { ...DELETED, startedAt: undefined },
  { ...DELETED, finishedAt: 1_795_000_000_008 },
  { ...DELETED, verified: 'yes' },
  { ...DELETED, verified: 'skipped' },
  { ...DELETED, file: FILE },
  { ...DELETED, file: { ...FILE, bytes: 4 } },
] as readonly Outcome[];

/** Each of them behind each other one, and behind itself. */
export const PAIRS = NEIGHBOURS.flatMap((one) => NEIGHBOURS.map((other) => [one, other] as const));
