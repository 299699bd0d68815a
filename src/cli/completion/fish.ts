import { BARE_OPTIONS, COMPLETED_COMMANDS, type CompletedOption, type ValueKind } from './model.ts';

export function completeFish(): string {
  const lines = ['# fish completion for redcap-sweep', 'complete -c redcap-sweep -f'];
  for (const option of BARE_OPTIONS) lines.push(lineOf('__fish_use_subcommand', option));
  for (const { name, summary, options, argument } of COMPLETED_COMMANDS) {
    const inside = `__fish_seen_subcommand_from ${name}`;
    lines.push(
      '',
      `complete -c redcap-sweep -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`,
    );
    const offered = argument === undefined ? '' : offer(argument);
    if (offered !== '') lines.push(`complete -c redcap-sweep -n ${quote(inside)}${offered}`);
    for (const option of options) lines.push(lineOf(inside, option));
  }
  return `${lines.join('\n')}\n`;
}

function lineOf(condition: string, { name, description, value }: CompletedOption): string {
  const takes = value === undefined ? '' : ` ${value.kind === 'file' ? '-r' : '-x'}${offer(value)}`;
  return `complete -c redcap-sweep -n ${quote(condition)} -l ${name.slice(2)}${takes} -d ${quote(description)}`;
}

function offer(value: ValueKind): string {
  switch (value.kind) {
    case 'file':
      return ' -F';
    case 'directory':
      return " -a '(__fish_complete_directories)'";
    case 'free':
      return '';
    case 'words':
      return ` -a ${quote(value.words.join(' '))}`;
  }
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
