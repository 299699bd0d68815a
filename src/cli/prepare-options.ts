import type { RunState } from '../journal/run-state.ts';
import type { Connection } from '../config/connection.ts';
import type { ProjectModel } from '../project/model.ts';
import type { ManifestSource } from '../run-directory/manifest-copy.ts';
import type { Server } from './server.ts';

/** What a run, or a check, is prepared from. */
export interface PrepareOptions {
  readonly kind: 'run' | 'check';
  readonly source: ManifestSource;
  readonly columns: Readonly<Record<string, string>>;
  readonly defaultInstance: string | undefined;
  readonly reportDir: string;
  readonly runDir: string | undefined;
  readonly connection: Connection;
  readonly server: Server;
  /** `false` with `--no-check`. */
  readonly checks: boolean;
  /** The project that it must be, and what asks for it. */
  readonly expectProject: string | undefined;
  /** What the journal keeps of the options. */
  readonly recorded: Readonly<Record<string, unknown>>;
  readonly approved?: {
    readonly directory: string;
    readonly sha256: string;
    readonly view: RunState;
    /** The project as it was reviewed. */
    readonly model: ProjectModel;
  };
}
