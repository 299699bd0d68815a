import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS, COMMON_OPTIONS } from '../../src/cli/commands.ts';
import { RefusedError } from '../../src/errors.ts';
import { runProgram } from '../support/run-program.ts';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'];
const scripts: Record<string, string> = {};
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'completion-'));
  for (const shell of SHELLS) {
    const { stdout } = await runProgram(['completion', shell]);
    scripts[shell] = stdout;
    writeFileSync(join(folder, `script.${shell}`), stdout);
  }
  mkdirSync(join(folder, 'work', 'reports'), { recursive: true });
  mkdirSync(join(folder, 'work', 'two words'));
  writeFileSync(join(folder, 'work', 'list.csv'), '');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function has(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}

/** Runs the shell in a folder with a file, `list.csv`, and two folders. */
function runShell(name: string, script: string): string[] {
  const { status, stdout, stderr } = spawnSync(name, ['-c', script], {
    cwd: join(folder, 'work'),
    encoding: 'utf8',
    env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
  });
  if (status !== 0 || stderr !== '') throw new Error(`${name} ended with ${status}: ${stderr}`);
  return stdout.split('\n').filter((line) => line !== '');
}

const COMMAND_NAMES = COMMANDS.map(({ name }) => name);
const MAIN_OPTIONS = ['--help', '--version'];

function optionsOf(command: string): string[] {
  const own = COMMANDS.find(({ name }) => name === command)?.options ?? [];
  return [...own, ...COMMON_OPTIONS].map(({ flags }) => flags.split(' ')[0] ?? '').concat('--help');
}

/** What is typed, the word under the cursor last, and what is offered for it. */
const TYPED: readonly (readonly [words: readonly string[], offered: readonly string[]])[] = [
  [[''], COMMAND_NAMES],
  [['re'], ['resume', 'report', 'restore']],
  [['--'], MAIN_OPTIONS],
  ...COMMAND_NAMES.map((name) => [[name, '--'], optionsOf(name)] as const),
  [
    ['run', '--no-'],
    ['--no-check', '--no-verify'],
  ],
  [['completion', ''], SHELLS],
  [['check', 'li'], ['list.csv']],
  [['check', '--token-file', 'li'], ['list.csv']],
  [
    ['resume', ''],
    ['reports', 'two words'],
  ],
  [
    ['run', '--approved', ''],
    ['reports', 'two words'],
  ],
  [
    ['sandbox', '--kind', ''],
    ['classic', 'longitudinal'],
  ],
  [
    ['run', '--log-level', ''],
    ['trace', 'debug', 'info', 'warn', 'error'],
  ],
  [['run', '--limit', ''], []],
  [['sandbox', ''], []],
];

describe.skipIf(!has('bash'))('completion in a real bash', () => {
  const complete = (words: readonly string[]): string[] =>
    runShell(
      'bash',
      `source ../script.bash
       complete -p redcap-sweep >/dev/null || exit 9
       COMP_WORDS=(redcap-sweep ${words.map((word) => `'${word}'`).join(' ')})
       COMP_CWORD=${words.length}
       _redcap_sweep redcap-sweep
       printf '%s\\n' "\${COMPREPLY[@]}"`,
    );

  it.each(TYPED)('%j', (words, offered) => {
    expect(complete(words).toSorted()).toEqual([...offered].toSorted());
  });

  it('takes --option=value, which bash cuts at the equals sign', () => {
    expect(complete(['sandbox', '--kind', '=', 'cl'])).toEqual(['classic']);
    expect(complete(['sandbox', '--kind', '='])).toEqual(['classic', 'longitudinal']);
  });
});

describe.skipIf(!has('fish'))('completion in a real fish', () => {
  it.each(TYPED)('%j', (words, offered) => {
    const line = ['redcap-sweep', ...words].join(' ');
    const seen = runShell('fish', `source ../script.fish; complete -C '${line}'`)
      .map((one) => one.split('\t')[0]?.replace(/\/$/, '') ?? '')
      .toSorted();
    expect(seen).toEqual([...offered].toSorted());
  });
});

describe('completion scripts', () => {
  it.skipIf(!has('zsh'))('is valid zsh', () => {
    expect(runShell('zsh', 'zsh -n ../script.zsh')).toEqual([]);
  });

  it.skipIf(!has('pwsh'))('is valid PowerShell', () => {
    const script = '$ErrorActionPreference = "Stop"; . ../script.powershell';
    expect(runShell('pwsh', script)).toEqual([]);
  });

  it.each(SHELLS)('%s: names every command and every option', (name) => {
    const script = scripts[name] ?? '';
    for (const command of COMMAND_NAMES) {
      expect(script).toContain(command);
      for (const option of optionsOf(command)) {
        expect(script).toContain(name === 'fish' ? `-l ${option.slice(2)} ` : option);
      }
    }
  });

  it.each(['zsh', 'powershell'])('%s: quotes and brackets are balanced', (name) => {
    const script = (scripts[name] ?? '').replace(/^\s*#.*$/gm, '');
    // zsh writes a quote inside quotes as '\'', PowerShell as ''.
    const outside = script.replaceAll("'\\''", '').replace(/'(?:[^']|'')*'/g, '');
    expect(outside).not.toContain("'");
    const count = (character: string): number => outside.split(character).length - 1;
    expect([count('{'), count('['), count('(')]).toEqual([
      count('}'),
      count(']'),
      name === 'zsh' ? count(')') - COMMAND_NAMES.length - 2 : count(')'),
    ]);
  });

  it('refuses a shell that it does not know, and names those that it does', async () => {
    const refusal = await runProgram(['completion', 'tcsh']).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RefusedError);
    expect((refusal as Error).message).toBe(
      'There are no completions for tcsh; there are for bash, zsh, fish, powershell.',
    );
  });
});
