import type { StopCode } from '../../../run/outcome.ts';
import type { Words } from './words.ts';

const RESUME = 'Then finish with the resume command.';

/** Rows that a run left behind when it stopped, and those that only need to be known of. */
export const STOPS: Readonly<
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
    `Look in REDCap whether the token is valid and its user has API rights. ${RESUME}`,
  ],
  banned: [
    'The server has banned this machine’s address',
    `Ask the REDCap administrators to lift the ban, and which --rate they allow. ${RESUME}`,
  ],
  wrong_address: [
    'The address is not that of REDCap’s API',
    'The reason at the top of this page names where the server pointed to. Start anew with the right --url.',
  ],
  untrusted_certificate: [
    'The server’s certificate is not trusted',
    `Ask your IT department for its certificate authority, and give it with --ca-file. ${RESUME}`,
  ],
  no_answers: [
    'Ten rows running had no answer to rely on',
    `The server or the network has a fault, and a look at these rows said nothing either. Wait until it is mended. ${RESUME}`,
  ],
  not_deleting: [
    'Ten rows running still hold their file after its deletion was sent',
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
  stop_at: ['The time to stop had come', `This was asked for with --stop-at. ${RESUME}`],
  taken_over: [
    'Another process took the run over',
    'This one had given no sign of life. What the other one did stands here; it can be resumed where it stopped.',
  ],
  journal_failed: ['The journal could not be written', `Make room on the disk. ${RESUME}`],
  interrupted: [
    'The run was interrupted',
    'Finish with the resume command. It looks at each row before it sends anything.',
  ],
  gone_since_check: [
    'Nothing was there, though the check had seen a file',
    'Nothing to mend: the file is gone. Somebody removed it since the check, the check’s export lagged behind, or something between here and the server (a proxy) sent this run’s request twice. REDCap’s own logging can tell which.',
  ],
  new_file: [
    'The file is gone, and another one has been stored since',
    'Nothing to mend: the new file was left alone. Decide whether it should stay.',
  ],
  would_delete: [
    'No look could tell whether a file is there',
    'This token does not see these fields. Check again with a token that may export them, or approve in the knowledge that nobody has seen these files.',
  ],
  nothing_to_delete: ['The field is empty', 'Nothing to do.'],
  duplicate_of: ['An earlier row names the same place', 'Nothing to do.'],
};
