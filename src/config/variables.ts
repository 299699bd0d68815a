import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { RefusedError } from '../errors.ts';
import { showValue } from './show-value.ts';
import { fileErrorCode } from '../files/file-errors.ts';
import { decodeText, readSmallFile } from '../files/read-file.ts';
import { showPath } from '../words/names.ts';

const LARGEST_BYTES = 1024 * 1024;
const PROXY_NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'];

/** One variable and where it came from; `file` is absent for the real environment. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly file: string | undefined;
}

/** Looks a variable up: the real environment first, then the file. Empty counts as absent. */
export type Variables = (name: string) => Variable | undefined;

type Values = Readonly<Record<string, string | undefined>>;

/** Without a file (there is none, or it could not be read): the real environment alone. */
export function lookUpVariables(
  env: Values,
  platform: NodeJS.Platform,
  file?: { readonly path: string; readonly values: Values },
): Variables {
  const real = platform === 'win32' ? upperCaseNames(env) : env;
  return (name) => {
    // Lower case first, as curl and undici have it for the proxies; nothing else has two spellings.
    const names =
      PROXY_NAMES.includes(name) && platform !== 'win32' ? [name.toLowerCase(), name] : [name];
    for (const spelling of names) {
      const value = present(real[spelling]);
      if (value !== undefined) return { name: spelling, value, file: undefined };
    }
    for (const spelling of file === undefined ? [] : [name.toLowerCase(), name]) {
      const value = present(file?.values[spelling]);
      if (value !== undefined) return { name: spelling, value, file: file?.path };
    }
    return undefined;
  };
}

/**
 * The variables of the file that `--dotenv` names, or of `.env` in the working directory when it
 * is there. Only `REDCAP_*` and the proxy variables are taken: the file may
 * belong to another program. Throws RefusedError that names the file.
 */
export async function readDotenv(
  option: string | undefined,
  cwd: string,
): Promise<{ path: string; values: Values } | undefined> {
  if (option?.trim() === '') throw new RefusedError('--dotenv is empty. Give the path of a file.');
  const path = resolve(cwd, option ?? '.env');
  const what =
    option === undefined ? `The file ${showPath(path)}` : `The --dotenv ${showValue(option)}`;
  const bytes = await readIfThere(path, what, option !== undefined);
  return bytes === undefined
    ? undefined
    : { path, values: takeKnown(parseEnv(normalise(decodeText(bytes, what)))) };
}

async function readIfThere(
  path: string,
  what: string,
  required: boolean,
): Promise<Buffer | undefined> {
  try {
    return await readSmallFile(path, what, LARGEST_BYTES);
  } catch (error) {
    // A folder named .env is what Python's virtual environments are often called.
    const missing =
      error instanceof RefusedError && ['ENOENT', 'EISDIR'].includes(fileErrorCode(error.cause));
    if (missing && !required) return undefined;
    throw error;
  }
}

function normalise(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

function takeKnown(parsed: Values): Values {
  const known: Record<string, string> = {};
  for (const [key, value] of Object.entries(parsed)) {
    // parseEnv glues a line without `=` to the name on the next one.
    const name = key
      .slice(key.lastIndexOf('\n') + 1)
      .trim()
      .replace(/^export\s+/, '');
    if (value !== undefined && isKnown(name)) known[name] = value;
  }
  return known;
}

function isKnown(name: string): boolean {
  return (
    name.startsWith('REDCAP_') ||
    PROXY_NAMES.includes(name) ||
    (PROXY_NAMES.includes(name.toUpperCase()) && name === name.toLowerCase())
  );
}

function present(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === '' ? undefined : trimmed;
}

function upperCaseNames(env: Values): Values {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name.toUpperCase(), value]),
  );
}
