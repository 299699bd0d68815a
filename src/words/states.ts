import type { State } from './facts.ts';

/** What a state is called, and what it says, on the screen and on the page. */
export interface StateWords {
  readonly name: string;
  readonly meaning: string;
}

export const STATE_WORDS: Readonly<Record<State, StateWords>> = {
  would_delete: { name: 'Would be deleted', meaning: 'A run would delete this file.' },
  nothing_to_delete: {
    name: 'Nothing to delete',
    meaning: 'The field is empty. A run would send no request.',
  },
  deleted: { name: 'Deleted', meaning: 'The file is gone, and a request of this run removed it.' },
  already_empty: {
    name: 'Already empty',
    meaning: 'Nothing was there, and no request of this run is known to have removed it.',
  },
  failed: { name: 'Failed', meaning: 'The file was not deleted.' },
  unknown: {
    name: 'Unknown',
    meaning: 'A request was sent, and nothing trustworthy says what became of the file.',
  },
  guard_mismatch: {
    name: 'Another file',
    meaning: 'The stored file is not the one that was expected. It was left alone.',
  },
  invalid: { name: 'Invalid', meaning: 'The row could not be sent: something in it is wrong.' },
  duplicate: {
    name: 'Duplicate',
    meaning: 'An earlier row names the same place. It was sent once at most.',
  },
  not_attempted: {
    name: 'Not attempted',
    meaning: 'The run ended before this row. It was not sent.',
  },
};
