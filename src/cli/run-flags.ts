import type { RunOptions } from '../config/run-options.ts';
import { RefusedError } from '../errors.ts';
import { parseColumnOptions } from '../manifest/column-option.ts';
import { REPORT_DIR, type FlagsOf, type ManifestFlags } from './commands.ts';
import type { Connected, Rehearsal } from './connect.ts';
import type { Io } from './io.ts';
import type { Chosen } from './plan-choices.ts';
import type { PrepareOptions } from '../run/prepare-run.ts';

export type RunFlags = FlagsOf<'run'> & Rehearsal & { readonly dryRun?: true };

/** How check and run read the manifest, and where their directory goes. Throws RefusedError for values that cannot be used. */
export function readManifestFlags(
  flags: ManifestFlags,
  { defaultInstance, expectProject }: RunOptions,
): Pick<PrepareOptions, 'columns' | 'defaultInstance' | 'expectProject' | 'reportDir' | 'runDir'> {
  return {
    columns: parseColumnOptions(flags.column ?? []),
    defaultInstance,
    expectProject,
    reportDir: flags.reportDir ?? REPORT_DIR.default,
    runDir: flags.runDir,
  };
}

/** Options that contradict each other. Throws RefusedError. */
export function refuseCombinations(manifest: string | undefined, flags: RunFlags): void {
  const refuse = (message: string): never => {
    throw new RefusedError(message);
  };
  if (flags.approved === undefined) {
    if (manifest === undefined) {
      refuse(
        'Name the manifest: redcap-sweep run <manifest>, or carry out a check by --approved <check-dir>.',
      );
    }
  } else {
    if (manifest !== undefined) {
      refuse("--approved takes no manifest: the check's own copy is carried out.");
    }
    if (
      flags.column !== undefined ||
      flags.defaultInstance !== undefined ||
      flags.check === false
    ) {
      refuse(
        '--column, --default-instance and --no-check do not go with --approved: everything is as the check had it.',
      );
    }
  }
  if (
    flags.check === false &&
    flags.defaultInstance !== undefined &&
    flags.defaultInstance.trim() !== '1'
  ) {
    refuse('With --no-check the only --default-instance is 1: nobody looks what repeats.');
  }
}

/** What the journal keeps of the options: `resume` goes by it, and the reports show it. */
export function recordOptions(
  flags: RunFlags,
  limits: RunOptions,
  { connection }: Connected,
): Record<string, unknown> {
  return {
    check: flags.check !== false,
    verify: flags.verify !== false && flags.check !== false,
    skipInvalid: flags.skipInvalid === true,
    backup: flags.backup === true,
    ...(flags.rehearsal === true ? { rehearsal: true } : {}),
    ...(limits.maxDeletions === undefined ? {} : { maxDeletions: limits.maxDeletions }),
    ...(limits.maxFailures === undefined ? {} : { maxFailures: flags.maxFailures }),
    ...(limits.limit === undefined ? {} : { limit: limits.limit }),
    ...(limits.stopAtMs === undefined ? {} : { stopAt: flags.stopAt }),
    ...(limits.expectProject === undefined ? {} : { expectProject: limits.expectProject }),
    ...recordConnection(connection),
  };
}

/** What the journal of a check keeps: without an archive nothing of it is gone on with. */
export function recordArchive(
  flags: FlagsOf<'check'>,
  limits: RunOptions,
  { connection }: Connected,
): Record<string, unknown> {
  if (flags.backup !== true) return {};
  return {
    backup: true,
    ...(limits.limit === undefined ? {} : { limit: limits.limit }),
    ...(limits.stopAtMs === undefined ? {} : { stopAt: flags.stopAt }),
    ...(limits.expectProject === undefined ? {} : { expectProject: limits.expectProject }),
    ...recordConnection(connection),
  };
}

function recordConnection({
  rate,
  concurrency,
  retries,
  timeoutMs,
}: Connected['connection']): Record<string, unknown> {
  return { rate: rate.text, concurrency, retries, timeoutSeconds: timeoutMs / 1000 };
}

/** What the plan says of the options that this command alone knows. */
export function chosenOf(
  io: Io,
  { stopAt }: Pick<RunFlags, 'stopAt'>,
  { limit, stopAtMs }: Pick<RunOptions, 'limit' | 'stopAtMs'>,
  directory: string,
): Chosen {
  const isTimed = stopAt !== undefined && stopAtMs !== undefined;
  return {
    limit,
    stopAt: isTimed ? { text: stopAt, inMs: stopAtMs - io.clock.now() } : undefined,
    directory,
  };
}
