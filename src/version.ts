import { readFileSync } from 'node:fs';

/** The package's own folder: the one module of the bundle, and this one, stand one folder below it. */
export const PACKAGE = new URL('../', import.meta.url);

export const VERSION: string = (
  JSON.parse(readFileSync(new URL('package.json', PACKAGE), 'utf8')) as { version: string }
).version;

export const TOOL = `redcap-sweep ${VERSION}`;
