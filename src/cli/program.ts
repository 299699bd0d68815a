import { Command, CommanderError, Option } from 'commander';
import {
  CONNECTION,
  CONNECTION_VARIABLES,
  inGroup,
  nameOf,
  type OptionSpec,
} from '../config/options.ts';
import { refuseArguments } from '../config/token.ts';
import { hideTokens, showValue } from '../config/show-value.ts';
import { RefusedError } from '../errors.ts';
import { EXIT, EXIT_SENTENCES, type ExitCode } from '../exit-codes.ts';
import { VERSION } from '../version.ts';
import { COMMANDS, COMMON_OPTIONS, OUTPUT_GROUP, type CommandSpec } from './commands.ts';
import type { Io } from './io.ts';
import { asksForJson, printJsonError } from './json.ts';

const DESCRIPTION = `Deletes files from REDCap file-upload and signature fields in bulk, from a CSV
manifest, and proves row by row what happened.`;

const EXAMPLES = `
A rehearsal in one command:   redcap-sweep demo
Look before you delete:       redcap-sweep check manifest.csv
Then:                         redcap-sweep run manifest.csv`;

/** The command line: argv in, exit code out. Throws SweepError for refusals. */
export async function runCommandLine(io: Io, argv: readonly string[]): Promise<ExitCode> {
  // Before anything is parsed: an error message of the parser would show the token.
  refuseArguments(argv);
  let exitCode: ExitCode = EXIT.ok;
  const program = createProgram(io);
  for (const command of COMMANDS) {
    declare(program, command).action(async (...args: unknown[]) => {
      // Loaded where a command is run: `--help` and `--version` need none of it.
      const { HANDLERS } = await import('./handlers.ts');
      const handler: (io: Io, ...given: never[]) => Promise<ExitCode> = HANDLERS[command.name];
      // The parser knows no types; what it gives has those of the table that it was set up from.
      exitCode = await handler(io, ...(args.slice(0, -1) as never[]));
    });
  }
  try {
    if (argv.length === 0) {
      program.outputHelp({ error: true });
      return EXIT.refused;
    }
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    if (asksForJson(argv)) {
      // `help` of a command that there is not: the parser answers with the help, and no word.
      const message = error.code === 'commander.help' ? NO_SUCH_HELP : error.message;
      printJsonError(io, EXIT.refused, hideTokens(message.replace(/^error: /, '')));
    }
    return EXIT.refused;
  }
  return exitCode;
}

const NO_SUCH_HELP = 'There is no such command; --help shows those that there are.';

function createProgram(io: Io): Command {
  return new Command('redcap-sweep')
    .description(DESCRIPTION)
    .version(VERSION)
    .addHelpText('after', EXAMPLES)
    .addHelpText('afterAll', `\n${exitCodes()}`)
    .showHelpAfterError('(--help shows what can be given)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(hideTokens(text)),
      getOutHelpWidth: () => io.stdout.columns,
      getErrHelpWidth: () => io.stderr.columns,
    });
}

function declare(program: Command, spec: CommandSpec): Command {
  const { name, argument, summary, details, options } = spec;
  const command = program
    .command(name)
    .summary(summary)
    .description(`${summary}\n\n${details}`)
    .allowExcessArguments(false);
  if (argument !== undefined) command.argument(argument.flags, argument.description);
  const isGrouped = options.some(({ group }) => group !== undefined);
  const common = isGrouped ? inGroup(OUTPUT_GROUP, COMMON_OPTIONS) : COMMON_OPTIONS;
  for (const option of [...options, ...common]) command.addOption(optionOf(option));
  // Answered with the check that does it, and no option of ours.
  if (name === 'run') command.addOption(new Option('--dry-run').hideHelp());
  if (options.some(({ flags }) => flags === CONNECTION.url.flags))
    command.addHelpText('after', `\n${CONNECTION_VARIABLES}`);
  return command;
}

function optionOf(spec: OptionSpec): Option {
  const { choices } = spec;
  const option = new Option(spec.flags, describe(spec));
  if (spec.group !== undefined) option.helpGroup(`${spec.group}:`);
  if (spec.repeated === true) {
    option.argParser((text, earlier: readonly string[] | undefined) => [...(earlier ?? []), text]);
  }
  if (choices !== undefined) {
    option.argParser((text) => {
      if (choices.includes(text)) return text;
      const listed = `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
      throw new RefusedError(`${nameOf(spec)} takes ${listed}, not ${showValue(text)}.`);
    });
  }
  return option;
}

/** An option's description with its default and what stands in for it. */
function describe({ description, default: fallback, env }: OptionSpec): string {
  const notes = [
    ...(fallback === undefined ? [] : [`default ${fallback}`]),
    ...(env === undefined ? [] : [`environment ${env}`]),
  ];
  return notes.length === 0 ? description : `${description} (${notes.join(', ')})`;
}

function exitCodes(): string {
  const lines = Object.entries(EXIT_SENTENCES).map(
    ([code, sentence]) => `  ${code.padStart(3)}  ${sentence}`,
  );
  return `Exit codes:\n${lines.join('\n')}`;
}
