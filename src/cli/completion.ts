import { RefusedError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { SHELLS } from './commands.ts';
import {
  BARE_OPTIONS,
  COMPLETED_COMMANDS,
  type CompletedCommand,
  type CompletedOption,
  type ValueKind,
} from './completion-model.ts';
import { completeInPowerShell } from './completion-powershell.ts';
import type { Io } from './io.ts';

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], () => string>> = {
  bash: completeInBash,
  zsh: completeInZsh,
  fish: completeInFish,
  powershell: completeInPowerShell,
};

/** `completion <shell>`: prints a script made from the table of commands. Throws RefusedError for other shells. */
export function completion(io: Io, shell: string): ExitCode {
  const known = SHELLS.find((name) => name === shell);
  if (known === undefined) {
    throw new RefusedError(
      `There are no completions for ${shell}; there are for ${SHELLS.join(', ')}.`,
    );
  }
  io.stdout.write(SCRIPTS[known]());
  return EXIT.ok;
}

/** bash, from 3.2 (macOS) on (macOS) on: no associative arrays, no `mapfile`. */
function completeInBash(): string {
  return `# bash completion for redcap-sweep

_redcap_sweep_names() { # -f: files, -d: directories
  local name
  compopt -o filenames 2>/dev/null
  while IFS= read -r name; do
    COMPREPLY+=("$name")
  done < <(compgen "$1" -- "$2")
}

_redcap_sweep() {
  local cur prev word options value argument
  COMPREPLY=()
  cur=\${COMP_WORDS[COMP_CWORD]}
  prev=\${COMP_WORDS[COMP_CWORD-1]}
  # bash takes --name=value apart at the equals sign.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  word=
  if ((COMP_CWORD > 1)); then word=\${COMP_WORDS[1]}; fi

  case $word in
${COMPLETED_COMMANDS.map(
  ({ name, options, argument }) => `    ${name})
      options='${bashNames(options)}'
      argument=${bashValue(argument)}
      case $prev in
${options
  .filter(({ value }) => value !== undefined)
  .map((option) => `        ${option.name}) value=${bashValue(option.value)} ;;`)
  .join('\n')}
      esac
      ;;`,
).join('\n')}
    *)
      options='${bashNames(BARE_OPTIONS)}'
      argument='${COMPLETED_COMMANDS.map(({ name }) => name).join(' ')}'
      ;;
  esac

  if [[ -z $value && $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
    return
  fi
  value=\${value:-$argument}
  case $value in
    :file) _redcap_sweep_names -f "$cur" ;;
    :directory) _redcap_sweep_names -d "$cur" ;;
    :free) ;;
    *) COMPREPLY=($(compgen -W "$value" -- "$cur")) ;;
  esac
}

complete -F _redcap_sweep redcap-sweep
`;
}

function bashNames(options: readonly CompletedOption[]): string {
  return options.map(({ name }) => name).join(' ');
}

function bashValue(value: ValueKind | undefined): string {
  if (value === undefined) return ':free';
  return value.kind === 'words' ? `'${value.words.join(' ')}'` : `:${value.kind}`;
}

function completeInFish(): string {
  const lines = ['# fish completion for redcap-sweep', 'complete -c redcap-sweep -f'];
  for (const option of BARE_OPTIONS) lines.push(fishLine('__fish_use_subcommand', option));
  for (const { name, summary, options, argument } of COMPLETED_COMMANDS) {
    const inside = `__fish_seen_subcommand_from ${name}`;
    lines.push(
      '',
      `complete -c redcap-sweep -n __fish_use_subcommand -a ${name} -d ${quoteForFish(summary)}`,
    );
    const offered = argument === undefined ? '' : offerInFish(argument);
    if (offered !== '') lines.push(`complete -c redcap-sweep -n ${quoteForFish(inside)}${offered}`);
    for (const option of options) lines.push(fishLine(inside, option));
  }
  return `${lines.join('\n')}\n`;
}

function fishLine(condition: string, { name, description, value }: CompletedOption): string {
  const takes =
    value === undefined ? '' : ` ${value.kind === 'file' ? '-r' : '-x'}${offerInFish(value)}`;
  return `complete -c redcap-sweep -n ${quoteForFish(condition)} -l ${name.slice(2)}${takes} -d ${quoteForFish(description)}`;
}

function offerInFish(value: ValueKind): string {
  switch (value.kind) {
    case 'file':
      return ' -F';
    case 'directory':
      return " -a '(__fish_complete_directories)'";
    case 'free':
      return '';
    case 'words':
      return ` -a ${quoteForFish(value.words.join(' '))}`;
  }
}

function quoteForFish(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

/** zsh: for a folder on `fpath` (as `_redcap-sweep`) and for `source` alike. */
function completeInZsh(): string {
  return `#compdef redcap-sweep
# zsh completion for redcap-sweep

_redcap-sweep() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C \\
${BARE_OPTIONS.map((option) => `    ${quoteForZsh(`(- *)${zshSpec(option)}`)} \\`).join('\n')}
    '1:command:->command' \\
    '*::argument:->argument'
  case $state in
    command)
      local -a commands
      commands=(
${COMPLETED_COMMANDS.map(({ name, summary }) => `        ${quoteForZsh(`${name}:${escapeForZsh(summary)}`)}`).join('\n')}
      )
      _describe -t commands command commands
      ;;
    argument)
      case $line[1] in
${COMPLETED_COMMANDS.map(zshCase).join('\n')}
      esac
      ;;
  esac
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _redcap-sweep "$@"
else
  compdef _redcap-sweep redcap-sweep
fi
`;
}

function zshCase({ name, options, argument }: CompletedCommand): string {
  const specs = options.map((option) => quoteForZsh(zshSpec(option)));
  if (argument !== undefined) specs.push(quoteForZsh(`1:${name}:${zshAction(argument)}`));
  return `        ${name})
          _arguments \\
${specs.map((spec) => `            ${spec}`).join(' \\\n')}
          ;;`;
}

function zshSpec({ name, description, value }: CompletedOption): string {
  const text = `[${escapeForZsh(description)}]`;
  if (value === undefined) return `${name}${text}`;
  return `${name}=${text}:value:${zshAction(value)}`;
}

function zshAction(value: ValueKind): string {
  switch (value.kind) {
    case 'file':
      return '_files';
    case 'directory':
      return '_files -/';
    case 'free':
      return '';
    case 'words':
      return `(${value.words.join(' ')})`;
  }
}

/** What ends a description or a part of a spec in `_arguments` and `_describe`. */
function escapeForZsh(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&');
}

function quoteForZsh(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
