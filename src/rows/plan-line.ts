import type { FileFacts, GuardCode, InvalidCode } from './outcome.ts';

/**
 * What the check saw at a target: a file under this name (or document id), a
 * file without a name (`true`), or `undefined`: the look said nothing.
 */
export type Seen = string | true | undefined;

/** What the plan decided of one row. Rows without a line are to be deleted, unseen. */
export type PlanLine =
  | {
      readonly row: number;
      readonly plan: 'delete';
      readonly seen?: string | true;
      /** The instance to send where it is not the manifest's own cell. */
      readonly instance?: string;
      readonly signature?: true;
      /** The file in the archive of the approved check: it is deleted only while its bytes are these. */
      readonly archived?: FileFacts;
    }
  | { readonly row: number; readonly plan: 'already_empty'; readonly instance?: string }
  | {
      readonly row: number;
      readonly plan: 'invalid';
      readonly code: InvalidCode;
      readonly message: string;
    }
  | {
      readonly row: number;
      readonly plan: 'guard_mismatch';
      readonly code: GuardCode;
      readonly message: string;
      readonly seen?: string | true;
      /** Found by the archive of the approved check, which left it out: that is no change. */
      readonly leftOut?: true;
    }
  /** The archive of the approved check does not hold its file. */
  | {
      readonly row: number;
      readonly plan: 'failed';
      readonly code: 'backup_failed';
      readonly message: string;
      readonly seen?: string | true;
    }
  | { readonly row: number; readonly plan: 'duplicate'; readonly of: number };
