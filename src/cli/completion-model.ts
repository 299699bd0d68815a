import { nameOf, type OptionSpec } from '../config/options.ts';
import { COMMANDS, COMMON_OPTIONS } from './commands.ts';

/** What a shell can offer for a value: names on the disk, fixed words, or nothing. */
export type ValueKind =
  | { readonly kind: 'file' | 'directory' | 'free' }
  | { readonly kind: 'words'; readonly words: readonly string[] };

export interface CompletedOption {
  /** With its hyphens, as in `--url`. */
  readonly name: string;
  readonly description: string;
  /** Absent where the option takes no value. */
  readonly value?: ValueKind;
}

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  readonly argument?: ValueKind;
}

const HELP: CompletedOption = { name: '--help', description: 'show help' };

/** Options that stand without a command. */
export const BARE_OPTIONS: readonly CompletedOption[] = [
  HELP,
  { name: '--version', description: 'show the version' },
];

/** The commands as the table has them: completions cannot know less than `--help`. */
export const COMPLETED_COMMANDS: readonly CompletedCommand[] = COMMANDS.map(
  ({ name, summary, argument, options }) => ({
    name,
    summary,
    options: [...[...options, ...COMMON_OPTIONS].map(completedOption), HELP],
    ...(argument === undefined ? {} : { argument: kindOfValue(argument.flags, argument.choices) }),
  }),
);

function completedOption(option: OptionSpec): CompletedOption {
  const { flags, description, choices } = option;
  const name = nameOf(option);
  return flags === name
    ? { name, description }
    : { name, description, value: kindOfValue(flags.slice(name.length), choices) };
}

/** A placeholder says what it stands for: `<path>`, `<run-dir>`. */
function kindOfValue(placeholder: string, choices: readonly string[] | undefined): ValueKind {
  if (choices !== undefined) return { kind: 'words', words: choices };
  if (/\b(?:path|file|manifest)\b/.test(placeholder)) return { kind: 'file' };
  return { kind: /\bdir\b/.test(placeholder) ? 'directory' : 'free' };
}
