import { describe, expect, it } from 'vitest';
import { COMMANDS, COMMON_OPTIONS } from '../../src/cli/commands.ts';
import type { OptionSpec } from '../../src/config/options.ts';
import { EXIT_SENTENCES } from '../../src/exit-codes.ts';
import { VERSION } from '../../src/version.ts';
import { runProgram } from '../support/run-program.ts';

/** Wide enough for every line of help. */
const WIDE = 1000;

async function helpOf(argv: readonly string[], columns = WIDE): Promise<string> {
  const { stdout, stderr, exitCode } = await runProgram(argv, { columns });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return stdout;
}

describe('help', () => {
  it('describes every command', async () => {
    const text = await helpOf(['--help']);
    for (const { name, summary } of COMMANDS) {
      expect(text).toMatch(new RegExp(`^  ${name} \\[options\\].* {2}${escape(summary)}$`, 'm'));
    }
    expect(text).toContain('redcap-sweep demo');
  });

  it.each(COMMANDS)('describes $name and each of its options', async (command) => {
    const { name, summary, details, argument } = command;
    const text = await helpOf([name, '--help']);
    expect(text).toContain(`\n\n${summary}\n\n${details}\n\n`);
    if (argument !== undefined) expect(text).toContain(`  ${argument.description}\n`);
    const options: readonly OptionSpec[] = [...command.options, ...COMMON_OPTIONS];
    for (const { flags, description, default: fallback, env } of options) {
      const [line = ''] = new RegExp(`^  ${escape(flags)} .*$`, 'm').exec(text) ?? [];
      expect(line).toContain(`  ${description}`);
      if (fallback !== undefined) expect(line).toContain(`default ${fallback}`);
      if (env !== undefined) expect(line).toContain(`environment ${env}`);
    }
    expect(text.includes('NO_PROXY')).toBe(options.some(({ flags }) => flags === '--url <url>'));
  });

  it.each([['--help'], ...COMMANDS.map(({ name }) => [name, '--help'])])(
    'describes the exit codes: %s %s',
    async (...argv) => {
      const text = await helpOf(argv);
      for (const [code, sentence] of Object.entries(EXIT_SENTENCES)) {
        expect(text).toContain(`${code}  ${sentence}\n`);
      }
    },
  );

  it('is the same whichever way it is asked for', async () => {
    const program = await helpOf(['--help']);
    expect(await helpOf(['-h'])).toBe(program);
    expect(await helpOf(['help'])).toBe(program);
    const run = await helpOf(['run', '--help']);
    expect(await helpOf(['run', '-h'])).toBe(run);
    expect(await helpOf(['help', 'run'])).toBe(run);
    expect(await helpOf(['run', 'manifest.csv', '--help'])).toBe(run);
  });

  it('keeps its lists within the width of the terminal, and nothing gets lost', async () => {
    for (const { name } of COMMANDS) {
      const wide = await helpOf([name, '--help']);
      const narrow = await helpOf([name, '--help'], 76);
      const lists = /^Options:\n[^]*?\n\n/m.exec(narrow)?.[0] ?? '';
      for (const line of lists.split('\n')) expect(line.length).toBeLessThanOrEqual(76);
      expect(narrow.split(/\s+/)).toEqual(wide.split(/\s+/));
    }
  });

  it('is shown on standard error where nothing was asked for, and refuses', async () => {
    const { stdout, stderr, exitCode } = await runProgram([]);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toContain('redcap-sweep demo');
  });
});

it.each(['--version', '-V'])('%s: the version alone', async (option) => {
  expect(await helpOf([option])).toBe(`${VERSION}\n`);
});

describe('what is refused', () => {
  it.each([
    ['report run --rate 5/s', "error: unknown option '--rate'"],
    ['report', "error: missing required argument 'run-dir'"],
    ['scan more', 'error: too many arguments'],
  ])('%s', async (line, message) => {
    const { stdout, stderr, exitCode } = await runProgram(line.split(' '));
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toContain(message);
    expect(stderr).toContain('(--help shows what can be given)');
  });

  it.each([
    ['sandbox --kind large', '--kind takes classic or longitudinal, not "large".'],
    [
      'run m.csv --log-level loud',
      '--log-level takes trace, debug, info, warn or error, not "loud".',
    ],
    ['sandbox --port 70000', '--port takes a whole number from 0 to 65535, not "70000".'],
  ])('%s', async (line, message) => {
    await expect(runProgram(line.split(' '))).rejects.toThrow(message);
  });
});

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
