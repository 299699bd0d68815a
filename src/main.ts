import type { Io } from './cli/io.ts';
import { asksForJson, printJsonError } from './cli/json.ts';
import { say } from './cli/screen.ts';
import { runCommandLine } from './cli/program.ts';
import { watchSignals } from './cli/io.ts';
import { systemClock } from './clock.ts';
import { isDiskError } from './files/file-errors.ts';
import { InterruptedError, SweepError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { asSentence } from './words/one-line.ts';

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
    const { exitCode, message } = describeEnd(error, io);
    // The lines of a bug are for whoever mends it, as they stand.
    if (exitCode === EXIT.bug) stderr.write(`${message}\n`);
    else say(io, message);
    if (asksForJson(argv)) printJsonError(io, exitCode, message);
    return exitCode;
  } finally {
    signals.unwatch();
  }
}

/** What ended the command, as a person has to know it. */
function describeEnd(error: unknown, io: Io): { exitCode: ExitCode; message: string } {
  const { received } = io.signals;
  // What a signal broke off is no error.
  if (
    received !== undefined &&
    (error instanceof InterruptedError || error instanceof SweepError)
  ) {
    return {
      exitCode: received === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted,
      message: `Interrupted by ${received}. Nothing was deleted.`,
    };
  }
  if (error instanceof SweepError && error.exitCode !== EXIT.bug) {
    return { exitCode: error.exitCode, message: error.message };
  }
  if (isDiskError(error)) {
    return {
      exitCode: EXIT.refused,
      message: `A file could not be read or written: ${asSentence(error.message)} This command deleted nothing.`,
    };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    exitCode: EXIT.bug,
    message: `This is a bug in redcap-sweep. What the journal holds is safe; please report the lines below.\n${text}`,
  };
}
