import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pick, type RunFiles } from '../support/run-files.ts';
import { editJournal } from '../support/stopped-run.ts';
import {
  FAST,
  FAST_CLOCK,
  isDeletion,
  makeArchive,
  openFixture,
  photosManifest,
} from '../support/fixture.ts';

const WORDS = 'The file storage is full, ask the administrators of this REDCap';
const full = (): Response =>
  new Response(JSON.stringify({ error: WORDS }), {
    status: 500,
    headers: { 'content-type': 'application/json' },
  });
const messages = (run: RunFiles): string[] =>
  [...run.rows.values()].flatMap((row) => pick(row, 'message'));

describe('what the server said of a deletion', () => {
  it('stands with each row that is still there, and in the reason of the stop', async () => {
    const fixture = await openFixture({ project: makeArchive(100) });
    fixture.sandbox.script(isDeletion, [full], { lasting: true });
    await fixture.write('m.csv', photosManifest(100));
    const args = ['run', 'm.csv', '--yes', ...FAST, '--retries', '1'];
    const ended = await fixture.sweep(args, FAST_CLOCK);
    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain(WORDS);
    const run = await fixture.run();
    expect(run.summary.stop).toMatchObject({
      code: 'not_deleting',
      message: expect.stringContaining(WORDS),
    });
    expect(run.error.length).toBeGreaterThanOrEqual(10);
    expect(run.error.length).toBeLessThan(100);
    for (const row of run.error) {
      expect(pick(row, 'status', 'code')).toEqual(['failed', 'still_present']);
      expect(pick(row, 'message')[0]).toContain(WORDS);
    }
    expect(await readFile(join(run.directory, 'report.html'), 'utf8')).toContain(WORDS);
  });

  it('outlives a try that ends in silence, a stop, a kill and a resume', async () => {
    const fixture = await openFixture();
    // Words first, and then nothing more that is an answer.
    fixture.sandbox.script(isDeletion, [full, 'reset-before'], { lasting: true });
    await fixture.write('m.csv', photosManifest(1));
    const args = ['run', 'm.csv', '--yes', ...FAST, '--no-verify', '--retries', '1'];
    expect(await fixture.sweep(args)).toMatchObject({ code: 1 });
    const run = await fixture.run();
    expect(messages(run)).toEqual([expect.stringMatching(new RegExp(`${WORDS}; then: `))]);
    const again = ['resume', run.directory, ...FAST, '--retries', '0'];
    expect(await fixture.sweep(again)).toMatchObject({ code: 1 });
    expect(messages(await fixture.run())).toEqual([expect.stringContaining(WORDS)]);
    // A kill in the middle of that try: its outcome is not in the journal any more.
    await editJournal(run.directory, (lines) => {
      const at = lines.findLastIndex((line) => line.includes('"state":"sending"'));
      return [...lines.slice(0, at + 1), ''];
    });
    expect(await fixture.sweep(['report', run.directory])).toMatchObject({ code: 3 });
    expect(messages(await fixture.run())).toEqual([expect.stringContaining(WORDS)]);
  });
});
