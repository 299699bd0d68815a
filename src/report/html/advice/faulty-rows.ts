import type { GuardCode, InvalidCode } from '../../../run/outcome.ts';
import type { Words } from './words.ts';

const MEND = 'Correct the cell.';

/** Rows that could not be sent, and files that were not the expected ones. */
export const FAULTY_ROWS: Readonly<Record<InvalidCode | GuardCode, Words>> = {
  missing_value: ['A required cell is blank', MEND],
  bad_field_name: ['The field cell holds no variable name', MEND],
  bad_instance: ['The instance is not a whole number from 1', MEND],
  bad_sha256: ['The expected digest is not 64 hexadecimal digits', MEND],
  ragged_row: [
    'The row has more or fewer cells than the header',
    'The message holds the row as it stood. Put the cells in order, and fill in the record: error.csv leaves it blank.',
  ],
  unknown_field: [
    'The project has no such field',
    `The message names the nearest field that the project has. ${MEND}`,
  ],
  not_a_file_field: [
    'The field holds no files',
    `Only file-upload and signature fields can be emptied by this tool. ${MEND}`,
  ],
  event_required: [
    'The event is missing',
    `The project is longitudinal: each row has to name its event. ${MEND}`,
  ],
  event_not_allowed: [
    'An event is given where there are none',
    'The project has no events: leave the cell blank.',
  ],
  unknown_event: [
    'The project has no such event',
    `Use the unique event name, as in visit_1_arm_1. ${MEND}`,
  ],
  field_not_in_event: [
    'The field’s form is not used in this event',
    `Look up in which event the file was stored. ${MEND}`,
  ],
  instrument_mismatch: ['The repeating instrument is not the field’s form', MEND],
  instance_required: [
    'The instance is missing',
    'The form or event repeats: say which instance is meant, or give --default-instance.',
  ],
  instance_not_allowed: ['An instance is given where nothing repeats', 'Leave the cell blank.'],
  unknown_record: [
    'The record does not exist, or this token may not see it',
    `Look at the spelling and at leading zeros. If the record does exist, a data access group may hide it from this token. ${MEND}`,
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
