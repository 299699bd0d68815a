import { BARE_OPTIONS, COMPLETED_COMMANDS, type CompletedOption, type ValueKind } from './model.ts';

/** Works from bash 3.2 (macOS) on: no associative arrays, no `mapfile`. */
export function completeBash(): string {
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
      options='${namesOf(options)}'
      argument=${valueWord(argument)}
      case $prev in
${options
  .filter(({ value }) => value !== undefined)
  .map((option) => `        ${option.name}) value=${valueWord(option.value)} ;;`)
  .join('\n')}
      esac
      ;;`,
).join('\n')}
    *)
      options='${namesOf(BARE_OPTIONS)}'
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

function namesOf(options: readonly CompletedOption[]): string {
  return options.map(({ name }) => name).join(' ');
}

function valueWord(value: ValueKind | undefined): string {
  if (value === undefined) return ':free';
  return value.kind === 'words' ? `'${value.words.join(' ')}'` : `:${value.kind}`;
}
