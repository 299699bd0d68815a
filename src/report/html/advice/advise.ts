import type { Status } from '../../../run/outcome.ts';
import { ANSWERS } from './answers.ts';
import { FAULTY_ROWS } from './faulty-rows.ts';
import { STOPS } from './stops.ts';
import type { Words } from './words.ts';

export interface Advice {
  readonly title: string;
  readonly toDo: string;
}

const KNOWN: Readonly<Record<string, Words>> = { ...FAULTY_ROWS, ...ANSWERS, ...STOPS };

/** What to do about rows of one state and code. `resume` settles only what is unknown or was left. */
export function adviseOn(status: Status, code: string): Advice {
  const [title, toDo] = wordsFor(status, code);
  return { title, toDo: [toDo, endFor(status)].filter((text) => text !== '').join(' ') };
}

function endFor(status: Status): string {
  if (status === 'failed') return 'Then run error.csv.';
  return status === 'unknown' ? 'Resume looks at each of these rows again and settles them.' : '';
}

function wordsFor(status: Status, code: string): Words {
  const known = Object.hasOwn(KNOWN, code) ? KNOWN[code] : undefined;
  if (known !== undefined) return known;
  if (/^http_\d{3}$/.test(code)) {
    return [
      `The server refused with status ${code.slice(5)}`,
      'Its own words stand in the message. Correct what they name.',
    ];
  }
  return status === 'unknown'
    ? ['It is not known what became of the file', '']
    : ['Another reason', 'The message in the CSV report says more.'];
}
