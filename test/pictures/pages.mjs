// Makes pictures of report.html, to be looked at: node test/pictures/pages.mjs <folder>
// Checks of 300 and of 20,000 rows, a run with all kinds of trouble, a restored run; on a desk,
// on a phone, in the dark and in print. Says how long the longest list takes to load and to filter.
// Needs `npm run build` and a Chromium (CHROMIUM_PATH, or in the usual places).
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(root, 'dist', 'cli.js');
const out = resolve(process.argv[2] ?? 'pictures');
const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env.CHROMIUM_PATH ?? USUAL.find((path) => existsSync(path));
if (executablePath === undefined) throw new Error('no Chromium found; set CHROMIUM_PATH');
await mkdir(out, { recursive: true });

/** Commands against a stand-in of so many records. */
async function against(records, work) {
  const args = ['sandbox', '--port', '0', '--requests-per-minute', '0', '--records', records];
  const sandbox = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [told] = await once(sandbox.stdout, 'data');
  const [, url] = /(http:\S+)/.exec(told) ?? [];
  const [, token] = /\b([0-9A-F]{32})\b/i.exec(told) ?? [];
  const env = {
    PATH: process.env.PATH,
    TZ: 'Europe/Berlin',
    REDCAP_API_URL: url,
    REDCAP_API_TOKEN: token,
  };
  try {
    await work((...flags) => sweep(env, flags));
  } finally {
    sandbox.kill();
    await once(sandbox, 'exit');
  }
}

async function sweep(env, flags) {
  const fast = ['check', 'run', 'scan', 'restore'].includes(flags[0])
    ? ['--rate', 'unlimited']
    : [];
  const options = { cwd: out, env, maxBuffer: 1 << 28 };
  return run(process.execPath, [cli, ...flags, ...fast, '--quiet'], options).catch(
    (error) => error,
  );
}

/** The files of the stand-in, with columns of one's own. */
async function listOf(go, name, rows) {
  await go('scan', '--output', 'scan.csv', '--replace');
  const [head, ...lines] = (await readFile(join(out, 'scan.csv'), 'utf8')).trimEnd().split('\n');
  const reasons = ['withdrew consent', 'left the study', '"uploaded twice, see e-mail of 3 March"'];
  const own = lines
    .slice(0, rows)
    .map((line, at) => `${line},DM-${1000 + at},${reasons[at % reasons.length]}`);
  await writeFile(join(out, name), [`${head},ticket,reason`, ...own, ''].join('\n'));
}

const open = (name) => existsSync(join(out, name));

if (!open('check-20000')) {
  await against('9000', async (go) => {
    await listOf(go, 'large.csv', 20_000);
    await go('check', 'large.csv', '--run-dir', 'check-20000');
    await listOf(go, 'withdrawn.csv', 300);
    await go('check', 'withdrawn.csv', '--run-dir', 'check-300');
  });
  await against('60', async (go) => {
    await listOf(go, 'few.csv', 40);
    await go('check', 'few.csv', '--backup', '--run-dir', 'archive');
    await cp(join(root, 'manifests', 'demo.csv'), join(out, 'demo.csv'));
    await go('check', 'demo.csv', '--run-dir', 'check-trouble');
    await go('run', 'few.csv', '--yes', '--backup', '--run-dir', 'restored');
    await go('restore', 'restored', '--rows', '1-20', '--yes');
    await writeFile(
      join(out, 'faulty.csv'),
      'record,field,event\n001,consent_fil,baseline_arm_1\n002,consent_file,baseline_arm_1\n',
    );
    await go('run', 'faulty.csv', '--yes', '--run-dir', 'refused');
  });
  await sweep({ PATH: process.env.PATH, TZ: 'Europe/Berlin' }, ['demo', '--report-dir', 'demo']);
  const [trouble] = await readdir(join(out, 'demo'));
  await cp(join(out, 'demo', trouble), join(out, 'trouble'), { recursive: true });
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const say = (text) => process.stdout.write(`${text}\n`);
const LOOKS = {
  desk: { viewport: { width: 1280, height: 900 } },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
};
try {
  for (const name of ['check-300', 'check-trouble', 'archive', 'trouble', 'refused', 'restored']) {
    const address = pathToFileURL(join(out, name, 'report.html')).href;
    for (const [look, options] of Object.entries(LOOKS)) {
      const page = await browser.newPage(options);
      await page.goto(address);
      await page.screenshot({ path: join(out, `${name}-${look}.png`), fullPage: true });
      await page.close();
    }
  }
  const page = await browser.newPage(LOOKS.desk);
  const address = pathToFileURL(join(out, 'check-20000', 'report.html'));
  const { size } = await stat(fileURLToPath(address));
  const timed = async (what, work) => {
    const from = performance.now();
    await work();
    say(`${what}: ${Math.round(performance.now() - from)} ms`);
  };
  say(`the page of 20,000 rows has ${(size / 1e6).toFixed(1)} MB`);
  await timed('to load it', () => page.goto(address.href, { waitUntil: 'load' }));
  const type = (text) =>
    page.evaluate((words) => {
      const search = document.getElementById('list-search');
      const from = performance.now();
      search.value = words;
      search.dispatchEvent(new Event('input'));
      document.body.getBoundingClientRect();
      return Math.round(performance.now() - from);
    }, text);
  for (const words of ['consent', 'consent pdf', '00123', '']) {
    say(`to filter it by "${words}": ${await type(words)} ms`);
  }
  await timed('to sort it by record', () => page.locator('#list-sort').selectOption('2'));
  await page.screenshot({ path: join(out, 'check-20000-desk.png') });
  await type('left DM-11');
  await timed('to print what is left of it', () =>
    page.pdf({ path: join(out, 'check-20000-filtered.pdf'), format: 'A4' }),
  );
  await type('');
  await timed('to print it whole', () =>
    page.pdf({ path: join(out, 'check-20000.pdf'), format: 'A4' }),
  );
  await page.goto(pathToFileURL(join(out, 'trouble', 'report.html')).href);
  await page.locator('#rows-state').selectOption({ index: 1 });
  await page.pdf({ path: join(out, 'trouble-filtered.pdf'), format: 'A4' });
} finally {
  await browser.close();
}
