import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

const RULES = new URL('./ntfs-rules.mjs', import.meta.url);

/** The environment in which a program lives by NTFS' rules; `held` are files that a spreadsheet has open. */
export function ntfsEnv(
  folder: string,
  held: readonly string[] = [],
): Readonly<Record<string, string>> {
  return {
    NODE_OPTIONS: `--import=${RULES.href}`,
    NTFS_REFUSALS: logOf(folder),
    NTFS_HELD: held.join(delimiter),
  };
}

/** What the disk refused, one line each: what succeeded when tried again is among it. */
export async function refusals(folder: string): Promise<string[]> {
  const text = await readFile(logOf(folder), 'utf8').catch(() => '');
  return text.split('\n').slice(0, -1);
}

function logOf(folder: string): string {
  return join(folder, 'ntfs-refusals.log');
}
