import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BROWSER_NOTE, CHROMIUM_PATH, startBrowser } from '../../support/browser.ts';
import { buildPage } from './build.ts';
import { HOSTILE_VALUES, hostileRun } from './hostile.ts';
import {
  check,
  completeRun,
  emptyRun,
  failingRun,
  manyRows,
  refusedRun,
  stoppedRun,
} from './scenes.ts';

const SCENES = {
  complete: () => completeRun(),
  failing: () => failingRun(400),
  stopped: () => stoppedRun(),
  check: () => check(),
  refused: () => refusedRun(),
  empty: () => emptyRun(),
  hostile: () => hostileRun(),
  huge: () => buildPage(manyRows(60_000), { context: { exitCode: 1 } }),
} as const;
type Scene = keyof typeof SCENES;
const NAMES = Object.keys(SCENES) as Scene[];
const SMALL = NAMES.filter((name) => name !== 'huge');

interface Opened {
  readonly page: Page;
  /** Everything that the browser has complained of, and every request but the page's own. */
  readonly complaints: string[];
  readonly requests: string[];
}

describe.skipIf(CHROMIUM_PATH === undefined)(`report.html in a browser${BROWSER_NOTE}`, () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sweep-report-'));
    for (const name of NAMES) await writeFile(join(folder, `${name}.html`), SCENES[name]());
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(name: Scene, options: BrowserContextOptions = {}): Promise<Opened> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    const address = pathToFileURL(join(folder, `${name}.html`)).href;
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    context.on('request', (request) => {
      if (request.url() !== address) requests.push(request.url());
    });
    await page.goto(address, { waitUntil: 'load' });
    return { page, complaints, requests };
  }

  it.each(NAMES)(
    'opens the %s page: no complaint, no request, narrow screens too',
    async (name) => {
      const { page, complaints, requests } = await open(name);
      await page.mouse.move(300, 300);
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      expect(await page.locator('h1').count()).toBe(1);
      expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
      await page.context().close();
    },
  );

  it('lets the policy of the page stop what is not its own', async () => {
    let hits = 0;
    const server = createServer((_, answer) => {
      hits += 1;
      answer.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { page, complaints } = await open('complete');
    await page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'window.hacked = 1';
      document.body.append(script);
      const image = document.createElement('img');
      image.src = 'http://127.0.0.1:${port}/x.png';
      document.body.append(image);
      document.body.setAttribute('onclick', 'window.hacked = 1');
      document.body.click();`);
    await page.waitForTimeout(200);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(hits).toBe(0);
    expect(complaints).toHaveLength(3);
    await page.context().close();
    server.close();
  });

  it('runs nothing that stands in a manifest, and shows it as text', async () => {
    const { page } = await open('hostile');
    for (const head of await page.locator('#attention-rows thead button').all()) await head.click();
    await page.mouse.move(400, 400);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    const foreign =
      'img, iframe, object, embed, link, base, [onload], [onerror], [onfocus], [onmouseover], [style], [autofocus], a[href]:not([href^="#"])';
    expect(await page.locator(foreign).count()).toBe(0);
    expect(await page.locator('script').count()).toBe(1);
    expect(await page.locator('style').count()).toBe(1);
    expect(await page.locator('meta[http-equiv]').count()).toBe(1);
    // One record cell for each value, in the order of the manifest.
    const records = await page.locator('#attention-rows tbody tr').count();
    expect(records).toBe(HOSTILE_VALUES.length);
    const text = await page.locator('body').innerText();
    expect(text).toContain('<img src=x onerror="window.hacked=1">');
    expect(text).toContain('</script><script>window.hacked=1</script>');
    expect(text).toMatch(/invoice\s*U\+202E\s*fdp\.exe/);
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\u061c\ufeff]/u);
    await page.context().close();
  });

  it('searches, filters and sorts the rows', async () => {
    const { page } = await open('failing');
    const count = page.locator('#attention-count');
    const table = page.locator('#attention-rows');
    const shownRows = page.locator('#attention-rows tbody tr:visible');
    const column = (at: number) =>
      page.locator(`#attention-rows tbody tr:visible > :nth-child(${at})`);
    expect(await count.innerText()).toBe('60 of 60 rows');

    await page.getByLabel('Search').fill('PERMISSIONS  use');
    expect(await count.innerText()).toBe('10 of 60 rows');
    expect(await shownRows.count()).toBe(10);
    await page.getByLabel('Search').fill('no such thing');
    expect(await shownRows.count()).toBe(0);
    await page.getByLabel('Search').fill('');

    await page.locator('#attention-state').selectOption('Unknown');
    expect(await count.innerText()).toBe('10 of 60 rows');
    expect(new Set(await column(6).allInnerTexts())).toEqual(new Set(['Unknown']));
    expect(await column(1).allInnerTexts()).toEqual([
      '9',
      '49',
      '89',
      '129',
      '169',
      '209',
      '249',
      '289',
      '329',
      '369',
    ]);

    const row = table.getByRole('columnheader', { name: 'Row', exact: true });
    expect(await row.getAttribute('aria-sort')).toBe('ascending');
    await row.getByRole('button').click();
    expect(await row.getAttribute('aria-sort')).toBe('descending');
    expect((await column(1).allInnerTexts()).slice(0, 3)).toEqual(['369', '329', '289']);

    await page.locator('#attention-state').selectOption('');
    const field = table.getByRole('columnheader', { name: 'Field', exact: true });
    await field.getByRole('button').focus();
    await page.keyboard.press('Enter');
    expect(await field.getAttribute('aria-sort')).toBe('ascending');
    expect(await row.getAttribute('aria-sort')).toBeNull();
    const fields = await column(4).allInnerTexts();
    expect(fields).toEqual(fields.toSorted());
    await page.context().close();
  });

  it('says the same without scripts, and offers nothing that needs them', async () => {
    const { page } = await open('failing', { javaScriptEnabled: false });
    expect(await page.locator('#attention-rows tbody tr:visible').count()).toBe(60);
    expect(await page.locator('#attention-tools').isVisible()).toBe(false);
    expect(await page.locator('svg.chart:visible').count()).toBe(3);
    expect(await page.locator('#attention-rows thead button').count()).toBe(0);
    await page.context().close();
  });

  it('can be reached by keyboard from the top: the first stop leads to the figures', async () => {
    const { page } = await open('failing');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.context().close();
  });

  it.each(SMALL)('has no serious fault of accessibility, light or dark: %s', async (name) => {
    const { page } = await open(name, { colorScheme: 'light' });
    await page.evaluate(AXE);
    expect(await seriousFaults(page, '{}')).toEqual([]);
    // Nothing but the colours differs.
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await seriousFaults(page, '{ runOnly: ["color-contrast"] }')).toEqual([]);
    await page.context().close();
  });
});

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

async function seriousFaults(page: Page, options: string): Promise<string[]> {
  const violations = await page.evaluate<readonly Violation[]>(
    `axe.run(document, ${options}).then((found) => found.violations)`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map((node) => node.html.slice(0, 160))
          .join(' | ')}`,
    );
}
