import type { ProjectModel } from '../project/model.ts';
import type { LookedBatch } from '../rows/look.ts';
import type { Target } from '../rows/target.ts';

/**
 * What a check and a run ask of the server, deletions and files apart: each
 * read with its retries, ended by the command's control. A command has to do
 * with one project: the model that it read itself, or the one that its run's
 * journal holds, which is read again before the first look.
 */
export interface RunServer {
  readModel(): Promise<ProjectModel>;
  /** The project that the token belongs to; throws RefusedError where it cannot be read. */
  readProjectId(): Promise<string>;
  /** The check's look, which also finds records that are spelled otherwise in the project. */
  lookForCheck(model: ProjectModel, targets: readonly Target[]): Promise<LookedBatch>;
  /** A look at targets, ended by a stop of the run. */
  look(model: ProjectModel, targets: readonly Target[]): Promise<LookedBatch>;
  /** The same for verification, which some stops leave running. */
  lookAfter(model: ProjectModel, targets: readonly Target[]): Promise<LookedBatch>;
  /** Reads the structure again where it is older than a minute, ended by a stop of the run. */
  renewStructure(model: ProjectModel, fields: readonly string[]): Promise<void>;
  /** What is known to have changed of a target's place since the plan. */
  changeAt(model: ProjectModel, target: Target): string | undefined;
}
