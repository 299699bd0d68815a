import {
  CONNECTION_OPTIONS,
  CONNECTION_VARIABLES,
  type OptionText,
} from '../config/connection-options.ts';
import { EXIT_SENTENCES } from '../exit-codes.ts';
import { VERSION } from '../version.ts';
import { COMMANDS, COMMON_OPTIONS, type CommandText } from './options.ts';

export const PROGRAM = {
  name: 'redcap-sweep',
  description: `Deletes files from REDCap file-upload and signature fields in bulk, from a CSV
manifest, and proves row by row what happened.`,
} as const;

const EXAMPLES = `A rehearsal in one command:   redcap-sweep demo
Look before you delete:       redcap-sweep check manifest.csv
Then:                         redcap-sweep run manifest.csv`;

const HELP_ITEM: Item = { term: '-h, --help', text: 'display help for command' };

/** What help says where the terminal does not tell its width. */
const USUAL_WIDTH = 80;
/** With less room than that beside the terms, texts are left to the terminal to break. */
const LEAST_TEXT_WIDTH = 40;

interface Item {
  readonly term: string;
  readonly text: string;
}

type List = readonly [title: string, items: readonly Item[]];

/**
 * The answer to a command line that asks for nothing but help or the version,
 * `undefined` for any other: made from the tables alone, because the command
 * line's parser takes longer to load than everything that is needed here.
 */
export function answerAtOnce(
  argv: readonly string[],
  width: number | undefined,
): string | undefined {
  const [first = '', second, third] = argv;
  if (third !== undefined) return undefined;
  if (second === undefined) {
    if (first === '-V' || first === '--version') return `${VERSION}\n`;
    return first === 'help' || isHelp(first) ? renderProgramHelp(width) : undefined;
  }
  const name = first === 'help' ? second : isHelp(second) ? first : '';
  const command = COMMANDS.find((one) => one.name === name);
  return command && renderCommandHelp(command, width);
}

function isHelp(argument: string): boolean {
  return argument === '-h' || argument === '--help';
}

/** Help of the whole program; `width` in columns. */
export function renderProgramHelp(width: number | undefined): string {
  const commands = COMMANDS.map(({ name, argument, summary }): Item => {
    const taken = argument === undefined ? '' : ` ${argument.flags}`;
    return { term: `${name} [options]${taken}`, text: summary };
  });
  const options = [{ term: '-V, --version', text: 'output the version number' }, HELP_ITEM];
  const lists: List[] = [
    ['Options', options],
    ['Commands', [...commands, { term: 'help [command]', text: 'display help for command' }]],
  ];
  return [
    `Usage: ${PROGRAM.name} [options] [command]`,
    PROGRAM.description,
    ...renderLists(lists, width),
    EXAMPLES,
    exitCodes(),
  ].join('\n\n');
}

/** Help of one command. */
export function renderCommandHelp(command: CommandText, width: number | undefined): string {
  const { name, argument, summary, details } = command;
  const options = [...command.options, ...COMMON_OPTIONS].map((option): Item => ({
    term: option.flags,
    text: describeOption(option),
  }));
  const lists: List[] = [['Options', [...options, HELP_ITEM]]];
  let usage = `Usage: ${PROGRAM.name} ${name} [options]`;
  if (argument !== undefined) {
    const { flags, description } = argument;
    lists.unshift(['Arguments', [{ term: flags.replace(/[<>[\]]/g, ''), text: description }]]);
    usage += ` ${flags}`;
  }
  const connects = command.options.includes(CONNECTION_OPTIONS[0] as OptionText);
  return [
    usage,
    summary,
    details,
    ...renderLists(lists, width),
    ...(connects ? [CONNECTION_VARIABLES.trimEnd()] : []),
    exitCodes(),
  ].join('\n\n');
}

/** An option's description with its default and what stands in for it. */
export function describeOption({ description, default: fallback, env }: OptionText): string {
  const notes = [
    ...(fallback === undefined ? [] : [`default ${fallback}`]),
    ...(env === undefined ? [] : [`environment ${env}`]),
  ];
  return notes.length === 0 ? description : `${description} (${notes.join(', ')})`;
}

/** Terms of all lists in one column, their texts in the next. */
function renderLists(lists: readonly List[], width = USUAL_WIDTH): string[] {
  const terms = lists.flatMap(([, items]) => items.map(({ term }) => term.length));
  const indent = 2 + Math.max(...terms) + 2;
  return lists.map(([title, items]) => {
    const lines = items.map(({ term, text }) => {
      const wrapped = wrap(text, width - indent).join(`\n${' '.repeat(indent)}`);
      return `  ${term}`.padEnd(indent) + wrapped;
    });
    return `${title}:\n${lines.join('\n')}`;
  });
}

function wrap(text: string, width: number): string[] {
  if (width < LEAST_TEXT_WIDTH) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line];
}

function exitCodes(): string {
  const lines = Object.entries(EXIT_SENTENCES).map(
    ([code, sentence]) => `  ${code.padStart(3)}  ${sentence}`,
  );
  return `Exit codes:\n${lines.join('\n')}\n`;
}
