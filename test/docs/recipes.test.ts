import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/sandbox/handler.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import { BIN, cleanEnv, makeFolder, namesIn, startProgram, type Ended } from '../support/cli.ts';
import { fencedBlocks, readPage } from './markdown.ts';

const RECIPES = readPage('docs/recipes.md');
const shell = fencedBlocks(RECIPES, 'sh').map((lines) => lines.join('\n'));
const [python = ''] = fencedBlocks(RECIPES, 'python').map((lines) => lines.join('\n'));
const hasPython = spawnSync('python3', ['--version']).status === 0;

let server: Awaited<ReturnType<typeof serveSandbox>>;
beforeAll(async () => {
  server = await serveSandbox(createSandbox({ requestsPerMinute: 0 }));
});
afterAll(() => server.close());

/** A folder as the recipes want it: `.env` beside the script, and the program in the PATH. */
async function prepare(): Promise<string> {
  const cwd = await makeFolder();
  const variables = `REDCAP_API_URL=${server.url}\nREDCAP_API_TOKEN=${server.sandbox.token}\n`;
  await writeFile(join(cwd, '.env'), variables, { mode: 0o600 });
  await mkdir(join(cwd, 'bin'));
  const starter = join(cwd, 'bin', 'redcap-sweep');
  await writeFile(starter, `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`);
  await chmod(starter, 0o755);
  return cwd;
}

function start(program: string, script: string, cwd: string): Promise<Ended> {
  const { PATH = '' } = cleanEnv();
  const env = { PATH: `${join(cwd, 'bin')}${delimiter}${PATH}` };
  return startProgram(program, [script], { cwd, env }).ended;
}

async function summaryIn(directory: string): Promise<unknown> {
  return JSON.parse(await readFile(join(directory, 'summary.json'), 'utf8'));
}

describe.skipIf(process.platform === 'win32')('the recipes for a shell', () => {
  it('are the two that are told to be tried', () => {
    expect(shell.map((script) => /^# ([\w-]+\.sh):/m.exec(script)?.[1])).toEqual([
      'retention.sh',
      'delete-due.sh',
    ]);
  });

  it('retention.sh checks what is due, deletes nothing, and its check can be carried out', async () => {
    const cwd = await prepare();
    await writeFile(join(cwd, 'retention.sh'), shell[0] ?? '');
    const { code, stdout, stderr } = await start('/bin/sh', 'retention.sh', cwd);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [check = ''] = await namesIn(join(cwd, 'checks'));
    expect(stdout).toContain(`To approve: checks/${check}/report.html`);
    expect(await summaryIn(join(cwd, 'checks', check))).toMatchObject({
      kind: 'check',
      exitCode: 0,
      plan: { delete: 27, guarded: 27 },
    });
  });

  it('say so where nothing is due', async () => {
    for (const script of shell) {
      const cwd = await prepare();
      // A report without files: what scan writes is a header alone.
      const empty = script.replace('--report 302', `--filter "[site] = '99'"`);
      expect(empty).not.toBe(script);
      await writeFile(join(cwd, 'job.sh'), empty);
      const { code, stdout } = await start('/bin/sh', 'job.sh', cwd);
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'Nothing is due.\n' });
    }
  });

  it('delete-due.sh deletes what is due and keeps copies, within its bounds', async () => {
    const cwd = await prepare();
    const script = (shell[1] ?? '').replace(/--stop-at \S+ /, '');
    await writeFile(join(cwd, 'bounded.sh'), script.replace('deletions 200', 'deletions 20'));
    const refused = await start('/bin/sh', 'bounded.sh', cwd);
    expect(refused.code).toBe(2);
    expect(refused.stdout).toContain('Refused: nothing was deleted\n');

    const other = await prepare();
    await cp(join(cwd, '.env'), join(other, '.env'));
    await writeFile(
      join(other, 'delete-due.sh'),
      script.replace('--backup', '--backup --rate 50/s'),
    );
    const { code } = await start('/bin/sh', 'delete-due.sh', other);
    expect(code).toBe(0);
    const [run = ''] = await namesIn(join(other, 'runs'));
    expect(await summaryIn(join(other, 'runs', run))).toMatchObject({
      kind: 'run',
      totals: { deleted: 27 },
    });
    expect(await namesIn(join(other, 'runs', run, 'backup'))).toHaveLength(27);
  }, 60_000);
});

describe.skipIf(!hasPython || process.platform === 'win32')('the recipe for Python', () => {
  it('reads the answer and the rows to look at', async () => {
    const cwd = await prepare();
    await writeFile(join(cwd, 'check.py'), python);
    await writeFile(
      join(cwd, 'files.csv'),
      'record,field,event\n001,consent_file,baseline_arm_1\n999,photo,baseline_arm_1\n',
    );
    const { code, stdout } = await start('python3', 'check.py', cwd);
    expect(code).toBe(1);
    expect(stdout).toContain('1 files of 1 participants\n');
    expect(stdout).toContain('row 2 unknown_record record 999');
  });

  it('ends with the message of a refusal', async () => {
    const cwd = await prepare();
    await writeFile(join(cwd, 'check.py'), python);
    await writeFile(join(cwd, 'files.csv'), 'record,field\n');
    const { code, stderr } = await start('python3', 'check.py', cwd);
    expect(code).toBe(1);
    expect(stderr).toContain('it names no file');
  });
});
