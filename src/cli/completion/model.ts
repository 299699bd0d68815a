import type { OptionText } from '../../config/connection-options.ts';
import { COMMANDS, COMMON_OPTIONS, type CommandText } from '../options.ts';
import { LOG_LEVELS } from '../run-log.ts';

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

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

const HELP: CompletedOption = { name: '--help', description: 'show help' };

/** Options that stand without a command. */
export const BARE_OPTIONS: readonly CompletedOption[] = [
  HELP,
  { name: '--version', description: 'show the version' },
];

/** Values of which every one is known. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  '--log-level': LOG_LEVELS,
  '--kind': ['classic', 'longitudinal'],
  '<shell>': SHELLS,
};

/** The commands as the table of options has them: completions cannot know less than `--help`. */
export const COMPLETED_COMMANDS: readonly CompletedCommand[] = COMMANDS.map(completeCommand);

function completeCommand({ name, summary, argument, options }: CommandText): CompletedCommand {
  return {
    name,
    summary,
    options: [...[...options, ...COMMON_OPTIONS].map(completeOption), HELP],
    ...(argument === undefined ? {} : { argument: kindOf(argument.flags, argument.flags) }),
  };
}

function completeOption({ flags, description }: OptionText): CompletedOption {
  const [name = flags, placeholder] = flags.split(/ (.*)/);
  return placeholder === undefined
    ? { name, description }
    : { name, description, value: kindOf(name, placeholder) };
}

function kindOf(name: string, placeholder: string): ValueKind {
  const words = WORDS[name];
  if (words !== undefined) return { kind: 'words', words };
  if (/\b(?:path|file|manifest)\b/.test(placeholder)) return { kind: 'file' };
  return { kind: /\b\w*-?dir\b/.test(placeholder) ? 'directory' : 'free' };
}
