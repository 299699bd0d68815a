import { isCancel, password } from '@clack/prompts';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { RefusedError } from '../errors.ts';
import { decodeText, readSmallFile } from '../files/read-file.ts';
import type { ConnectionOptions } from './options.ts';
import { showValue } from './show-value.ts';
import { shellRunner, type RunCommand } from './token-command.ts';
import { checkToken, TOKEN_WAYS } from './token.ts';
import type { Variable } from './variables.ts';

const LARGEST_BYTES = 64 * 1024;

/** What configuration may know of the process; passed in, so that tests and simulations decide. */
export interface ConfigContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  /** The hidden prompt; present only where a terminal is there and may be asked. */
  readonly askToken?: () => Promise<string | undefined>;
  /** Runs `--token-command`; the platform's shell where absent. */
  readonly runCommand?: RunCommand;
  /** Ends a token command that is still running. */
  readonly signal?: AbortSignal;
}

/** The one place that the token is to come from. */
type TokenSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'none' };

/**
 * An option wins over the environment. Throws RefusedError where both options
 * are given, or a token itself in the place of a path or a command.
 */
export function chooseTokenSource(
  options: Pick<ConnectionOptions, 'tokenFile' | 'tokenCommand'>,
  variable: Variable | undefined,
): TokenSource {
  const { tokenFile, tokenCommand } = options;
  if (tokenFile !== undefined && tokenCommand !== undefined) {
    throw new RefusedError(
      '--token-file and --token-command are both given, and only one can count. Leave one out.',
    );
  }
  if (tokenFile !== undefined) {
    refuseMisplaced(tokenFile, '--token-file', 'the path of a file that holds the token');
    return { kind: 'file', path: tokenFile };
  }
  if (tokenCommand !== undefined) {
    refuseMisplaced(tokenCommand, '--token-command', 'a command that prints the token');
    return { kind: 'command', command: tokenCommand };
  }
  return variable === undefined ? { kind: 'none' } : { kind: 'variable', variable };
}

/**
 * The sentence about a file with a token in it that other users of the machine
 * can read. Modes mean nothing on Windows.
 */
export async function warnAboutMode(
  source: TokenSource,
  cwd: string,
  platform: NodeJS.Platform,
): Promise<readonly string[]> {
  const path = source.kind === 'file' ? resolve(cwd, source.path) : variableFile(source);
  if (path === undefined || platform === 'win32') return [];
  const status = await stat(path).catch(() => undefined);
  return status?.isFile() === true && (status.mode & 0o044) !== 0
    ? [
        `The file ${showValue(path)} holds the token, and other users of this machine can read it. Take that right away from them (chmod 600).`,
      ]
    : [];
}

function variableFile(source: TokenSource): string | undefined {
  return source.kind === 'variable' ? source.variable.file : undefined;
}

function refuseMisplaced(value: string, option: string, right: string): void {
  if (value.trim() === '') throw new RefusedError(`${option} is empty. Give ${right}.`);
  if (/^[\s"']*[0-9a-f]{32}[\s"']*$/i.test(value)) {
    throw new RefusedError(
      `${option} takes ${right}, and was given what looks like a token itself. Every user of this machine can see the arguments of a command; if it was a real token, have it regenerated in REDCap.`,
    );
  }
}

/**
 * The token from its source. Without `mayAsk`, neither a person nor a command
 * is asked, and the token stays undefined. Throws RefusedError that holds no
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

interface PromptStreams {
  readonly input: Readable;
  /** Standard error: standard output carries the answer alone. */
  readonly output: Writable;
  readonly signal?: AbortSignal;
}

/**
 * Asks for the token without showing it, until what is typed is one. Resolves
 * undefined at Ctrl-C and at an abort. The prompt's library is loaded only here.
 */
export async function promptToken(streams: PromptStreams): Promise<string | undefined> {
  const { input, output, signal } = streams;
  const answer = await password({
    message: 'REDCap API token (32 hexadecimal digits; it is not shown):',
    mask: '*',
    withGuide: false,
    input,
    output,
    ...(signal && { signal }),
    validate: (value) => describeFault(value ?? ''),
  });
  return isCancel(answer) ? undefined : answer;
}

function describeFault(value: string): string | undefined {
  try {
    checkToken(value, 'This');
    return undefined;
  } catch (error) {
    if (error instanceof RefusedError) return error.message;
    throw error;
  }
}
