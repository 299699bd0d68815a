import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { RefusedError } from '../errors.ts';
import type { ConnectionOptions } from './options.ts';
import { showValue } from './show-value.ts';
import type { Variable } from './variables.ts';

/** The one place that the token is to come from. */
export type TokenSource =
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
