import { describe, expect, it } from 'vitest';
import { answerAtOnce, renderCommandHelp, renderProgramHelp } from '../../src/cli/help.ts';
import { COMMANDS, COMMON_OPTIONS } from '../../src/cli/options.ts';
import { VERSION } from '../../src/version.ts';
import { runProgram } from '../support/run-program.ts';

describe('what is answered at once', () => {
  it.each([
    ['--help'],
    ['-h'],
    ['help'],
    ['--version'],
    ['-V'],
    ...COMMANDS.flatMap(({ name }) => [`${name} --help`, `${name} -h`, `help ${name}`]).map(
      (line) => [line],
    ),
  ])('%s: as the command line as a whole answers it', async (line) => {
    const argv = line.split(' ');
    const { stdout, stderr, exitCode } = await runProgram(argv);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(answerAtOnce(argv, undefined)).toBe(stdout);
  });

  it('the version alone', () => {
    expect(answerAtOnce(['--version'], 80)).toBe(`${VERSION}\n`);
  });

  it.each([
    [''],
    ['run'],
    ['run manifest.csv'],
    ['run manifest.csv --help'],
    ['nothing --help'],
    ['--version --json'],
    ['help nothing'],
    ['--token abc'],
  ])('and nothing else: %s', (line) => {
    expect(answerAtOnce(line === '' ? [] : line.split(' '), 80)).toBeUndefined();
  });
});

describe('help', () => {
  it('tells of every command, with what it is for', () => {
    const text = renderProgramHelp(1000);
    for (const { name, summary } of COMMANDS) {
      expect(text).toMatch(new RegExp(`^  ${name} \\[options\\].* {2}${escape(summary)}$`, 'm'));
    }
  });

  it.each(COMMANDS)('tells of every option of $name', (command) => {
    const text = renderCommandHelp(command, 1000);
    for (const { flags, description } of [...command.options, ...COMMON_OPTIONS]) {
      expect(text).toMatch(new RegExp(`^  ${escape(flags)} +${escape(description)}`, 'm'));
    }
  });

  it('keeps its lists within the width of the terminal, and nothing gets lost', () => {
    for (const command of COMMANDS) {
      const wide = renderCommandHelp(command, 1000);
      const narrow = renderCommandHelp(command, 76);
      const lists = /^Options:\n[^]*?\n\n/m.exec(narrow)?.[0] ?? '';
      for (const line of lists.split('\n')) expect(line.length).toBeLessThanOrEqual(76);
      expect(narrow.split(/\s+/)).toEqual(wide.split(/\s+/));
    }
  });
});

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
