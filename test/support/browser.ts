import { accessSync, constants } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Chromium\\Application\\chrome.exe',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

/** The browser that the tests may start; a CHROMIUM_PATH that leads nowhere is no reason to take another one. */
export const CHROMIUM_PATH = findChromium();

/** For the name of a suite that is skipped without it. */
export const BROWSER_NOTE =
  CHROMIUM_PATH === undefined
    ? ' (skipped: no Chromium found; install one or set CHROMIUM_PATH)'
    : '';

function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  const places = named === undefined || named === '' ? USUAL_PLACES : [named];
  return places.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Starts a headless browser with a profile of its own, which goes with it. It asks nobody for updates. */
export async function startBrowser(): Promise<Browser> {
  if (CHROMIUM_PATH === undefined) throw new Error('no Chromium was found');
  return chromium.launch({
    executablePath: CHROMIUM_PATH,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
