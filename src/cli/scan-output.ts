import { lstat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { RefusedError } from '../errors.ts';
import { createReportFile } from '../files/atomic-file.ts';
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

/** Throws RefusedError where the list would go over a file that is there. */
export async function refuseToReplace({ output, replace }: OutputFlags): Promise<void> {
  if (output === undefined) {
    if (replace === true) {
      throw new RefusedError(
        '--replace says that the file of --output may be written over: name it.',
      );
    }
    return;
  }
  if (replace === true || !(await stands(output))) return;
  throw new RefusedError(
    `--output ${showPath(output)}: this file is there already. Name another one, or let it be written over with --replace.`,
  );
}

/** Throws RefusedError where the file cannot be made. */
export async function openScanOutput(io: Io, flags: OutputFlags): Promise<ScanOutput> {
  const { output } = flags;
  if (output === undefined) {
    return {
      write: (text) =>
        new Promise((resolve) => {
          // A reader that is slow is waited for; one that went away is not.
          io.stdout.write(text, () => {
            resolve();
          });
        }),
      close: () => Promise.resolve(undefined),
      discard: () => Promise.resolve(),
    };
  }
  try {
    // Whole or not at all: half a list must not pass for a manifest.
    const file = await createReportFile(dirname(output), basename(output), io.clock);
    return {
      write: (text) => file.write(text) ?? Promise.resolve(),
      async close() {
        // Somebody may have made it meanwhile.
        await refuseToReplace(flags);
        const { name } = await file.finish();
        return name === basename(output) ? undefined : name;
      },
      discard: () => file.discard(),
    };
  } catch (error) {
    throw new RefusedError(
      `--output ${showPath(output)} cannot be written: ${(error as Error).message}.`,
    );
  }
}

async function stands(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}
