import { RefusedError } from '../errors.ts';

/** How a token can be given, for messages and help. */
export const TOKEN_WAYS =
  'Give the token by --token-file <path>, by --token-command <cmd> or in the environment variable REDCAP_API_TOKEN; where none of them is there, the tool asks for it on a terminal.';

/**
 * The token without the white space around it. Throws RefusedError that tells
 * its length and kind, never any part of it. `what` begins the sentence.
 */
export function checkToken(text: string, what: string): string {
  const token = text.trim();
  if (/^[0-9a-f]{32}$/i.test(token)) return token;
  throw new RefusedError(
    `${what} is no REDCap API token: ${describeShape(token)}. A token is 32 hexadecimal digits (0-9, A-F) and nothing else.`,
  );
}

function describeShape(token: string): string {
  if (token === '') return 'it is empty';
  const { length } = token;
  const shape = `it has ${length} character${length === 1 ? '' : 's'}`;
  if (/^[0-9a-f]{64}$/i.test(token)) {
    return `${shape}, as a super token has, which can only create projects`;
  }
  return /^[0-9a-f]+$/i.test(token) ? shape : `${shape}, not all of them hexadecimal digits`;
}
