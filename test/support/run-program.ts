import { PassThrough, Writable } from 'node:stream';
import { systemClock, type Clock } from '../../src/clock.ts';
import type { Io } from '../../src/cli/io.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import type { ExitCode } from '../../src/exit-codes.ts';

export interface Ran {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line inside the test's own process: no terminal, no signals. What it throws is thrown. */
export async function runProgram(
  argv: readonly string[],
  options: {
    readonly env?: Io['env'];
    readonly cwd?: string;
    readonly clock?: Clock;
    /** Width of a terminal that standard output were. */
    readonly columns?: number;
  } = {},
): Promise<Ran> {
  const stdout = collect(options.columns);
  const stderr = collect();
  const stdin = new PassThrough();
  stdin.end();
  const exitCode = await runCommandLine(
    {
      env: options.env ?? {},
      cwd: options.cwd ?? process.cwd(),
      platform: process.platform,
      stdin: stdin as unknown as NodeJS.ReadStream,
      stdout: stdout.stream as unknown as NodeJS.WriteStream,
      stderr: stderr.stream as unknown as NodeJS.WriteStream,
      clock: options.clock ?? systemClock,
      random: Math.random,
      signals: { received: undefined, onFirst: () => undefined, onSecond: () => undefined },
    },
    argv,
  );
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

function collect(columns?: number): { readonly stream: Writable; text(): string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return {
    stream: Object.assign(stream, { columns }),
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}
