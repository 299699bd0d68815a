import { expect, it } from 'vitest';
import { FAST, openFixture, photosManifest, type Fixture } from '../support/fixture.ts';

/** Standard output as one JSON document. */
async function errorOf(fixture: Fixture, args: readonly string[]): Promise<unknown> {
  const ended = await fixture.sweep([...args, '--json']);
  expect([args, ended.code]).toEqual([args, 2]);
  expect(ended.stderr).not.toBe('');
  return (JSON.parse(ended.stdout) as { error: unknown }).error;
}

it('with --json a refusal is one JSON document on standard output, whatever it is', async () => {
  const fixture = await openFixture();
  await fixture.write('m.csv', photosManifest(3));
  await fixture.write('bad.csv', 'record,field\n1,photo\n2,nothing\n');
  const cases: [readonly string[], RegExp][] = [
    [['check', 'm.csv', '--frobnicate'], /unknown option '--frobnicate'/],
    [['frobnicate'], /unknown command/],
    [['check'], /missing required argument/],
    [['check', 'gone.csv', ...FAST], /gone\.csv/],
    [['run', 'm.csv', ...FAST], /there is no terminal to ask on/],
    [['run', 'm.csv', '--yes', '--max-deletions', '1', ...FAST], /more than the 1/],
    [['run', 'm.csv', '--yes', '--rate', 'quick'], /--rate/],
    [['run'], /Name the manifest/],
    [['run', '--approved', 'gone', '--yes', ...FAST], /--approved gone is no check's directory/],
    [['resume', 'gone', ...FAST], /gone is no run directory/],
    [['report', 'gone'], /gone is no run directory/],
    [['restore', 'gone', ...FAST], /gone is no run directory/],
    [['project', '--url', 'http://127.0.0.1:9/api/', '--retries', '0'], /No connection/],
    // Reports were made: the error stands in the summary.
    [['run', 'bad.csv', '--yes', ...FAST], /^1 row is invalid\.$/],
  ];
  for (const [args, message] of cases) {
    expect(await errorOf(fixture, args)).toEqual({
      exitCode: 2,
      message: expect.stringMatching(message) as string,
    });
  }
  expect(fixture.deletions()).toBe(0);
});

it('a token in the wrong place is in neither stream', async () => {
  const fixture = await openFixture();
  const token = 'ABCDEF0123456789ABCDEF0123456789';
  for (const args of [
    ['check', token],
    [token],
    ['run', 'm.csv', '--run-dir', token],
    ['resume', token],
    ['report', `"${token}"`],
    ['scan', '--output', token],
    ['run', '--approved', token],
    ['check', 'm.csv', '--token-file', token],
  ]) {
    const ended = await fixture.sweep([...args, '--json']);
    expect([args[0], ended.code]).toEqual([args[0], 2]);
    expect(ended.stdout + ended.stderr).not.toMatch(new RegExp(token, 'i'));
    expect(JSON.parse(ended.stdout)).toMatchObject({
      error: { message: expect.stringMatching(/looks like a token/) as string },
    });
  }
});

it('a summary without a refusal has no error', async () => {
  const fixture = await openFixture();
  await fixture.write('m.csv', photosManifest(3));
  const { stdout, code } = await fixture.sweep(['run', 'm.csv', '--yes', '--json', ...FAST]);
  expect([code, (JSON.parse(stdout) as { error: unknown }).error]).toEqual([0, null]);
});

it('the help of a command that there is not is refused in words', async () => {
  const fixture = await openFixture();
  const { code, stdout } = await fixture.sweep(['help', 'nope', '--json']);
  expect([code, JSON.parse(stdout)]).toEqual([
    2,
    {
      error: {
        exitCode: 2,
        message: 'There is no such command; --help shows those that there are.',
      },
    },
  ]);
});
