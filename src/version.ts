import { readFileSync } from 'node:fs';

/** The package's own version: package.json stands beside `src` and `dist` alike. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  }
).version;

export const TOOL = `redcap-sweep ${VERSION}`;
