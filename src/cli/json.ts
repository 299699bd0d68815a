import type { ExitCode } from '../exit-codes.ts';
import type { Io } from './io.ts';

/** The answer of `--json`: one document on standard output. */
export function printJson({ stdout }: Pick<Io, 'stdout'>, answer: unknown): void {
  stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
}

/** Was `--json` given? The arguments alone say so where they could not be parsed. */
export function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
}

/** What ended a command before it had an answer, for scripts that read one. */
export function printJsonError(io: Pick<Io, 'stdout'>, exitCode: ExitCode, message: string): void {
  printJson(io, { error: { exitCode, message } });
}
