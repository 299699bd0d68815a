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

/**
 * Refuses `--token`, however it is spelled, before anything repeats the
 * arguments. Throws RefusedError that says why and what to use.
 */
export function refuseTokenOption(args: readonly string[]): void {
  const end = args.indexOf('--');
  const given = (end === -1 ? args : args.slice(0, end)).some((arg) =>
    /^--?(?:redcap[-_]?)?(?:api[-_]?)?token(?:[=:]|$)/i.test(arg),
  );
  if (given) {
    throw new RefusedError(
      `There is no --token option: every user of this machine can see the arguments of a command, and the shell keeps them in its history. ${TOKEN_WAYS} If it was a real token, have it regenerated in REDCap.`,
    );
  }
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
