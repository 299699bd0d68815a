import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { RefusedError } from '../errors.ts';
import { createReportFile, type ReportFile } from '../files/atomic-file.ts';
import { describeFileError, fileErrorCode, isDiskError } from '../files/file-errors.ts';
import { writeOutUnseen } from '../words/letters.ts';
import { showPath } from '../words/names.ts';
import type { FlagsOf } from './commands.ts';
import type { Io } from './io.ts';

/** Where a list goes. */
export interface ScanOutput {
  write(text: string): Promise<void>;
  /** Puts the list in its place; a name that it got instead is given back. */
  close(): Promise<string | undefined>;
  discard(): Promise<void>;
}

type OutputFlags = Pick<FlagsOf<'scan'>, 'output' | 'replace'>;

/**
 * Throws RefusedError where the list has no place to go to, or would go over a
 * file that is there: before anything is asked of the server.
 */
export async function refuseOutput({ output, replace }: OutputFlags): Promise<void> {
  if (isStandardOutput(output)) {
    if (replace === true) {
      throw new RefusedError(
        '--replace says that the file of --output may be written over: name it.',
      );
    }
    return;
  }
  if (output === '') throw new RefusedError('--output names no file.');
  const named = `--output ${showPath(output)}`;
  const found = await statIfThere(output, named);
  if (found?.isDirectory() === true || /[/\\]$/.test(output)) {
    throw new RefusedError(`${named} is a folder: name a file in it.`);
  }
  if (found === undefined && (await lstat(output).catch(() => undefined)) === undefined) {
    const folder = await statIfThere(dirname(output), named);
    if (folder?.isDirectory() === true) return;
    throw new RefusedError(
      `${named} cannot be written: there is no folder ${showPath(dirname(output))}. Make it first.`,
    );
  }
  if (found !== undefined && !found.isFile()) {
    throw new RefusedError(
      `${named} is no file that could be replaced. Without --output the list goes to standard output.`,
    );
  }
  if (replace === true) return;
  throw new RefusedError(
    `${named}: this file is there already. Name another one, or let it be written over with --replace.`,
  );
}

/** Throws RefusedError where the file cannot be made. */
export async function openScanOutput(io: Io, flags: OutputFlags): Promise<ScanOutput> {
  const { output } = flags;
  if (isStandardOutput(output)) {
    // A terminal obeys what stands in names; a file and a pipe get them as they are.
    const shown = io.stdout.isTTY ? writeOutUnseen : (text: string) => text;
    return {
      write: (text) =>
        new Promise((resolve) => {
          // A reader that is slow is waited for; one that went away is not.
          io.stdout.write(shown(text), () => {
            resolve();
          });
        }),
      close: () => Promise.resolve(undefined),
      discard: () => Promise.resolve(),
    };
  }
  const named = `--output ${showPath(output)}`;
  const refuse = (error: unknown): never => {
    if (!isDiskError(error)) throw error;
    throw new RefusedError(`${named} cannot be written: ${describeWriteError(error)}.`);
  };
  // Through a link, the file that it leads to is the one that is replaced.
  const path = flags.replace === true ? await realpath(output).catch(() => output) : output;
  const placing = { inUsersFolder: true, exclusive: flags.replace !== true };
  let file: ReportFile;
  try {
    // Whole or not at all: half a list must not pass for a manifest.
    file = await createReportFile(dirname(path), basename(path), io.clock, placing);
  } catch (error) {
    return refuse(error);
  }
  return {
    write: async (text) => file.write(text)?.catch(refuse),
    async close() {
      // Somebody may have made it meanwhile.
      await refuseOutput(flags);
      const { name } = await file.finish().catch(refuse);
      return name === basename(path) ? undefined : name;
    },
    discard: () => file.discard(),
  };
}

function isStandardOutput(output: string | undefined): output is undefined | '-' {
  return output === undefined || output === '-';
}

async function statIfThere(path: string, named: string) {
  try {
    return await stat(path);
  } catch (error) {
    const code = fileErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new RefusedError(`${named} cannot be written: ${describeWriteError(error)}.`);
  }
}

function describeWriteError(error: unknown): string {
  return WRITE_REASONS[fileErrorCode(error)] ?? describeFileError(error);
}

const WRITE_REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'nothing can be written there',
  ENOSPC: 'the disk is full',
  EDQUOT: "this user's share of the disk is full",
  ENAMETOOLONG: 'the name is too long',
  EEXIST: 'somebody made this file meanwhile',
};
