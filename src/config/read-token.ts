import { resolve } from 'node:path';
import { RefusedError } from '../errors.ts';
import type { ConfigContext } from './context.ts';
import { showValue } from './show-value.ts';
import { decodeText, readSmallFile } from '../files/text-file.ts';
import { shellRunner } from './token-command.ts';
import type { TokenSource } from './token-source.ts';
import { checkToken, TOKEN_WAYS } from './token.ts';
import type { Variable } from './variables.ts';

const LARGEST_BYTES = 64 * 1024;

/**
 * The token from its source. Without `mayAsk`, neither a person nor a command
 * is troubled and the token stays undefined. Throws RefusedError that holds no
 * part of the token.
 */
export async function readToken(
  source: TokenSource,
  context: ConfigContext,
  mayAsk: boolean,
): Promise<string | undefined> {
  if (source.kind === 'file') return readTokenFile(source.path, context.cwd);
  if (source.kind === 'variable') return readTokenVariable(source.variable);
  if (source.kind === 'none' && context.askToken === undefined) {
    throw new RefusedError(`There is no token. ${TOKEN_WAYS}`);
  }
  if (!mayAsk) return undefined;
  return source.kind === 'command'
    ? readTokenCommand(source.command, context)
    : askForToken(context);
}

async function readTokenFile(path: string, cwd: string): Promise<string> {
  const what = `The --token-file ${showValue(path)}`;
  const bytes = await readSmallFile(resolve(cwd, path), what, LARGEST_BYTES);
  return checkToken(decodeText(bytes, what), what);
}

function readTokenVariable({ name, value, file }: Variable): string {
  return checkToken(value, file === undefined ? name : `${name} in ${file}`);
}

async function askForToken({ askToken }: ConfigContext): Promise<string> {
  const answer = await askToken?.();
  if (answer === undefined) throw new RefusedError(`No token was entered. ${TOKEN_WAYS}`);
  return checkToken(answer, 'What was entered');
}

async function readTokenCommand(command: string, context: ConfigContext): Promise<string> {
  const { env, cwd, platform, askToken, signal } = context;
  const run =
    context.runCommand ??
    shellRunner({ env, cwd, platform, mayAsk: askToken !== undefined, ...(signal && { signal }) });
  const result = await run(command);
  if (result.stopped) throw noToken('did not end in time and was stopped');
  if (result.signal !== null) throw noToken(`was ended by ${result.signal}`);
  if (result.exitCode !== 0)
    throw noToken(`ended with exit status ${result.exitCode ?? 'unknown'}`);
  const what = 'The output of --token-command';
  const text = decodeText(result.output, what);
  if (text.trim() === '') throw noToken('printed nothing on its standard output');
  return checkToken(text, what);
}

function noToken(why: string): RefusedError {
  return new RefusedError(
    `--token-command ${why}, so there is no token. Try the command by itself.`,
  );
}
