import type { RunOptions, RunOptionTexts } from '../config/run-options.ts';
import { RefusedError } from '../errors.ts';
import type { Connected, ConnectionFlags } from './connect.ts';
import type { ManifestFlags } from './manifest-flags.ts';

export interface RunFlags
  extends
    ConnectionFlags,
    ManifestFlags,
    Pick<RunOptionTexts, 'maxDeletions' | 'limit' | 'stopAt' | 'maxFailures'> {
  readonly yes?: true;
  readonly approved?: string;
  /** commander's form of `--no-check` and `--no-verify`. */
  readonly check?: boolean;
  readonly verify?: boolean;
  readonly skipInvalid?: true;
  readonly backup?: true;
  readonly json?: true;
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
    rate: connection.rate.text,
    concurrency: connection.concurrency,
    retries: connection.retries,
    timeoutSeconds: connection.timeoutMs / 1000,
  };
}
