import type { Io } from './cli/io.ts';
import { runCommandLine } from './cli/program.ts';
import { watchSignals } from './cli/io.ts';
import { systemClock } from './clock.ts';
import { isDiskError } from './files/file-errors.ts';
import { InterruptedError, SweepError } from './errors.ts';
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
    return await runCommandLine(io, argv);
  } catch (error) {
    return reportError(error, io);
  } finally {
    signals.unwatch();
  }
}

function reportError(error: unknown, io: Io): ExitCode {
  const { received } = io.signals;
  // What a signal broke off is no error.
  if (
    received !== undefined &&
    (error instanceof InterruptedError || error instanceof SweepError)
  ) {
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
