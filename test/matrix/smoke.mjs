// The installed package on the Node that runs this file: rehearse, check, run, stop, resume, report.
// node smoke.mjs <path of cli.js>; prints one JSON line, exits 1 where anything is not as it should be.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [cli] = process.argv.slice(2);
const cwd = await mkdtemp(join(tmpdir(), 'smoke-'));
const env = { PATH: process.env.PATH, HOME: cwd, TMPDIR: tmpdir() };

function start(args, more = {}) {
  // A deprecation that only a newer Node warns of is found here too.
  const child = spawn(
    process.execPath,
    ['--pending-deprecation', '--throw-deprecation', cli, ...args],
    {
      cwd,
      env: { ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => (texts[name] += text));
  }
  return { child, texts, closed: once(child, 'close') };
}

async function expectJson(args, exitCode, more) {
  const { texts, closed } = start([...args, '--json'], more);
  const [code] = await closed;
  if (code !== exitCode) {
    throw new Error(`${args[0]} ended with ${code} and not ${exitCode}: ${texts.stderr.trim()}`);
  }
  return JSON.parse(texts.stdout);
}

function expectTotals(summary, totals) {
  for (const [status, rows] of Object.entries(totals)) {
    if (summary.totals[status] !== rows || summary.sumsAgree !== true) {
      throw new Error(
        `${summary.directory}: not ${rows} ${status}: ${JSON.stringify(summary.totals)}`,
      );
    }
  }
}

async function withSandbox(act) {
  const { child, texts, closed } = start([
    'sandbox',
    '--port',
    '0',
    '--records',
    '20',
    '--fault',
    '503:0.1',
  ]);
  try {
    while (!/token is/.test(texts.stdout)) {
      if (child.exitCode !== null) throw new Error(`sandbox: ${texts.stderr.trim()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const [REDCAP_API_URL] = /http:\S+/.exec(texts.stdout);
    const [REDCAP_API_TOKEN] = /[0-9A-F]{32}/.exec(texts.stdout);
    await act({ REDCAP_API_URL, REDCAP_API_TOKEN });
  } finally {
    child.kill('SIGINT');
    await closed;
  }
}

try {
  expectTotals(await expectJson(['demo'], 1), {
    deleted: 274,
    already_empty: 19,
    failed: 5,
    duplicate: 2,
  });
  await withSandbox(async (server) => {
    const scan = start(
      ['scan', '--field', 'consent_file', '--output', 'list.csv', '--rate', '50/s'],
      server,
    );
    const [code] = await scan.closed;
    if (code !== 0) throw new Error(`scan ended with ${code}: ${scan.texts.stderr.trim()}`);
    const rows = (await readFile(join(cwd, 'list.csv'), 'utf8')).trim().split('\n').length - 1;
    const check = await expectJson(
      ['check', 'list.csv', '--rate', '50/s', '--run-dir', 'checked'],
      0,
      server,
    );
    expectTotals(check, { not_attempted: rows });
    const pilot = [
      '--approved',
      'checked',
      '--yes',
      '--limit',
      '3',
      '--backup',
      '--rate',
      '50/s',
      '--run-dir',
      'swept',
    ];
    const stopped = await expectJson(['run', ...pilot], 3, server);
    expectTotals(stopped, { deleted: 3, not_attempted: rows - 3 });
    expectTotals(await expectJson(['resume', 'swept', '--rate', '50/s'], 0, server), {
      deleted: rows,
    });
    const backups = await readdir(join(cwd, 'swept', 'backup'));
    if (backups.length !== rows) throw new Error(`${backups.length} backups for ${rows} rows`);
    expectTotals(await expectJson(['report', 'swept'], 0), { deleted: rows });
    await writeFile(
      join(cwd, 'bad.csv'),
      'record,field,event\nnobody,consent_file,baseline_arm_1\n',
    );
    expectTotals(await expectJson(['run', 'bad.csv', '--yes', '--run-dir', 'bad'], 2, server), {
      invalid: 1,
    });
  });
  process.stdout.write(`${JSON.stringify({ version: process.version })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ version: process.version, error: error.message })}\n`);
  process.exitCode = 1;
} finally {
  await rm(cwd, { recursive: true, force: true });
}
