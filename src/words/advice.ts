import type { AnswerCode, GuardCode, InvalidCode, Status, StopCode } from '../rows/outcome.ts';

/** Where no answer came at all. */
export const LOOK_AT_CONNECTION = 'Look at --url, at the VPN and at the proxy.';

/** What a code means to the person who has to act: what it is, and what to do about it. */
type Words = readonly [title: string, toDo: string];

type KnownAnswer =
  | Exclude<AnswerCode, `http_${string}`>
  | 'http_400'
  | 'http_403'
  | 'http_404'
  | 'http_5xx'
  | 'still_present'
  | 'backup_failed';

/** Rows that were tried. What to do after it depends on the state, and is added there. */
const ANSWERS: Readonly<Record<KnownAnswer, Words>> = {
  unexpected_answer: [
    'The server gave an answer that REDCap never gives',
    'A proxy, a firewall or a login page may stand in between: show run.log to your network administrators.',
  ],
  timeout: [
    'The server did not answer in time',
    'Choose a quieter time, a lower --concurrency or a longer --timeout.',
  ],
  connection: ['The connection failed', 'Look at network, VPN and proxy.'],
  http_400: [
    'The server refused the request',
    'The message has REDCap’s own words. Correct what they name.',
  ],
  http_403: [
    'The server refused: this user may not do that',
    'The token’s user needs the API Import/Update right and may need rights to the form; a locked record can refuse too.',
  ],
  http_404: [
    'The server did not find what the row names',
    'Check whether the record, the event and the field still exist.',
  ],
  http_5xx: [
    'The server had an error of its own',
    'Tell the REDCap administrators when it happened.',
  ],
  still_present: [
    'A file is still there after its deletion was sent',
    'The message ends with what the server had answered. Look at one of these records in REDCap: the file was not deleted, or somebody has uploaded one since.',
  ],
  backup_failed: [
    'The file could not be saved first',
    'A file that was not saved is not deleted. Try to download it in REDCap, and check whether the disk is full.',
  ],
};

const CORRECT = 'Correct the cell.';

/** Rows that could not be sent, and files that were not the expected ones. */
const FAULTY_ROWS: Readonly<Record<InvalidCode | GuardCode, Words>> = {
  missing_value: ['A required cell is blank', CORRECT],
  bad_field_name: ['The field cell holds no variable name', CORRECT],
  bad_instance: ['The instance is not a whole number from 1', CORRECT],
  bad_sha256: ['The expected digest is not 64 hexadecimal digits', CORRECT],
  ragged_row: [
    'The row has more or fewer cells than the header',
    'The message has the row as it was. Put the cells in order, and fill in the record: error.csv leaves it blank.',
  ],
  unknown_field: [
    'The project has no such field',
    `The message names the nearest field that the project has. ${CORRECT}`,
  ],
  not_a_file_field: [
    'The field holds no files',
    `Only file-upload and signature fields can be emptied by this tool. ${CORRECT}`,
  ],
  event_required: [
    'The event is missing',
    `The project is longitudinal: each row has to name its event. ${CORRECT}`,
  ],
  event_not_allowed: [
    'An event is given where there are none',
    'The project has no events: leave the cell blank.',
  ],
  unknown_event: [
    'The project has no such event',
    `Use the unique event name, as in visit_1_arm_1. ${CORRECT}`,
  ],
  field_not_in_event: [
    'The field’s form is not used in this event',
    `Look up in which event the file was stored. ${CORRECT}`,
  ],
  instrument_mismatch: ['The repeating instrument is not the field’s form', CORRECT],
  instance_required: [
    'The instance is missing',
    'The form or event repeats: say which instance is meant, or give --default-instance.',
  ],
  instance_not_allowed: ['An instance is given where nothing repeats', 'Leave the cell blank.'],
  unknown_record: [
    'The record does not exist, or this token may not see it',
    `Look at the spelling and at leading zeros. If the record does exist, a data access group may hide it from this token. ${CORRECT}`,
  ],
  guard_filename: [
    'The stored file has another name than the manifest expects',
    'Look at the file in REDCap. If it should be deleted all the same, correct expect_filename.',
  ],
  guard_sha256: [
    'The stored file has other contents than the manifest expects',
    'Look at the file in REDCap. If it should be deleted all the same, correct expect_sha256.',
  ],
  guard_unreadable: [
    'The stored file could not be read for comparison',
    'A file that cannot be compared is not deleted. Find out in REDCap why it cannot be downloaded.',
  ],
  changed_since_check: [
    'The file or row is no longer what the check saw',
    'Somebody changed the project in between. Check again, and have the new check approved.',
  ],
};

const RESUME = 'Then finish with the resume command.';

/** Rows that a run left behind when it stopped, and those that only need to be known of. */
const STOPS: Readonly<
  Record<
    | StopCode
    | 'gone_since_check'
    | 'new_file'
    | 'would_delete'
    | 'nothing_to_delete'
    | 'duplicate_of',
    Words
  >
