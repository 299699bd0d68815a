import { Command, CommanderError, Option } from '@commander-js/extra-typings';
import { refuseArguments } from '../config/refused-arguments.ts';
import { hideTokens } from '../config/show-value.ts';
import type { OptionText } from '../config/connection-options.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { VERSION } from '../version.ts';
import { describeOption, PROGRAM, renderCommandHelp, renderProgramHelp } from './help.ts';
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
    refuseArguments(argv);
    let exitCode: ExitCode = EXIT.ok;
    const program = new Command(PROGRAM.name)
      .description(PROGRAM.description)
      .version(VERSION)
      .showHelpAfterError('(--help shows what can be given)')
      .exitOverride()
      .configureOutput({
        writeOut: (text) => io.stdout.write(text),
        writeErr: (text) => io.stderr.write(hideTokens(text)),
      })
      .configureHelp({
        formatHelp: (command, { helpWidth }) => {
          const text = COMMANDS.find(({ name }) => name === command.name());
          return text === undefined
            ? renderProgramHelp(helpWidth)
            : renderCommandHelp(text, helpWidth);
        },
      });
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
  command.action(async (...args: unknown[]) => {
    const flags = args.at(-2) as Flags;
    const argument = args.length > 2 ? (args[0] as string | undefined) : undefined;
    await act(argument, flags);
  });
}

const REPEATED = new Set(['--column', '--fault']);

function optionOf(text: OptionText): Option {
  const option = new Option(text.flags, describeOption(text));
  if (REPEATED.has(text.flags.split(' ')[0] ?? '')) {
    option.argParser((value: string, earlier: unknown) => [
      ...(Array.isArray(earlier) ? (earlier as string[]) : []),
      value,
    ]);
  }
  return option;
}
