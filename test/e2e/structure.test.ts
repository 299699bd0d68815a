import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { buildProject, type SandboxProject } from '../../src/sandbox/project.ts';
import { rowOutcomes, pick, readCsv } from '../support/run-files.ts';
import {
  FAST,
  FAST_CLOCK,
  makeArchive,
  openFixture,
  photo,
  photosManifest,
  type Fixture,
} from '../support/fixture.ts';

const EVENTS = [
  { name: 'baseline_arm_1', forms: ['papers', 'imaging'] },
  { name: 'visit_arm_1', forms: ['papers', 'imaging'] },
];

/** Records 1 to n with a photo and a scan (instance 1) at baseline. */
function makeTrial(records: number): SandboxProject {
  const target = (id: number, field: string, instance = '') => ({
    record: String(id),
    field,
    event: 'baseline_arm_1',
    instance,
  });
  const project = buildProject({
    kind: 'longitudinal',
    projectId: 77,
    title: 'Trial',
    forms: [
      { name: 'papers', fields: [{ name: 'record_id' }, { name: 'photo', type: 'file' }] },
      {
        name: 'imaging',
        repeats: true,
        fields: [{ name: 'scan', type: 'file' }],
      },
    ],
    events: EVENTS,
  });
  for (let id = 1; id <= records; id += 1) {
    project.putFile(target(id, 'photo'), `photo-${id}.jpg`);
    project.putFile(target(id, 'scan', '1'), `scan-${id}.dcm`);
  }
  return project;
}

const openTrial = (records = 4, options: SandboxOptions = {}): Promise<Fixture> =>
  openFixture({ project: makeTrial(records), ...options });

/** From now on the server knows the event under its new name alone. */
function renameEvent({ between }: Fixture): void {
  between.request = (form) =>
    form.replaceAll('baseline_arm_1', 'nowhere_arm_1').replaceAll('day_1_arm_1', 'baseline_arm_1');
  between.answer = (_form, body) => body.replaceAll('baseline_arm_1', 'day_1_arm_1');
}

