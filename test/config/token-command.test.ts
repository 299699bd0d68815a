import { describe, expect, it } from 'vitest';
import { readToken } from '../../src/config/read-token.ts';
import { findFamily } from '../../src/config/token-command.ts';
import { shellRunner } from '../../src/config/token-command.ts';
import { makeContext, makeFolder, refusal, TOKEN } from './workspace.ts';

function run(command: string, timeoutMs?: number, signal?: AbortSignal) {
  const runCommand = shellRunner({
    env: process.env,
    platform: process.platform,
    cwd: makeFolder(),
    mayAsk: false,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(signal && { signal }),
  });
  return readToken({ kind: 'command', command }, makeContext({ runCommand }), true);
}

function node(code: string): string {
  return `"${process.execPath}" -e "${code}"`;
}

describe('findFamily', () => {
  it('finds the descendants and nobody else', () => {
    expect(findFamily(10, '  1 0\n 10 1\n 11 10\n 12 11\n 13 1\n 14 13\n 15 10\n')).toEqual([
      10, 11, 15, 12,
    ]);
    expect(findFamily(10, '')).toEqual([10]);
  });
});

describe('readToken from a command', () => {
  it.each([
    ['plain', `echo ${TOKEN}`],
    ['a pipe of the shell', `echo ${TOKEN.toLowerCase()} | tr a-f A-F`],
    ['UTF-16 with mark', node(`process.stdout.write(Buffer.from('\uFEFF${TOKEN}','utf16le'))`)],
    ['nothing to read on its input', `cat; echo ${TOKEN}`],
  ])('%s', async (_name, command) => {
    expect(await run(command)).toBe(TOKEN);
  });

  it('gives the command the environment that it was given itself', async () => {
    const env = { PATH: process.env['PATH'], MINE: TOKEN };
    expect(
      await readToken(
        { kind: 'command', command: 'echo $MINE' },
        makeContext({ env, cwd: '/' }),
        true,
      ),
    ).toBe(TOKEN);
  });

  it.each([
    ['exit 7', 'ended with exit status 7'],
    ['kill -9 $$', 'was ended by SIGKILL'],
    ['true', 'printed nothing on its standard output'],
    ['echo', 'printed nothing on its standard output'],
    [`echo ${TOKEN}; exit 1`, 'ended with exit status 1'],
  ])('%s', async (command, why) => {
    expect(await refusal(() => run(command))).toBe(
      `--token-command ${why}, so there is no token. Try the command by itself.`,
    );
  });

  it('shows nothing of an output that is no token', async () => {
    const message = await refusal(() => run('echo secret; echo secret'));
    expect(message).toMatch(
      /^The output of --token-command is no REDCap API token: it has 13 char/,
    );
    expect(message).not.toContain('secret');
  });

  it('stops one that does not end, and at an abort', async () => {
    const started = performance.now();
    expect(await refusal(() => run('sleep 20', 100))).toMatch(/did not end in time/);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    expect(await refusal(() => run('sleep 20', undefined, controller.signal))).toMatch(/stopped/);
    expect(await refusal(() => run('sleep 20; true', 100))).toMatch(/did not end in time/);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('does not wait for what the command leaves behind with its output open', async () => {
    const started = performance.now();
    expect(await run(`echo ${TOKEN}; sleep 4 2>/dev/null &`)).toBe(TOKEN);
    expect(performance.now() - started).toBeLessThan(3500);
  });

  it('says when the shell cannot start', async () => {
    const context = makeContext({ cwd: '/nowhere/at/all' });
    expect(
      await refusal(() => readToken({ kind: 'command', command: 'true' }, context, true)),
    ).toMatch(/^--token-command could not be started/);
  });
});
