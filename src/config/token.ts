import { RefusedError } from '../errors.ts';

/** How a token can be given, for messages and help. */
export const TOKEN_WAYS =
  'Give the token by --token-file <path>, by --token-command <cmd> or in the environment variable REDCAP_API_TOKEN; where none of them is there, the tool asks for it on a terminal.';

/**
 * The token without the white space around it. Throws RefusedError that gives
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

/** A token, or a super token, perhaps in quotation marks or with what a copy brought along. */
const TOKEN = '[\\s"\']*(?:[0-9a-f]{32}|[0-9a-f]{64})[\\s"\']*$';
/** By itself, as `token=…`, or behind whatever an option is called: `--rate=…`, `-t…`. */
const TOKEN_ARGUMENT = new RegExp(`^(?:[\\w/-]*token\\s*[=:]|\\s*-[^=]*=?)?${TOKEN}`, 'i');
const TOKEN_OPTION = /^--?(?:redcap[-_]?)?(?:api[-_]?)?token(?:[=:]|$)/i;
const ENV_FILE = /^--env-file(?:-if-exists)?(?:=|$)/;

const EXPOSED =
  'every user of this machine can see the arguments of a command, and the shell keeps them in its history';
const REGENERATE = 'If it was a real token, have it regenerated in REDCap.';

/**
 * Refuses what no command takes, before anything repeats the arguments: a
 * token, wherever it stands and however it is spelled, and the option that
 * Node.js takes for its own. Throws RefusedError that says what to use.
 */
export function refuseArguments(args: readonly string[]): void {
  const end = args.indexOf('--');
  const options = end === -1 ? args : args.slice(0, end);
  if (options.some((arg) => TOKEN_OPTION.test(arg))) {
    throw new RefusedError(`There is no --token option: ${EXPOSED}. ${TOKEN_WAYS} ${REGENERATE}`);
  }
  const at = args.findIndex((arg) => TOKEN_ARGUMENT.test(arg));
  if (at !== -1) {
    throw new RefusedError(
      `${placeOf(args, at)} looks like a token, and is not repeated here: ${EXPOSED}. ${TOKEN_WAYS} ${REGENERATE} A file that has such a name is given as ./<name>.`,
    );
  }
  if (options.some((arg) => ENV_FILE.test(arg))) {
    throw new RefusedError(
      'There is no --env-file option: Node.js itself looks for that name anywhere on the command line, reads the file before this program starts, and obeys a NODE_OPTIONS in it. Name the file by --dotenv <path>.',
    );
  }
}

/** "What was given to --rate", without what was given. */
function placeOf(args: readonly string[], at: number): string {
  const before = args[at - 1];
  if (before !== undefined && /^--[a-z-]+$/.test(before)) return `What was given to ${before}`;
  return 'One of the arguments';
}
