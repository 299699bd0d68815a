import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { photo, photosManifest } from '../support/fixture.ts';
import { openArchive } from './fixture.ts';

const LARGE_BYTES = 50_000_000;
const FILES = 12;

/** The most memory that a command held, in megabytes. */
async function peakOf(bytes: number): Promise<readonly number[]> {
  const fixture = await openArchive({}, photosManifest(FILES));
  const content = new Uint8Array(bytes).fill(7);
  for (let record = 1; record <= FILES; record += 1) {
    fixture.project.putFile(photo(record), `photo-${record}.jpg`, content);
  }
  const peaks: number[] = [];
  const preload = await fixture.write(
    'peak.mjs',
    `import { readFileSync, writeFileSync } from 'node:fs';
     // getrusage would count what its parent held when it was started.
     process.on('exit', () => {
       writeFileSync('peak', /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status'))[1]);
     });`,
  );
  const more = { NODE_OPTIONS: `--import ${preload}` };
  const connection = ['--rate', 'unlimited', '--concurrency', '4'];
  const check = ['check', 'm.csv', '--backup', '--run-dir', fixture.directory];
  const run = ['run', '--approved', fixture.directory, '--yes'];
  for (const args of [check, run]) {
    expect((await fixture.sweep([...args, ...connection], more)).code).toBe(0);
    peaks.push(Number(await readFile(join(fixture.folder, 'peak'), 'utf8')) / 1000);
  }
  return peaks;
}

it.skipIf(process.platform !== 'linux')(
  'files of 50 MB pass by in pieces, four at a time',
  async () => {
    const small = await peakOf(1000);
    const large = await peakOf(LARGE_BYTES);
    // Four of them in memory would be 200 MB more.
    large.forEach((peak, at) => {
      expect(peak - (small[at] ?? 0)).toBeLessThan(120);
    });
  },
);
