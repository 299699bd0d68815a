import type { ApiForm } from './form.ts';
import type { SandboxOptions } from './options.ts';
import type { SandboxProject } from './project.ts';

/** What every action of the API works with. */
export interface ActionContext {
  readonly project: SandboxProject;
  readonly options: SandboxOptions;
  readonly form: ApiForm;
  /** Told when a file was really removed or stored. */
  readonly noteEffect: () => void;
}
