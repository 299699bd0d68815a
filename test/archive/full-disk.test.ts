import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesIn } from '../support/cli.ts';
import { FAST, photo, photosManifest } from '../support/fixture.ts';
import { canMount, makeRoom, mount } from '../support/small-disk.ts';
import { readRun } from '../support/run-files.ts';
import { auditArchive, openArchive, SAVED, states, times } from './fixture.ts';

const FILES = 20;

describe.skipIf(!canMount())(
  'an archive on a full disk (skipped where none can be mounted)',
  () => {
    it.each(['160k', '400k', '560k'])(
      'of %s: what it holds is whole, and resume finishes',
      async (size) => {
        const fixture = await openArchive({}, photosManifest(FILES));
        for (let record = 1; record <= FILES; record += 1) {
          fixture.project.putFile(
            photo(record),
            `photo-${record}.jpg`,
            Buffer.alloc(30_000, record),
          );
        }
        const disk = join(fixture.folder, 'disk');
        await mkdir(disk);
        mount(disk, size);
        const directory = join(disk, 'check');
        const ended = await fixture.sweep([
          'check',
          'm.csv',
          '--backup',
          '--run-dir',
          directory,
          ...FAST,
        ]);
        expect(ended.code).toBe(3);
        expect(ended.stderr).toContain(`redcap-sweep resume ${directory}`);
        expect(ended.stderr).not.toMatch(/\bat .*\.js:\d+|bug/);
        const backups = await namesIn(join(directory, 'backup'));
        expect(backups.filter((name) => name.endsWith('.part'))).toEqual([]);
        makeRoom(disk, '16m');
        expect((await fixture.sweep(['report', directory])).code).toBe(3);
        const run = await readRun(directory);
        await auditArchive(run);
        expect(states(run).filter((state) => state === SAVED).length).toBeLessThan(FILES);
        for (const state of states(run)) {
          expect([SAVED, 'not_attempted journal_failed', 'not_attempted interrupted']).toContain(
            state,
          );
        }
        expect((await fixture.sweep(['resume', directory, ...FAST])).code).toBe(0);
        const whole = await readRun(directory);
        await auditArchive(whole);
        expect(states(whole)).toEqual(times(FILES, SAVED));
        expect(fixture.deletions()).toBe(0);
      },
    );
  },
);
