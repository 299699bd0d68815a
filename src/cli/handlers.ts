import type { ExitCode } from '../exit-codes.ts';
import { check } from './check.ts';
import type { CommandName, GivenTo } from './commands.ts';
import { completion } from './completion.ts';
import type { Io } from './io.ts';
import { project } from './project.ts';
import { report } from './report.ts';
import { restore } from './restore.ts';
import { resume } from './resume.ts';
import { run } from './run.ts';
import { runs } from './runs.ts';
import { scan } from './scan.ts';

type Handlers = {
  readonly [Name in CommandName]: (io: Io, ...given: GivenTo<Name>) => Promise<ExitCode>;
};

/** What each command runs. */
export const HANDLERS: Handlers = {
  check,
  run,
  resume,
  report,
  scan,
  project,
  restore,
  runs,
  // The stand-in server is large, and nothing else needs it.
  sandbox: async (...given) => (await import('./rehearsal.ts')).sandbox(...given),
  demo: async (...given) => (await import('./rehearsal.ts')).demo(...given),
  completion: (io, shell) => Promise.resolve(completion(io, shell)),
};
