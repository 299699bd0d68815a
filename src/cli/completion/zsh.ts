import {
  BARE_OPTIONS,
  COMPLETED_COMMANDS,
  type CompletedCommand,
  type CompletedOption,
  type ValueKind,
} from './model.ts';

/** For a folder on `fpath` (as `_redcap-sweep`) and for `source` alike. */
export function completeZsh(): string {
  return `#compdef redcap-sweep
# zsh completion for redcap-sweep

_redcap-sweep() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C \\
${BARE_OPTIONS.map((option) => `    ${quote(`(- *)${specOf(option)}`)} \\`).join('\n')}
    '1:command:->command' \\
    '*::argument:->argument'
  case $state in
    command)
      local -a commands
      commands=(
${COMPLETED_COMMANDS.map(({ name, summary }) => `        ${quote(`${name}:${escape(summary)}`)}`).join('\n')}
      )
      _describe -t commands command commands
      ;;
    argument)
      case $line[1] in
${COMPLETED_COMMANDS.map(caseOf).join('\n')}
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

function caseOf({ name, options, argument }: CompletedCommand): string {
  const specs = options.map((option) => quote(specOf(option)));
  if (argument !== undefined) specs.push(quote(`1:${name}:${actionOf(argument)}`));
  return `        ${name})
          _arguments \\
${specs.map((spec) => `            ${spec}`).join(' \\\n')}
          ;;`;
}

function specOf({ name, description, value }: CompletedOption): string {
  const text = `[${escape(description)}]`;
  if (value === undefined) return `${name}${text}`;
  return `${name}=${text}:value:${actionOf(value)}`;
}

function actionOf(value: ValueKind): string {
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
function escape(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
