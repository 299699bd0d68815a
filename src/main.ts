import type { Io } from './cli/io.ts';
import { createProgram } from './cli/program.ts';
import { watchSignals } from './cli/signals.ts';
import { systemClock } from './clock.ts';
import { isDiskError } from './files/file-errors.ts';
import { SweepError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** Composition root: the process in, an exit code out. The one place where everything is caught. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const { stdin, stdout, stderr } = process;
  // A reader that goes away (a closed pipe) never ends a run.
  stdout.on('error', () => undefined);
  stderr.on('error', () => undefined);
  const signals = watchSignals();
  const io: Io = {
    env: process.env,
    cwd: process.cwd(),
    platform: process.platform,
    stdin,
    stdout,
    stderr,
    clock: systemClock,
    random: Math.random,
    signals,
  };
  try {
    return await createProgram(io)(argv);
  } catch (error) {
    return tell(error, io);
  } finally {
    signals.unwatch();
  }
}

function tell(error: unknown, io: Io): ExitCode {
  const { received } = io.signals;
  if (received !== undefined && isEnding(error)) {
    io.stderr.write(`Interrupted by ${received}. Nothing was deleted.\n`);
    return received === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
  }
  if (error instanceof SweepError && error.exitCode !== EXIT.bug) {
    io.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  if (isDiskError(error)) {
    io.stderr.write(
      `A file could not be read or written: ${error.message}. This command deleted nothing.\n`,
    );
    return EXIT.refused;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr.write(
    `This is a bug in redcap-sweep. What the journal holds is safe; please report the lines below.\n${text}\n`,
  );
  return EXIT.bug;
}

/** After a signal, whatever was broken off by it is no error. */
function isEnding(error: unknown): boolean {
  return (
    error instanceof SweepError ||
    (error instanceof Error && ['ReadingStopped', 'LookFailed', 'AbortError'].includes(error.name))
  );
}
