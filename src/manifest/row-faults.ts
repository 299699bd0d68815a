import { quoted } from '../words/quote.ts';
import type { RowProblem } from '../rows/row.ts';

const FIELD_NAME = /^[a-z][a-z0-9_]*$/;
const INSTANCE = /^[1-9][0-9]{0,8}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** What is wrong with a field's name that is not blank. REDCap's names are lower-case. */
export function findFieldFault(field: string): RowProblem | undefined {
  if (FIELD_NAME.test(field)) return undefined;
  const lower = field.toLowerCase();
  const hint = FIELD_NAME.test(lower)
    ? `Write it in lower case: ${quoted(lower)}.`
    : 'Write it as in the Codebook: lower-case letters, digits and underscores, a letter first.';
  return { code: 'bad_field_name', message: `${quoted(field)} is no field name. ${hint}` };
}

/** What is wrong with an instance that is not blank: `NA` is a value, and never taken for blank. */
export function findInstanceFault(instance: string): RowProblem | undefined {
  if (INSTANCE.test(instance)) return undefined;
  return {
    code: 'bad_instance',
    message: `${quoted(instance)} is no instance. Write a whole number from 1, digits alone and no leading zero, or leave the cell blank where nothing repeats.`,
  };
}

/** What is wrong with a digest, in lower case, that is not blank. */
export function findSha256Fault(digest: string): RowProblem | undefined {
  if (SHA256.test(digest)) return undefined;
  const has = /^[0-9a-f]*$/.test(digest) ? ` It has ${digest.length}.` : '';
  return {
    code: 'bad_sha256',
    message: `${quoted(digest)} is no SHA-256 digest. Write 64 hexadecimal digits, or leave the cell blank.${has}`,
  };
}