/** From now on `scan` does not repeat, as the server tells it, and its file stands on the base row. */
function endRepeats({ between }: Fixture): void {
  between.answer = (form, body) => {
    const content = form.get('content');
    if (content === 'project') return body.replace(/("has_repeating[^"]*":)1/, '$10');
    if (content !== 'record') return body;
    const rows = JSON.parse(body) as Record<string, unknown>[];
    const base = new Map<string, Record<string, unknown>>();
    for (const row of rows) {
      const key = `${String(row['record_id'])} ${String(row['redcap_event_name'])}`;
      const known = base.get(key) ?? {};
      const filled = Object.entries(row).filter(([, value]) => value !== '');
      base.set(key, { ...row, ...known, ...Object.fromEntries(filled) });
    }
    return JSON.stringify(
      [...base.values()].map((row) => ({
        ...row,
        redcap_repeat_instrument: '',
        redcap_repeat_instance: '',
      })),
    );
  };
}

const scans = (records: number): string =>
  `record,field,event,instance\n${Array.from({ length: records }, (_, n) => `${n + 1},scan,baseline_arm_1,1\n`).join('')}`;

const CHANGED = 'guard_mismatch changed_since_check 0 ';

describe('a structure that a designer changes', () => {
  it('between a pilot and resume: nothing is sent, and nothing is taken for gone', async () => {
    const fixture = await openTrial();
    await fixture.write('m.csv', scans(4));
    const pilot = await fixture.sweep(['run', 'm.csv', '--yes', '--limit', '1', ...FAST]);
    expect(pilot.code).toBe(3);
    const { directory } = await fixture.run();
    renameEvent(fixture);
    const ended = await fixture.sweep(['resume', directory, ...FAST]);
    expect(ended.code).toBe(1);
    expect(fixture.deletions()).toBe(1);
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual(['deleted  1 yes', CHANGED, CHANGED, CHANGED]);
    expect(pick(run.error[0], 'message')[0]).toContain(
      'event baseline_arm_1 is day_1_arm_1 now; nothing is deleted',
    );
  });

  it('what was in the air then is unknown', async () => {
    const fixture = await openTrial();
    fixture.sandbox.script(({ kind }) => kind === 'delete', ['reset-before'], { lasting: true });
    await fixture.write('m.csv', scans(4));
    const first = await fixture.sweep([
      'run',
      'm.csv',
      '--yes',
      '--no-verify',
      '--retries',
      '0',
      '--max-failures',
      '1',
      ...FAST,
    ]);
    expect(first.code).toBe(3);
    const { directory } = await fixture.run();
    renameEvent(fixture);
    expect(await fixture.sweep(['resume', directory, ...FAST])).toMatchObject({ code: 1 });
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual(['unknown connection 1 skipped', CHANGED, CHANGED, CHANGED]);
  });

  it('a form that stops repeating: the file would be another one', async () => {
    const fixture = await openTrial();
    await fixture.write('m.csv', scans(4));
    await fixture.sweep(['run', 'm.csv', '--yes', '--limit', '1', ...FAST]);
    const { directory } = await fixture.run();
    endRepeats(fixture);
    expect(await fixture.sweep(['resume', directory, ...FAST])).toMatchObject({ code: 1 });
    expect(rowOutcomes(await fixture.run()).slice(1)).toEqual([CHANGED, CHANGED, CHANGED]);
    expect(fixture.deletions()).toBe(1);
  });

  it('a structure that cannot be read is a look that cannot be read', async () => {
    const fixture = await openTrial();
    await fixture.write('m.csv', scans(4));
    await fixture.sweep(['run', 'm.csv', '--yes', '--limit', '1', ...FAST]);
    const { directory } = await fixture.run();
    fixture.between.answer = (form, body) =>
      form.get('content') === 'metadata' ? '<html>maintenance</html>' : body;
    const ended = await fixture.sweep(['resume', directory, '--retries', '0', ...FAST]);
    expect(ended.code).toBe(2);
    const run = await fixture.run();
    expect(run.summary.stop).toMatchObject({ code: 'not_confirmed' });
    expect(fixture.deletions()).toBe(1);
  });

  it('a change in the middle of a run is noticed by its looks, and holds the rest back', async () => {
    const fixture = await openTrial(60);
    await fixture.write('m.csv', scans(60));
    fixture.between.answer = (_form, body) => {
      if (fixture.deletions() >= 10) renameEvent(fixture);
      return body;
    };
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', '--rate', '50/s']);
    expect(ended.code).toBe(1);
    const run = await fixture.run();
    const changed = rowOutcomes(run).filter((outcome) => outcome.startsWith('guard_mismatch'));
    expect(changed.length).toBeGreaterThan(0);
    expect(new Set(changed)).toEqual(new Set([CHANGED]));
    // What the server does not find under the old name was not deleted, and nobody says so.
    for (const row of run.success) expect(row['sweep_status']).toBe('deleted');
    expect(run.success.length).toBeLessThanOrEqual(fixture.deletions());
  });

  it('a change is noticed within a minute where nothing is looked at', async () => {
    const fixture = await openTrial(20);
    await fixture.write('m.csv', scans(20));
    fixture.between.answer = (_form, body) => {
      if (fixture.deletions() >= 5) renameEvent(fixture);
      return body;
    };
    const args = ['run', 'm.csv', '--yes', '--no-verify', '--rate', '6/min', '--concurrency', '1'];
    expect(await fixture.sweep(args, FAST_CLOCK)).toMatchObject({ code: 1 });
    const told = rowOutcomes(await fixture.run());
    expect(told.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => 'deleted  1 skipped'));
    expect(told.slice(-5)).toEqual(Array.from({ length: 5 }, () => CHANGED));
  });

  it('an approved run sends no other instance than the one that was reviewed', async () => {
    const fixture = await openTrial();
    endRepeats(fixture);
    await fixture.write('m.csv', scans(2));
    const directory = join(fixture.folder, 'checked');
    expect(await fixture.sweep(['check', 'm.csv', '--run-dir', directory, ...FAST])).toMatchObject({
      code: 0,
    });
    fixture.between.answer = undefined;
    const ended = await fixture.sweep(['run', '--approved', directory, '--yes', ...FAST]);
    expect(ended.code).toBe(2);
    expect(fixture.deletions()).toBe(0);
    const run = await fixture.run();
    expect(rowOutcomes(run)).toEqual([CHANGED, CHANGED]);
    expect(pick(run.error[0], 'message')[0]).toContain(
      'form imaging repeats now in event baseline_arm_1',
    );
  });

  it('restore puts nothing back in another place', async () => {
    const fixture = await openTrial();
    await fixture.write('m.csv', scans(2));
    expect(await fixture.sweep(['run', 'm.csv', '--yes', '--backup', ...FAST])).toMatchObject({
      code: 0,
    });
    const { directory } = await fixture.run();
    endRepeats(fixture);
    const ended = await fixture.sweep(['restore', directory, '--yes', '--overwrite', ...FAST]);
    expect(ended.code).toBe(1);
    expect(fixture.sandbox.ledger.counts().import).toBe(0);
    const restored = readCsv(await readFile(join(directory, 'restore.csv'), 'utf8'));
    expect(restored.map(({ status, code }) => `${status} ${code}`)).toEqual([
      'refused changed_since_check',
      'refused changed_since_check',
    ]);
  });

  it('asks for the fields in question alone, and once a minute', async () => {
    const fixture = await openTrial(2);
    await fixture.write('m.csv', scans(2));
    await fixture.sweep(['run', 'm.csv', '--yes', '--limit', '1', ...FAST]);
    const asked: string[][] = [];
    fixture.between.answer = (form, body) => {
      if (form.get('content') === 'metadata') {
        asked.push([...form].filter(([key]) => key.startsWith('fields')).map(([, value]) => value));
      }
      return body;
    };
    const { directory } = await fixture.run();
    expect(await fixture.sweep(['resume', directory, ...FAST])).toMatchObject({ code: 0 });
    expect(asked).toEqual([['record_id', 'scan']]);
  });
});

