import { RefusedError } from '../errors.ts';
import { TOKEN_WAYS } from './token.ts';

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
