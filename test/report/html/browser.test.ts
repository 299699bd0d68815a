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
  wideRun,
} from './scenes.ts';

const SCENES = {
  complete: () => completeRun(),
  failing: () => failingRun(400),
  stopped: () => stoppedRun(),
  check: () => check(),
  refused: () => refusedRun(),
  empty: () => emptyRun(),
  hostile: () => hostileRun(),
  wide: () => wideRun(),
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
    for (const head of await page.locator('#rows-table thead button').all()) await head.click();
    await page.locator('#rows-field').selectOption({ index: 1 });
    await page.locator('#rows-field').selectOption('');
    await page.mouse.move(400, 400);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    const foreign =
      'img, iframe, object, embed, link, base, [onload], [onerror], [onfocus], [onmouseover], [style], [autofocus], a[href]:not([href^="#"])';
    expect(await page.locator(foreign).count()).toBe(0);
    expect(await page.locator('script:not([type="application/json"])').count()).toBe(1);
    expect(await page.locator('style').count()).toBe(1);
    expect(await page.locator('meta[http-equiv]').count()).toBe(1);
    // One record cell for each value, in the order of the manifest.
    const records = await page.locator('#rows-table tbody tr').count();
    expect(records).toBe(HOSTILE_VALUES.length);
    const text = await page.locator('body').innerText();
    expect(text).toContain('<img src=x onerror="window.hacked=1">');
    expect(text).toContain('</script><script>window.hacked=1</script>');
    expect(text).toMatch(/invoice\s*U\+202E\s*fdp\.exe/);
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\u061c\ufeff]/u);
    await page.context().close();
  });

  it('searches, filters and sorts the rows, and says truly what it shows', async () => {
    const { page } = await open('failing');
    const shown = (): Promise<string> => page.locator('#rows-shown').innerText();
    const rows = page.locator('#rows-table tbody tr');
    const column = (at: number): Promise<string[]> =>
      page.locator(`#rows-table tbody tr > :nth-child(${at})`).allInnerTexts();
    expect(await shown()).toBe('Rows 1 to 100 of 400, those that need attention first.');
    expect(await rows.count()).toBe(100);
    expect((await column(1)).slice(0, 3)).toEqual(['3', '9', '14']);

    await page.getByLabel('Search').fill('PERMISSIONS  use');
    expect(await shown()).toBe(
      '10 of 400 rows fit the filter (search “PERMISSIONS use”). 390 rows are left out. All of these, those that need attention first.',
    );
    expect(await rows.count()).toBe(10);
    await page.getByLabel('Search').fill('no such thing');
    expect(await rows.count()).toBe(0);
    expect(await shown()).toBe(
      '0 of 400 rows fit the filter (search “no such thing”). 400 rows are left out.',
    );
    // Columns of the manifest's own, and labels.
    await page.getByLabel('Search').fill('T-399');
    expect(await column(1)).toEqual(['399']);
    await page.getByLabel('Search').fill('photo of the wound');
    expect(await shown()).toContain('171 of 400 rows fit');
    await page.getByLabel('Search').fill('');

    await page.locator('#rows-state').selectOption('=unknown');
    expect(await shown()).toContain('10 of 400 rows fit the filter (state Unknown)');
    expect(new Set(await column(6))).toEqual(new Set(['Unknown']));
    const numbers = ['9', '49', '89', '129', '169', '209', '249', '289', '329', '369'];
    expect(await column(1)).toEqual(numbers);

    const head = (name: string) =>
      page.locator('#rows-table').getByRole('columnheader', { name, exact: true });
    await head('Row').getByRole('button').click();
    expect(await head('Row').getAttribute('aria-sort')).toBe('ascending');
    await head('Row').getByRole('button').click();
    expect(await head('Row').getAttribute('aria-sort')).toBe('descending');
    expect(await column(1)).toEqual(numbers.toReversed());
    expect(await shown()).toContain('sorted by Row, highest first.');

    await page.locator('#rows-state').selectOption('');
    await head('Field').getByRole('button').focus();
    await page.keyboard.press('Enter');
    expect(await head('Field').getAttribute('aria-sort')).toBe('ascending');
    expect(await head('Row').getAttribute('aria-sort')).toBeNull();
    expect(await page.locator('#rows-sort').inputValue()).toBe('3');
    const fields = await column(4);
    expect(fields).toEqual(fields.toSorted());
    expect(await shown()).toBe('Rows 1 to 100 of 400, sorted by Field, A to Z.');
    await page.locator('#rows-sort').selectOption('');
    expect(await shown()).toBe('Rows 1 to 100 of 400, those that need attention first.');
    await page.context().close();
  });

  it('shows every row on its pages, each once', async () => {
    const { page } = await open('failing');
    const numbers: string[] = [];
    for (;;) {
      numbers.push(...(await page.locator('#rows-table tbody tr > :first-child').allInnerTexts()));
      const next = page.getByRole('button', { name: 'Next' });
      if (await next.isDisabled()) break;
      await next.click();
    }
    expect(await page.locator('#rows-shown').innerText()).toContain('Rows 301 to 400 of 400');
    expect(numbers.map(Number).toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 400 }, (_, at) => at + 1),
    );
    await page.context().close();
  });

  it.each(['failing', 'check', 'hostile'] as const)(
    'draws rows as the page has them without a script: %s',
    async (name) => {
      const rowsOf = async (options: BrowserContextOptions): Promise<string[]> => {
        const { page } = await open(name, options);
        const bodies = await page.locator('.rows tbody').all();
        const drawn = await Promise.all(bodies.map((body) => body.innerHTML()));
        await page.context().close();
        return drawn.flatMap((markup) =>
          markup.replace(/\s+/g, ' ').replaceAll('> <', '><').trim().split('</tr>'),
        );
      };
      const [byScript, without] = [await rowsOf({}), await rowsOf({ javaScriptEnabled: false })];
      expect(byScript).toHaveLength(without.length);
      for (const [at, row] of without.entries()) {
        if (byScript[at] !== row) expect(byScript[at]).toBe(row);
      }
    },
  );

  it('prints all rows, or says which filter was on and how many rows it leaves out', async () => {
    const { page } = await open('failing');
    const rows = page.locator('#rows-table tbody tr');
    const print = (event: string) => page.evaluate(`dispatchEvent(new Event('${event}'))`);
    await print('beforeprint');
    expect(await rows.count()).toBe(400);
    expect(await page.locator('#rows-shown').innerText()).toBe(
      'All 400 rows, those that need attention first.',
    );
    await print('afterprint');
    expect(await rows.count()).toBe(100);
    await page.locator('#rows-state').selectOption('=deleted');
    await print('beforeprint');
    await page.emulateMedia({ media: 'print' });
    expect(await rows.count()).toBe(330);
    expect(await page.locator('#rows-shown').isVisible()).toBe(true);
    expect(await page.locator('#rows-shown').innerText()).toBe(
      '330 of 400 rows fit the filter (state Deleted). 70 rows are left out. All of these, those that need attention first.',
    );
    expect(await page.locator('#rows-tools').isVisible()).toBe(false);
    // The browser itself says so before it prints.
    await print('afterprint');
    await page.evaluate(
      `addEventListener('beforeprint', () => (window.printed = document.querySelectorAll('#rows-table tbody tr').length))`,
    );
    await page.pdf();
    expect(await page.evaluate('window.printed')).toBe(330);
    await page.context().close();
  });

  it('prints many rows as lines, with every cell', async () => {
    const { page } = await open('huge');
    await page.locator('#rows-search').fill('visit_2_arm_1');
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
    expect(await page.locator('#rows-shown').innerText()).toMatch(
      /^[\d,]+ of the 20,000 rows on this page fit the filter \(search “visit_2_arm_1”\)\. [\d,]+ rows are left out\. All of these/,
    );
    const lines = page.locator('#rows-table tbody tr');
    expect(await lines.count()).toBeGreaterThan(1000);
    expect(await lines.last().innerText()).toMatch(
      /^Row: \d+ · Line: \d+ · Record: \d+ · Field: \w+( \([\w ]+\))? · Event: visit_2_arm_1 · State: \w+ ·.* ticket: T-\d+ · reason: [a-z ]+$/,
    );
    await page.context().close();
  });

  it('cuts nothing off on paper, however many columns a manifest has', async () => {
    for (const name of ['failing', 'wide', 'hostile'] as const) {
      const { page } = await open(name, { viewport: { width: 640, height: 900 } });
      await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
      await page.emulateMedia({ media: 'print' });
      const tooWide = `Array.from(document.querySelectorAll('table')).filter((one) => one.getBoundingClientRect().right > 641).map((one) => one.className)`;
      expect(await page.evaluate(tooWide), name).toEqual([]);
      expect(await page.locator('#rows-table').innerText()).toContain(
        name === 'wide' ? 'own_24: value 24' : '',
      );
      await page.context().close();
    }
  });

  it('keeps every column on a narrow screen', async () => {
    for (const name of ['failing', 'check'] as const) {
      const { page } = await open(name, { viewport: { width: 360, height: 740 } });
      expect(
        await page.evaluate(
          `Array.from(document.querySelectorAll('section:not([aria-labelledby=timing]) .scroll')).filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.innerText.slice(0, 40))`,
        ),
      ).toEqual([]);
      await page.context().close();
    }
  });

  it('says without scripts which rows it shows, and offers nothing that needs them', async () => {
    const { page } = await open('failing', { javaScriptEnabled: false });
    expect(await page.locator('#rows-table tbody tr:visible').count()).toBe(100);
    expect(await page.locator('#rows-shown').innerText()).toBe(
      'Rows 1 to 100 of 400, those that need attention first. To see the others here, the page has to be allowed to run its script; they are in the CSV reports beside this page too.',
    );
    expect(await page.locator('#rows-tools').isVisible()).toBe(false);
    expect(await page.locator('#rows-pager').isVisible()).toBe(false);
    expect(await page.locator('svg.chart:visible').count()).toBe(3);
    expect(await page.locator('#rows-table thead button').count()).toBe(0);
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