describe('exports that lag behind', () => {
  /** A replica: each deletion shows in exports after so many of the program's seconds. */
  function lag(fixture: Fixture, seconds: number): void {
    const deletedAt = new Map<string, number>();
    fixture.between.request = (form) => {
      const call = new URLSearchParams(form);
      if (call.get('action') === 'delete') deletedAt.set(call.get('record') ?? '', Date.now());
      return form;
    };
    fixture.between.answer = (form, body) => {
      if (form.get('content') !== 'record') return body;
      const rows = JSON.parse(body) as Record<string, unknown>[];
      return JSON.stringify(
        rows.map((row) => {
          const id = String(row['record_id']);
          const at = deletedAt.get(id);
          const hidden = at !== undefined && Date.now() - at < seconds * 100;
          return hidden ? { ...row, photo: `photo-${id}.jpg` } : row;
        }),
      );
    };
  }

  it.each([5, 40])('%i rows whose deletion shows after 8 s are deleted', async (rows) => {
    const fixture = await openFixture({ project: makeArchive(rows) });
    lag(fixture, 8);
    await fixture.write('m.csv', photosManifest(rows));
    expect(await fixture.sweep(['run', 'm.csv', '--yes', ...FAST], FAST_CLOCK)).toMatchObject({
      code: 0,
    });
    expect(rowOutcomes(await fixture.run())).toEqual(
      Array.from({ length: rows }, () => 'deleted  1 yes'),
    );
    expect(fixture.deletions()).toBe(rows);
  });

  it('a file that is there for good is said to be so', async () => {
    const fixture = await openFixture();
    fixture.sandbox.script(photo(2), ['empty'], { lasting: true });
    await fixture.write('m.csv', photosManifest(3));
    expect(await fixture.sweep(['run', 'm.csv', '--yes', ...FAST], FAST_CLOCK)).toMatchObject({
      code: 1,
    });
    expect(rowOutcomes(await fixture.run())).toEqual([
      'deleted  1 yes',
      'failed still_present 1 no',
      'deleted  1 yes',
    ]);
  });
});
