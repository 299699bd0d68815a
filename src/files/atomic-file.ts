import { createHash, randomBytes } from 'node:crypto';
import { link, lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Clock } from '../clock.ts';
import { renameWhenFree } from './disk.ts';

/** A report that stands on the disk, whole. */
export interface WrittenFile {
  /** The name it got: `error.csv`, or `error.new.csv` where the old one was held open. */
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface ReportFile {
  /** Where it gives a promise, nothing may be written before that has settled. */
  write(text: string): Promise<void> | undefined;
  /** Makes it whole, on the disk; it still stands beside its place. */
  seal(): Promise<void>;
  /** Puts it in its place, over the earlier one; sealed before, where that was not done. */
  finish(): Promise<WrittenFile>;
  /** Never fails: it is called on the way out of an error. */
  discard(): Promise<void>;
}

/** How a file comes into its place. */
export interface Placing {
  /** The folder is a user's, not a run's: nothing in it but this one name is touched. */
  readonly inUsersFolder?: boolean;
  /** Never over a file that is there (EEXIST). */
  readonly exclusive?: boolean;
  readonly renameFile?: typeof rename;
}

const BUFFER_BYTES = 1 << 18;
/** The disk is kept at work meanwhile: all at once, at the end, would be waited for. */
const SYNC_EVERY_BYTES = 1 << 23;
/** Lines are encoded this many characters at a time: one by one costs more, and long texts are expensive to keep. */
const TEXT_LENGTH = 1 << 13;
/** What one UTF-16 unit takes as UTF-8 at most. */
const UNIT_BYTES = 3;
const RANDOM_BYTES = 6;
const UNFINISHED = /^\.(.+)\.[0-9a-f]{12}\.tmp$/;

/**
 * A file written whole: into a temporary file first, then renamed. A
 * spreadsheet on Windows that holds the old one open makes the rename fail:
 * it is tried for 10 s, then the new report stands beside the old one.
 */
export async function createReportFile(
  directory: string,
  name: string,
  clock: Clock,
  placing: Placing = {},
): Promise<ReportFile> {
  // Never opened where something stands already: a link planted there is not followed.
  const temporary = join(directory, `.${name}.${randomBytes(RANDOM_BYTES).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx', 0o600);
  const hash = createHash('sha256');
  let text = '';
  let buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  /** Filled while the other one is on its way to the file. */
  let spare = Buffer.allocUnsafe(BUFFER_BYTES);
  let used = 0;
  let bytes = 0;
  let writing: Promise<void> = Promise.resolve();
  let syncing: Promise<void> = Promise.resolve();
  let isSyncing = false;
  let syncedBytes = 0;

  /** A disk that fails reports it to one sync alone: after that one no other is begun, and its error stays. */
  const syncAhead = (): void => {
    if (isSyncing || bytes - syncedBytes < SYNC_EVERY_BYTES) return;
    isSyncing = true;
    syncedBytes = bytes;
    syncing = file.datasync().then(() => {
      isSyncing = false;
    });
    // Thrown when the file is finished.
    syncing.catch(() => undefined);
  };

  const store = async (chunk: Buffer): Promise<void> => {
    await writing;
    syncAhead();
    hash.update(chunk);
    bytes += chunk.length;
    writing = file.writeFile(chunk);
    // Thrown at whoever writes next, or finishes.
    writing.catch(() => undefined);
  };
  const flush = async (): Promise<void> => {
    const chunk = buffer.subarray(0, used);
    [buffer, spare] = [spare, buffer];
    used = 0;
    await store(chunk);
  };
  const flushBefore = async (long: string): Promise<void> => {
    await flush();
    if (long.length * UNIT_BYTES > BUFFER_BYTES) await store(Buffer.from(long, 'utf8'));
    else used = buffer.write(long, 0, 'utf8');
  };
  const encode = (): Promise<void> | undefined => {
    const taken = text;
    text = '';
    if (taken.length * UNIT_BYTES > BUFFER_BYTES - used) return flushBefore(taken);
    used += buffer.write(taken, used, 'utf8');
    return undefined;
  };

  let sealed = false;
  const seal = async (): Promise<void> => {
    if (sealed) return;
    await encode();
    await flush();
    await writing;
    await syncing;
    await file.sync();
    await file.close();
    sealed = true;
  };

  // Also after a failure: what is left of it would take room on a disk that is full.
  const discard = async (): Promise<void> => {
    await writing.catch(() => undefined);
    await syncing.catch(() => undefined);
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true }).catch(() => undefined);
  };

  return {
    write(more) {
      text += more;
      return text.length < TEXT_LENGTH ? undefined : encode();
    },
    seal,
    async finish() {
      try {
        await seal();
        const placed = await put(temporary, { directory, name }, clock, placing);
        return { name: placed, sha256: hash.digest('hex'), bytes };
      } catch (error) {
        await discard();
        throw error;
      }
    },
    discard,
  };
}

interface Place {
  readonly directory: string;
  readonly name: string;
}

async function put(
  temporary: string,
  { directory, name }: Place,
  clock: Clock,
  { inUsersFolder = false, exclusive = false, renameFile = rename }: Placing,
): Promise<string> {
  const path = join(directory, name);
  if (exclusive && (await linkTo(temporary, path))) {
    await rm(temporary, { force: true });
    return name;
  }
  if (await renameWhenFree(temporary, path, clock, renameFile)) {
    // An earlier stand-in of a report no longer counts.
    if (!inUsersFolder) await rm(join(directory, standIn(name)), { force: true });
    return name;
  }
  const beside = inUsersFolder ? await freeStandIn(directory, name) : standIn(name);
  await renameFile(temporary, join(directory, beside));
  return beside;
}

/** False where the disk knows no second names; throws EEXIST where the name is taken. */
async function linkTo(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const isTaken = (await lstat(path).catch(() => undefined)) !== undefined;
    if (isTaken) throw error;
    return false;
  }
}

async function freeStandIn(directory: string, name: string): Promise<string> {
  const names = new Set(await readdir(directory));
  for (let n = 1; ; n += 1) {
    const beside = standIn(name, n);
    if (!names.has(beside)) return beside;
  }
}

/**
 * Takes away what a killed process left unfinished of these files. To be called
 * where no other process can be making them.
 */
export async function removeUnfinished(directory: string, names: readonly string[]): Promise<void> {
  for (const entry of await readdir(directory)) {
    const name = UNFINISHED.exec(entry)?.[1];
    if (name !== undefined && names.includes(name))
      await rm(join(directory, entry), { force: true });
  }
}

/** `error.csv` -> `error.new.csv`, then `error.new-2.csv`. */
export function standIn(name: string, n = 1): string {
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  return `${stem}.new${n === 1 ? '' : `-${n}`}${extension}`;
}
