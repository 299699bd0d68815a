import type { RunCommand } from './token-command.ts';

/** What configuration may know of the process; passed in, so that tests and simulations decide. */
export interface ConfigContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  /** The hidden prompt; present only where a terminal is there and may be asked. */
  readonly askToken?: () => Promise<string | undefined>;
  /** Runs `--token-command`; the platform's shell where absent. */
  readonly runCommand?: RunCommand;
  /** Ends a token command that is still running. */
  readonly signal?: AbortSignal;
}
