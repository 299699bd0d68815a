import type { AnswerCode } from '../../../run/outcome.ts';
import type { Words } from './words.ts';

type KnownAnswer =
  | Exclude<AnswerCode, `http_${string}`>
  | 'http_400'
  | 'http_403'
  | 'http_404'
  | 'http_5xx'
  | 'still_present'
  | 'backup_failed';

/** Rows that were tried. What to do after it depends on the state, and is added there. */
export const ANSWERS: Readonly<Record<KnownAnswer, Words>> = {
  unexpected_answer: [
    'The server gave an answer that REDCap never gives',
    'A proxy, a firewall or a login page may stand in between: show run.log to whoever looks after the network.',
  ],
  timeout: [
    'The server did not answer in time',
    'Choose a quieter time, a lower --concurrency or a longer --timeout.',
  ],
  connection: ['The connection failed', 'Look at network, VPN and proxy.'],
  http_400: [
    'The server refused the request',
    'REDCap’s own words stand in the message. Correct what they name.',
  ],
  http_403: [
    'The server refused: this user may not do that',
    'The token’s user needs the API Import/Update right and may need rights to the form; a locked record can refuse too.',
  ],
  http_404: [
    'The server did not find what the row names',
    'Look up whether record, event and field still exist.',
  ],
  http_5xx: [
    'The server had a fault of its own',
    'Tell the REDCap administrators what the time was.',
  ],
  still_present: [
    'A file is still there after its deletion was sent',
    'The message ends with what the server had answered. Look at one of these records in REDCap: the file was not deleted, or somebody has uploaded one since.',
  ],
  backup_failed: [
    'The file could not be saved first',
    'A file that was not saved is not deleted. Try to download it in REDCap, and look whether the disk has room.',
  ],
};
