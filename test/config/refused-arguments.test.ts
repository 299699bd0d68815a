import { describe, expect, it } from 'vitest';
import { refuseArguments } from '../../src/config/token.ts';
import { refusal, TOKEN } from './workspace.ts';

describe('a --token option', () => {
  it.each([
    [['run', 'm.csv', '--token', TOKEN]],
    [[`--token=${TOKEN}`]],
    [[`--TOKEN=${TOKEN}`]],
    [['-token', TOKEN]],
    [[`--api-token=${TOKEN}`]],
    [[`--redcap_api_token:${TOKEN}`]],
  ])('is refused: %j', async (args) => {
    const message = await refusal(() => refuseArguments(args));
    expect(message).toMatch(/no --token option.*every user of this machine.*--token-file/);
    expect(message).not.toContain(TOKEN);
  });
});

describe('a token in the place of something else', () => {
  it.each([
    [[TOKEN]],
    [['check', TOKEN.toLowerCase()]],
    [['check', '--', TOKEN]],
    [['run', 'm.csv', TOKEN]],
    [['run', ` ${TOKEN}\r\n`]],
    [['run', `"${TOKEN}"`]],
    [['run', `\uFEFF${TOKEN}`]],
    [['run', `token=${TOKEN}`]],
    [['run', `REDCAP_API_TOKEN=${TOKEN}`]],
    [['run', `/token:${TOKEN}`]],
    [['run', `--${TOKEN}`]],
    [['run', `-t${TOKEN}`]],
    [['run', `--tokn=${TOKEN}`]],
    [['run', `--run-dir=${TOKEN}`]],
    [['check', TOKEN + TOKEN]],
  ])('is refused: %j', async (args) => {
    const message = await refusal(() => refuseArguments(args));
    expect(message).toMatch(/^One of the arguments looks like a token.*--token-file.*\.\/<name>/);
    expect(message.toUpperCase()).not.toContain(TOKEN);
  });

  it('is described by the option that it was given to', async () => {
    const message = await refusal(() => refuseArguments(['run', 'm.csv', '--rate', TOKEN]));
    expect(message).toMatch(/^What was given to --rate looks like a token/);
    expect(message).not.toContain(TOKEN);
  });
});

describe('--env-file', () => {
  it.each([[['--env-file', 'x']], [['--env-file=x']], [['--env-file-if-exists=x']]])(
    'is refused, with the other name: %j',
    async (args) => {
      expect(await refusal(() => refuseArguments(['check', 'm.csv', ...args]))).toMatch(
        /no --env-file option.*--dotenv <path>/,
      );
    },
  );
});

describe('what passes', () => {
  it.each([
    [[]],
    [['--token-file', 'x']],
    [['--token-command=x']],
    [['run', '--', '--token']],
    [['run', `./${TOKEN}`]],
    [['run', `lists/${TOKEN}`, `--run-dir=./${TOKEN}`]],
    [['run', `${TOKEN}.csv`]],
    [['run', TOKEN.slice(1)]],
    [['run', 'm.csv', '--column', `record=${TOKEN}`]],
    [['scan', '--filter', `[md5]='${TOKEN}'`]],
    [['check', '--dotenv', 'x', '--', '--env-file']],
  ])('%j', (args: string[]) => {
    expect(() => refuseArguments(args)).not.toThrow();
  });
});
