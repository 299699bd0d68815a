import { readRunOptions, type RunOptionTexts } from '../config/run-options.ts';
import { parseColumnOptions } from '../manifest/column-option.ts';
import type { Io } from './io.ts';

/** Options of the commands that read a manifest and make a run directory. */
export interface ManifestFlags extends Pick<RunOptionTexts, 'defaultInstance' | 'expectProject'> {
  readonly column?: readonly string[];
  readonly reportDir?: string;
  readonly runDir?: string;
}

export interface ManifestSettings {
  readonly columns: Readonly<Record<string, string>>;
  readonly defaultInstance: string | undefined;
  readonly expectProject: string | undefined;
  readonly reportDir: string;
  readonly runDir: string | undefined;
}

/** Throws RefusedError for values that cannot be used. */
export function readManifestFlags(flags: ManifestFlags, io: Io): ManifestSettings {
  const { defaultInstance, expectProject } = readRunOptions(flags, new Date(io.clock.now()));
  return {
    columns: parseColumnOptions(flags.column ?? []),
    defaultInstance,
    expectProject,
    reportDir: flags.reportDir ?? 'reports',
    runDir: flags.runDir,
  };
}
