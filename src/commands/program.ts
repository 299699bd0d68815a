import { Command, CommanderError, Option } from '@commander-js/extra-typings';
import { refuseTokenOption } from '../config/token.ts';
import { hideTokens } from '../config/show-value.ts';
import {
  CONNECTION_OPTIONS,
  CONNECTION_VARIABLES,
  type OptionText,
} from '../config/connection-options.ts';
import { EXIT, EXIT_SENTENCES, type ExitCode } from '../exit-codes.ts';
import { VERSION } from '../version.ts';
import type { Io } from './io.ts';
import { COMMANDS, COMMON_OPTIONS, type CommandText } from './options.ts';

type Flags = Readonly<Record<string, unknown>>;
type Handler = (io: Io, argument: string | undefined, flags: Flags) => Promise<ExitCode>;

/**
 * What each command runs. Loaded where it is used: `--help` and `--version`
 * load none of it. The flags come from the option table, so that their names
 * and kinds are those of the table.
 */
const HANDLERS: Readonly<Record<string, Handler>> = {
  check: async (io, manifest, flags) =>
    (await import('./check.ts')).check(io, manifest ?? '', flags),
  run: async (io, manifest, flags) => (await import('./run.ts')).run(io, manifest, flags),
  resume: async (io, directory, flags) =>
    (await import('./resume.ts')).resume(io, directory ?? '', flags),
  report: async (io, directory, flags) =>
    (await import('./report.ts')).report(io, directory ?? '', flags),
  restore: async (io, directory, flags) =>
    (await import('./restore.ts')).restore(io, directory ?? '', flags),
  scan: async (io, _argument, flags) => (await import('./scan.ts')).scan(io, flags),
  sandbox: async (io, _argument, flags) => (await import('./sandbox.ts')).sandbox(io, flags),
  demo: async (io, _argument, flags) => (await import('./demo.ts')).demo(io, flags),
  completion: async (io, shell) => (await import('./completion.ts')).completion(io, shell ?? ''),
};

/** The command line: argv in, exit code out. Throws SweepError for refusals. */
export function createProgram(io: Io): (argv: readonly string[]) => Promise<ExitCode> {
  return async (argv) => {
    // Before anything is parsed: an error message of the parser would show the token.
    refuseTokenOption(argv);
    let exitCode: ExitCode = EXIT.ok;
    const program = new Command('redcap-sweep')
      .description(
        'Deletes files from REDCap file-upload and signature fields in bulk, from a CSV\nmanifest, and proves row by row what happened.',
      )
      .version(VERSION)
      .showHelpAfterError('(--help shows what can be given)')
      .exitOverride()
      .configureOutput({
        writeOut: (text) => io.stdout.write(text),
        writeErr: (text) => io.stderr.write(hideTokens(text)),
      })
      .addHelpText(
        'after',
        `
A rehearsal in one command:   redcap-sweep demo
Look before you delete:       redcap-sweep check manifest.csv
Then:                         redcap-sweep run manifest.csv

${exitCodes()}`,
      );
    for (const text of COMMANDS) {
      declare(program, text, async (argument, flags) => {
        exitCode = (await HANDLERS[text.name]?.(io, argument, flags)) ?? EXIT.bug;
      });
    }
    try {
      if (argv.length === 0) {
        io.stderr.write(program.helpInformation());
        return EXIT.refused;
      }
      await program.parseAsync([...argv], { from: 'user' });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      return error.exitCode === 0 ? EXIT.ok : EXIT.refused;
    }
    return exitCode;
  };
}

function declare(
  program: Command,
  text: CommandText,
  act: (argument: string | undefined, flags: Flags) => Promise<void>,
): void {
  const command = program
    .command(text.name)
    .summary(text.summary)
    .description(`${text.summary}\n\n${text.details}`)
    .allowExcessArguments(false);
  if (text.argument !== undefined) command.argument(text.argument.flags, text.argument.description);
  for (const option of [...text.options, ...COMMON_OPTIONS]) command.addOption(optionOf(option));
  if (text.options.includes(CONNECTION_OPTIONS[0] as OptionText)) {
    command.addHelpText('after', `\n${CONNECTION_VARIABLES}`);
  }
  command.addHelpText('after', `\n${exitCodes()}`);
  command.action(async (...args: unknown[]) => {
    const flags = args.at(-2) as Flags;
    const argument = args.length > 2 ? (args[0] as string | undefined) : undefined;
    await act(argument, flags);
  });
}

const REPEATED = new Set(['--column', '--fault']);

function optionOf({ flags, description, default: fallback, env }: OptionText): Option {
  const notes = [
    ...(fallback === undefined ? [] : [`default ${fallback}`]),
    ...(env === undefined ? [] : [`environment ${env}`]),
  ];
  const option = new Option(
    flags,
    notes.length === 0 ? description : `${description} (${notes.join(', ')})`,
  );
  if (REPEATED.has(flags.split(' ')[0] ?? '')) {
    option.argParser((value: string, earlier: unknown) => [
      ...(Array.isArray(earlier) ? (earlier as string[]) : []),
      value,
    ]);
  }
  return option;
}

function exitCodes(): string {
  const lines = Object.entries(EXIT_SENTENCES).map(
    ([code, sentence]) => `  ${code.padStart(3)}  ${sentence}`,
  );
  return `Exit codes:\n${lines.join('\n')}\n`;
}
