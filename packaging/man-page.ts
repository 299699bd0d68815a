import { COMMANDS, COMMON_OPTIONS, type CommandSpec } from '../src/cli/commands.ts';
import { CONNECTION_VARIABLES, type OptionSpec } from '../src/config/options.ts';
import { EXIT_SENTENCES } from '../src/exit-codes.ts';

/** The manual page, as roff for man(1), from the same table as `--help`. */
export function manPage(version: string): string {
  const synopsis = COMMANDS.map(({ name, argument }) =>
    [
      `.B redcap\\-sweep ${roff(name)}`,
      ...(argument === undefined ? [] : [`.I ${roff(argument.flags)}`]),
      '[options]',
    ].join('\n'),
  );
  const commands = COMMANDS.map(describeCommand);
  const codes = Object.entries(EXIT_SENTENCES).map(([code, sentence]) =>
    entry(`.B ${code}`, sentence),
  );
  return [
    `.TH REDCAP\\-SWEEP 1 "" "redcap\\-sweep ${roff(version)}" "User Commands"`,
    '.SH NAME',
    'redcap\\-sweep \\- delete files from REDCap in bulk, and prove row by row what happened',
    '.SH SYNOPSIS',
    synopsis.join('\n.br\n'),
    '.SH DESCRIPTION',
    text(
      'Deletes files from REDCap file-upload and signature fields in bulk, from a CSV manifest, and proves row by row what happened.',
    ),
    '.SH COMMANDS',
    ...commands,
    '.SH OPTIONS OF EVERY COMMAND',
    ...COMMON_OPTIONS.map(describeOption),
    '.SH ENVIRONMENT',
    verbatim(CONNECTION_VARIABLES),
    '.SH EXIT STATUS',
    ...codes,
    '',
  ].join('\n');
}

function describeCommand({ name, argument, summary, details, options }: CommandSpec): string {
  return [
    `.SS redcap\\-sweep ${roff(name)}${argument === undefined ? '' : ` ${roff(argument.flags)}`}`,
    text(summary),
    '.PP',
    verbatim(details),
    ...options.map(describeOption),
  ].join('\n');
}

function describeOption({ flags, description, default: fallback, env }: OptionSpec): string {
  const notes = [
    ...(fallback === undefined ? [] : [`default ${fallback}`]),
    ...(env === undefined ? [] : [`environment ${env}`]),
  ];
  return entry(
    `.B ${roff(flags)}`,
    notes.length === 0 ? description : `${description} (${notes.join(', ')})`,
  );
}

function entry(term: string, description: string): string {
  return `.TP\n${term}\n${text(description)}`;
}

/** Lines that stay as they are: examples. */
function verbatim(lines: string): string {
  return `.nf\n${lines.trim().split('\n').map(text).join('\n')}\n.fi`;
}

/** A line that starts with a dot or an apostrophe would be a request. */
function text(line: string): string {
  return roff(line).replace(/^(?=[.'])/gm, '\\&');
}

/** Backslashes and hyphens stand for something else in roff. */
function roff(line: string): string {
  return line.replaceAll('\\', '\\e').replaceAll('-', '\\-');
}