> = {
  rejected_token: [
    'The server rejected the token',
    `Check in REDCap whether the token is valid and its user has API rights. ${RESUME}`,
  ],
  banned: [
    'The server has banned this machine’s address',
    `Ask the REDCap administrators to lift the ban, and which --rate they allow. ${RESUME}`,
  ],
  wrong_address: [
    'The address is not that of REDCap’s API',
    'The reason at the top of this page names where the server pointed to. If --url was wrong, start anew with the right one; otherwise finish with the resume command.',
  ],
  untrusted_certificate: [
    'The server’s certificate is not trusted',
    `The reason at the top of this page says why. An authority of your institution is given with --ca-file: ask your IT department for it. ${RESUME}`,
  ],
  no_answers: [
    'Ten rows in a row got no answer to rely on',
    `The server or the network has a fault, and a look at these rows said nothing either. Wait until it is fixed. ${RESUME}`,
  ],
  not_deleting: [
    'Ten rows in a row still have their file after its deletion was sent',
    `The reason at the top of this page says what the server had answered. Show this to the REDCap administrators before going on. ${RESUME}`,
  ],
  manifest_changed: [
    'The run’s copy of the manifest was changed',
    `Somebody edited, replaced or removed manifest.csv in the run’s folder. Put the original back. ${RESUME}`,
  ],
  proxy_refused: [
    'The proxy refused to connect, or wants a login',
    `The proxy’s answer stands at the top of this page. Correct the user name and password in its address (HTTPS_PROXY), or ask whoever runs it. ${RESUME}`,
  ],
  server_busy: [
    'The server asked for a long pause',
    `Wait for as long as it asked, at the top of this page. ${RESUME}`,
  ],
  not_confirmed: [
    'Nothing confirms the file that the check saw',
    `Find out why the server does not show the record or the field (rights, data access group). ${RESUME}`,
  ],
  max_failures: [
    'The limit of failures was reached',
    `See the other causes on this page first. ${RESUME}`,
  ],
  limit: [
    'The limit of a pilot was reached',
    `This was asked for with --limit. Look the result over. ${RESUME}`,
  ],
  stop_at: ['The time to stop was reached', `This was asked for with --stop-at. ${RESUME}`],
  taken_over: [
    'Another process took the run over',
    'This one had given no sign of life. What the other one did stands here; it can be resumed where it stopped.',
  ],
  journal_failed: ['The journal could not be written', `Free space on the disk. ${RESUME}`],
  interrupted: [
    'The run was interrupted',
    'Finish with the resume command. It looks at each row before it sends anything.',
  ],
  gone_since_check: [
    'Nothing was there, though the check had seen a file',
    'Nothing to correct: the file is gone. Somebody removed it since the check, the check’s export lagged behind, or something between here and the server (a proxy) sent this run’s request twice. REDCap’s own logging can tell which.',
  ],
  new_file: [
    'The file is gone, and another one has been stored since',
    'Nothing to correct: the new file was left alone. Decide whether it should stay.',
  ],
  would_delete: [
    'No look could tell whether a file is there',
    'This token does not see these fields. Check again with a token that may export them, or approve in the knowledge that nobody has seen these files.',
  ],
  nothing_to_delete: ['The field is empty', 'Nothing to do.'],
  duplicate_of: ['An earlier row names the same place', 'Nothing to do.'],
};

export interface Advice {
  readonly title: string;
  readonly toDo: string;
}

/** Every code that has words of its own. */
export const KNOWN: Readonly<Record<string, Words>> = { ...FAULTY_ROWS, ...ANSWERS, ...STOPS };

/**
 * What to do about rows of one state and code. `resume` settles only what is
 * unknown or was left. `archives`: nothing is deleted that no archive holds.
 */
export function adviseOn(status: Status, code: string, archives = false): Advice {
  const [title, toDo] = wordsFor(status, code);
  return { title, toDo: [toDo, endFor(status, archives)].filter((text) => text !== '').join(' ') };
}

function endFor(status: Status, archives: boolean): string {
  if (status === 'failed') {
    return archives ? 'Then check error.csv with --backup.' : 'Then run error.csv.';
  }
  return status === 'unknown' ? 'Resume looks at each of these rows again and settles them.' : '';
}

function wordsFor(status: Status, code: string): Words {
  const known = Object.hasOwn(KNOWN, code) ? KNOWN[code] : undefined;
  if (known !== undefined) return known;
  if (/^http_\d{3}$/.test(code)) {
    return [
      `The server refused with status ${code.slice(5)}`,
      'The message has its own words. Correct what they name.',
    ];
  }
  return status === 'unknown'
    ? ['It is not known what became of the file', '']
    : ['Another reason', 'The message in the CSV report says more.'];
}
