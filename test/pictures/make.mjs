// Makes the README's picture from the sandbox: node test/pictures/make.mjs
// Needs `npm run build` and a Chromium (CHROMIUM_PATH, or in the usual places).
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { rolldown } from 'rolldown';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const out = join(root, '.readme');
const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env.CHROMIUM_PATH ?? USUAL.find((path) => existsSync(path));
if (executablePath === undefined) throw new Error('no Chromium found; set CHROMIUM_PATH');

const { createSandbox, demoSandboxOptions, serveSandbox } = await loadSources('sandbox.ts');
const work = await mkdtemp(join(tmpdir(), 'sweep-pictures-'));
const server = await serveSandbox(createSandbox(demoSandboxOptions));
await cp(join(root, 'manifests', 'demo.csv'), join(work, 'withdrawn.csv'));

const env = {
  PATH: process.env.PATH,
  REDCAP_API_URL: server.url,
  REDCAP_API_TOKEN: server.sandbox.token,
};
const sweep = (args) => {
  const bin = join(root, 'dist', 'cli.js');
  const fast = ['--rate', '100/s', '--quiet'];
  // Rows that need attention are no failure here.
  return run(process.execPath, [bin, ...args, ...fast], { cwd: work, env }).catch(() => undefined);
};

/** TypeScript beside this file, bundled and loaded from memory. */
async function loadSources(name) {
  const input = fileURLToPath(new URL(name, import.meta.url));
  const build = await rolldown({ input, platform: 'node' });
  const { output } = await build.generate({ format: 'esm' });
  await build.close();
  const script = Buffer.from(output[0].code).toString('base64');
  return import(`data:text/javascript;base64,${script}`);
}

try {
  await mkdir(out, { recursive: true });
  await sweep(['check', 'withdrawn.csv', '--run-dir', 'checked']);
  await sweep(['run', '--approved', 'checked', '--yes', '--run-dir', 'swept']);
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage({
      viewport: { width: 1000, height: 1250 },
      deviceScaleFactor: 2,
    });
    await page.goto(pathToFileURL(join(work, 'swept', 'report.html')).href);
    // The stand-in's address and this machine's names are nobody's business.
    await page.evaluate(
      (names) => {
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
          const node = walk.currentNode;
          for (const [real, shown] of names) {
            if (node.nodeValue.includes(real)) node.nodeValue = node.nodeValue.replace(real, shown);
            else if (node.nodeValue.trim() === real.trim()) node.nodeValue = shown;
          }
        }
      },
      [[server.url, 'https://redcap.example.edu/api/']],
    );
    const facts = page.locator('dd');
    for (const [real, shown] of [
      [userInfo().username, 'dm'],
      [hostname(), 'study-laptop'],
    ]) {
      await facts
        .getByText(real, { exact: true })
        .first()
        .evaluate((node, text) => (node.textContent = text), shown);
    }
    await page.screenshot({ path: join(out, 'report.png') });
  } finally {
    await browser.close();
  }
} finally {
  await server.close();
  await rm(work, { recursive: true, force: true });
}
process.stdout.write(`${(await readdir(out)).join('\n')}\n`);
