import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, normalize } from 'node:path';
import type { Clock } from '../clock.ts';
import { tidyUp, RefusedError } from '../errors.ts';
import { clearLeftovers, STAGING_PREFIX } from './leftovers.ts';
import { takeLock, type Lock } from './lock.ts';
import { quotePath } from '../words/quote.ts';
import { isHeldOpen, renameWhenFree, syncDirectory } from '../files/disk.ts';

/**
 * A run directory before it is there. Everything is written into a hidden
 * folder beside its place; one rename makes it whole, so that a crash leaves
 * either a run that can be resumed or none.
 */
export interface Staging {
  readonly path: string;
  /** The process that makes it, as the journal names it. */
  readonly session: string;
  /**
   * Puts it in its place, locked as it has been from its first moment. Throws
   * RefusedError where `--run-dir` is taken, and leaves nothing then.
   */
  publish(): Promise<RunDirectory>;
  /** Never fails: it is called on the way out of an error. */
  discard(): Promise<void>;
}

export interface RunDirectory {
  readonly path: string;
  readonly lock: Lock;
}

interface StagingOptions {
  /** `--run-dir`: this directory itself. */
  readonly runDir: string | undefined;
  /** `--report-dir`: where directories are made. */
  readonly reportDir: string;
  readonly manifestName: string;
  readonly startedAtMs: number;
  readonly clock: Clock;
}

/** Throws RefusedError where the directory named cannot be used. */
export async function createStaging(options: StagingOptions): Promise<Staging> {
  const { reportDir, manifestName, startedAtMs, clock } = options;
  const runDir = options.runDir === undefined ? undefined : withoutSlash(options.runDir);
  if (runDir !== undefined) await refuseTaken(runDir);
  // As given: a person recognises the path, and may move the folder above it.
  const parent = runDir === undefined ? reportDir : dirname(runDir);
  const path = await makeHidden(parent);
  const lock = await lockStaging(path, clock);
  await clearLeftovers(parent, path, { clock });
  const names =
    runDir === undefined
      ? suffixed(runDirectoryName(startedAtMs, manifestName))
      : [basename(runDir)];
  return {
    path,
    session: lock.session,
    async publish() {
      try {
        for (const name of names) {
          const target = join(parent, name);
          if (await tryPublish(lock, path, target, runDir !== undefined, clock)) {
            return { path: target, lock };
          }
        }
        throw new RefusedError(`No free name for the run's directory was found in ${parent}.`);
      } catch (error) {
        await discardRunDirectory({ path, lock });
        throw error;
      }
    },
    discard: () => discardRunDirectory({ path, lock }),
  };
}

/** Takes a run's directory away, with its lock, on the way out of an error. */
export async function discardRunDirectory({ path, lock }: RunDirectory): Promise<void> {
  await lock.still(async () => {
    await removeFolder(path);
    return path;
  });
  await lock.release();
}

/**
 * Takes a folder away that nobody will miss, on the way out of an error: what
 * keeps it there, a virus scanner on Windows, is no news beside that error.
 */
function removeFolder(path: string): Promise<void> {
  return tidyUp(() => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
}

async function refuseTaken(runDir: string): Promise<void> {
  let entries: string[];
  try {
    entries = await readdir(runDir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new RefusedError(`--run-dir ${runDir} cannot be used: ${reasonOf(error)}.`);
  }
  if (entries.length > 0) {
    throw new RefusedError(
      `--run-dir ${runDir} exists and is not empty. Name another one. What is in it, and what to do with that: redcap-sweep runs --report-dir ${quotePath(runDir)}`,
    );
  }
}

async function makeHidden(parent: string): Promise<string> {
  try {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    return await mkdtemp(join(parent, STAGING_PREFIX));
  } catch (error) {
    throw new RefusedError(`No run directory can be made in ${parent}: ${reasonOf(error)}.`);
  }
}

/** A folder that nobody else knows of yet. */
async function lockStaging(path: string, clock: Clock): Promise<Lock> {
  try {
    const lock = await takeLock(path, { purpose: 'run', clock });
    if (lock !== undefined) return lock;
    throw new Error('another process works in it');
  } catch (error) {
    await removeFolder(path);
    throw new RefusedError(`No run directory can be made in ${dirname(path)}: ${reasonOf(error)}.`);
  }
}

/** False: the name is taken, and another one may be tried. */
async function tryPublish(
  lock: Lock,
  from: string,
  target: string,
  mayReplaceEmpty: boolean,
  clock: Clock,
): Promise<boolean> {
  try {
    // Windows renames over nothing; elsewhere an empty directory would be replaced silently.
    if (mayReplaceEmpty) await rmdir(target).catch(() => undefined);
    else if (await exists(target)) return false;
    await syncDirectory(from);
    await lock.still(async () => {
      await renameFolder(from, target, clock);
      return target;
    });
    await syncDirectory(dirname(target));
    return true;
  } catch (error) {
    const isTaken = error instanceof TakenError;
    if (isTaken && !mayReplaceEmpty) return false;
    throw new RefusedError(
      isTaken
        ? `${target} is in use by another redcap-sweep.`
        : `The run directory ${target} cannot be made: ${reasonOf(error)}.`,
    );
  }
}

/** Somebody was quicker. */
class TakenError extends Error {}

/** A virus scanner may have one of its new files open for a moment. Windows says the same where the name is taken. */
async function renameFolder(from: string, to: string, clock: Clock): Promise<void> {
  const isRenamed = await renameWhenFree(from, to, clock, async () => {
    try {
      await rename(from, to);
    } catch (error) {
      const isTaken = isHeldOpen(error) || isNotEmpty(error);
      throw isTaken && (await exists(to)) ? new TakenError() : error;
    }
  });
  if (!isRenamed) throw new Error('another program has one of its files open');
}

function isNotEmpty(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOTEMPTY' || code === 'EEXIST';
}

async function exists(path: string): Promise<boolean> {
  return readdir(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
}

function withoutSlash(path: string): string {
  const plain = normalize(path);
  return plain.length > 1 ? plain.replace(/[/\\]+$/, '') : plain;
}

function* suffixed(name: string): Iterable<string> {
  yield name;
  for (let n = 2; n <= 1000; n += 1) yield `${name}-${n}`;
  yield `${name}-${randomBytes(4).toString('hex')}`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Longest part of the name that comes from the manifest, in UTF-8 bytes: file systems allow 255 in all. */
const SLUG_BYTES = 100;

/**
 * The name of a run's directory: UTC time and the manifest's name, safe on
 * Linux, macOS and Windows alike.
 */
export function runDirectoryName(startedAtMs: number, manifestName: string): string {
  const time = new Date(startedAtMs).toISOString().slice(0, 19).replaceAll(':', '-');
  const slug = slugOf(manifestName);
  return slug === '' ? time : `${time}-${slug}`;
}

function slugOf(manifestName: string): string {
  const bare = manifestName
    .replace(/\.gz$/i, '')
    .replace(/\.(csv|tsv|txt)$/i, '')
    .replace(/[\p{C}\s<>:"/\\|?*]+/gu, '-')
    .replace(/-{2,}/g, '-');
  return cutBytes(bare, SLUG_BYTES).replace(/^[-.]+|[-. ]+$/g, '');
}

/** Cuts at a character's border. */
function cutBytes(text: string, most: number): string {
  let bytes = 0;
  let cut = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    bytes += Buffer.byteLength(segment);
    if (bytes > most) break;
    cut += segment;
  }
  return cut;
}
