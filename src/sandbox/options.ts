import type { FaultShare } from './faults.ts';
import type { SandboxProject } from './project.ts';
import type { Script } from './script.ts';

/** What the token's owner may do; everything by default. */
export interface SandboxRights {
  readonly export?: boolean;
  readonly import?: boolean;
  /** Project Setup/Design, which reading the repeating setup needs. */
  readonly design?: boolean;
  /** De-identified rights: these fields are left out of exports without a word. */
  readonly hiddenFields?: readonly string[];
  /** De-identified rights: record ids come hashed. */
  readonly hashedRecords?: boolean;
}

export interface SandboxOptions {
  /** Of the default project: 60 records by default, up to 100,000. */
  readonly records?: number;
  readonly seed?: number;
  readonly kind?: 'classic' | 'longitudinal';
  /** A project of one's own; `records` and `kind` then mean nothing. */
  readonly project?: SandboxProject;
  readonly token?: string;
  /**
   * What a flat export shows for a stored file: its name (newer servers),
   * `[document]` (older ones) or the document's number. `none` is `[document]`,
   * and downloads do not give the name either.
   */
  readonly fileNames?: 'name' | 'document' | 'id' | 'none';
  /**
   * Some servers leave out instances without any value, and the repeat columns
   * where no instance is left (REDCapR issue 143).
   */
  readonly sparseRepeats?: boolean;
  readonly faults?: readonly FaultShare[];
  readonly scripts?: readonly Script[];
  /** Half of it passes before a request has its effect, half after. */
  readonly latencyMs?: number;
  /** The ban limit; default 600, 0 turns it off. */
  readonly requestsPerMinute?: number;
  readonly rights?: SandboxRights;
  /** Wall clock in milliseconds, for the ledger and the ban. */
  readonly now?: () => number;
}

/** The token of a sandbox that was given none: documented, and of no use anywhere else. */
export const SANDBOX_TOKEN = '5A4DB0C50000000000000000C0FFEE00';
