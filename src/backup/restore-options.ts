import type { Journal } from '../journal/write.ts';
import type { Target } from '../rows/target.ts';
import type { LookedBatch } from '../rows/look.ts';
import type { FileSource } from './take-file.ts';

/** What putting files back works with. */
export interface RestoreOptions {
  readonly source: FileSource;
  readonly look: (target: Target) => Promise<LookedBatch>;
  readonly journal: Journal;
  readonly runDirectory: string;
  /** `--overwrite`: another file in the field may be replaced. */
  readonly overwrite: boolean;
}
