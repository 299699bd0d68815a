/** The exit codes that scripts rely on, with the sentence that help prints for each; docs/reports.md has them too. */
export const EXIT = {
  ok: 0,
  rowsLeft: 1,
  refused: 2,
  stopped: 3,
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_SENTENCES: Readonly<Record<ExitCode, string>> = {
  0: 'every row is deleted, already empty or a duplicate; for check, no row stands in error.csv',
  1: 'finished, with rows in error.csv or rows that are not_confirmed',
  2: 'refused before the first deletion: usage, configuration, token, manifest, limits or no confirmation; nothing was deleted',
  3: 'stopped after a deletion request had been sent, or with an archive that is not whole; resume can finish',
  70: 'a bug in the tool',
  130: 'interrupted by a signal; resume can finish what was confirmed, and an archive',
  143: 'ended by SIGTERM; resume can finish what was confirmed, and an archive',
};
