import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { readConnection, type Connection } from '../../src/config/connection.ts';
import type { ConnectionOptions } from '../../src/config/options.ts';
import type { ConfigContext } from '../../src/config/read-token.ts';

export const TOKEN = '0123456789ABCDEF0123456789ABCDEF';
export const OTHER_TOKEN = 'FEDCBA9876543210FEDCBA9876543210';
export const API = 'https://redcap.test/api/';

export const ENV = { REDCAP_API_URL: API, REDCAP_API_TOKEN: TOKEN };

const made: string[] = [];

/** A folder of its own for each call, with the files named; removed after the file's tests. */
export function makeFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'config-'));
  made.push(folder);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
  }
  return folder;
}

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

export function makeContext(parts: Partial<ConfigContext> = {}): ConfigContext {
  return { env: {}, cwd: '/nowhere/at/all', platform: 'linux', ...parts };
}

/** Text as PowerShell 5 writes it. */
export function utf16le(text: string): Buffer {
  return Buffer.from(`\uFEFF${text}`, 'utf16le');
}

export function utf16be(text: string): Buffer {
  return utf16le(text).swap16();
}

/** The message of what the call throws; fails where nothing is thrown or it is no refusal. */
export async function refusal(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (error instanceof Error && error.name === 'RefusedError') return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Reads with address and token in the environment, unless the context says otherwise. */
export function readWith(
  options: ConnectionOptions,
  parts: Partial<ConfigContext> = {},
): Promise<Connection> {
  return readConnection(options, makeContext({ env: ENV, ...parts }));
}
