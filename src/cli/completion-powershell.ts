import { BARE_OPTIONS, COMPLETED_COMMANDS, type CompletedOption } from './completion-model.ts';

/** For Windows PowerShell 5 and PowerShell 7; where nothing is offered, both offer file names. */
export function completeInPowerShell(): string {
  const words = new Map<string, readonly string[]>();
  for (const { name, options, argument } of COMPLETED_COMMANDS) {
    if (argument?.kind === 'words') words.set(name, argument.words);
    for (const { name: option, value } of options) {
      if (value?.kind === 'words') words.set(option, value.words);
    }
  }
  return `# PowerShell completion for redcap-sweep

Register-ArgumentCompleter -Native -CommandName 'redcap-sweep', 'redcap-sweep.cmd' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $commands = [ordered]@{
${COMPLETED_COMMANDS.map(({ name, summary }) => `        ${quote(name)} = ${quote(summary)}`).join('\n')}
    }
    $options = @{
        '' = [ordered]@{
${optionLines(BARE_OPTIONS)}
        }
${COMPLETED_COMMANDS.map(
  ({ name, options }) => `        ${quote(name)} = [ordered]@{
${optionLines(options)}
        }`,
).join('\n')}
    }
    $words = @{
${[...words].map(([name, all]) => `        ${quote(name)} = @(${all.map(quote).join(', ')})`).join('\n')}
    }
    $before = @($commandAst.CommandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.ToString() })
    $command = ''
    if ($before.Count -gt 1 -and $commands.Contains($before[1])) { $command = $before[1] }
    $offered = [ordered]@{}
    $last = ''
    if ($before.Count -gt 0) { $last = $before[-1] }
    if ($words.ContainsKey($last)) {
        foreach ($word in $words[$last]) { $offered[$word] = $word }
    } elseif ($wordToComplete -like '-*') {
        $offered = $options[$command]
    } elseif ($command -eq '') {
        $offered = $commands
    }
    foreach ($entry in $offered.GetEnumerator()) {
        if ($entry.Key.StartsWith($wordToComplete)) {
            [System.Management.Automation.CompletionResult]::new(
                $entry.Key, $entry.Key, 'ParameterValue', $entry.Value)
        }
    }
}
`;
}

function optionLines(options: readonly CompletedOption[]): string {
  return options
    .map(({ name, description }) => `            ${quote(name)} = ${quote(description)}`)
    .join('\n');
}

/** PowerShell takes the curved quotes for quotes too. */
function quote(text: string): string {
  return `'${text.replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}
