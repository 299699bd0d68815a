import { describe, expect, it } from 'vitest';
import { instantOf } from '../../src/clock.ts';
import type { Target } from '../../src/rows/target.ts';
import type { ExportAnswer } from '../../src/project/export-lists.ts';
import { lookAt } from '../../src/project/look.ts';
import type { ExportRow, Look } from '../../src/rows/look.ts';
import type { ProjectModel } from '../../src/project/model.ts';
import type { StructureAnswer } from '../../src/project/read-model.ts';
import { createStructure, type LookWays, type Structure } from '../../src/project/structure.ts';
import { createVirtualClock, type VirtualClock } from '../redcap/virtual-clock.ts';
import { makeClassicModel, makeModel, makeTarget } from './builders.ts';

const MINUTE = 60_000;
const LATE = makeTarget('1', 'photo', 'late_arm_2');
const LATE_ROW: ExportRow = {
  record_id: '1',
  redcap_event_name: 'late_arm_2',
  redcap_repeat_instrument: '',
  redcap_repeat_instance: '',
  photo: '',
};

interface Setup {
  readonly clock: VirtualClock;
  readonly structure: Structure;
  readonly ways: LookWays;
  /** The fields of each reading. */
  readonly readings: string[][];
  look(...targets: Target[]): Promise<readonly Look[] | string>;
}

function open(
  planned: ProjectModel,
  now: () => ProjectModel | StructureAnswer,
  rows: (asked: ProjectModel) => readonly ExportRow[],
  how: { readonly resumed?: boolean } = {},
): Setup {
  const clock = createVirtualClock();
  const readings: string[][] = [];
  const structure = createStructure(
    planned,
    how.resumed === true ? undefined : instantOf(clock),
    clock,
  );
  const ways: LookWays = {
    lookAt: (model, targets) =>
      lookAt(
        (): Promise<ExportAnswer> => Promise.resolve({ kind: 'rows', rows: rows(model) }),
        model,
        targets,
      ),
    readStructure: (_known, fields) => {
      readings.push([...fields]);
      const answer = now();
      return Promise.resolve('kind' in answer ? answer : { kind: 'read', model: answer });
    },
  };
  return {
    clock,
    structure,
    ways,
    readings,
    async look(...targets) {
      const looked = await structure.look(targets, ways);
      return looked.kind === 'looked' ? looked.looks : looked.kind;
    },
  };
}

const GONE: Look = { kind: 'gone' };
const moved = (why: string): Look => ({ kind: 'nothing', why, moved: true });

describe('"gone" is said with a structure that is no older than a minute', () => {
  it('reads nothing again within the minute, and only the fields in question after it', async () => {
    const model = makeModel();
    const { clock, look, readings } = open(
      model,
      () => makeModel(),
      () => [LATE_ROW],
    );
    await clock.runTo(MINUTE);
    expect(await look(LATE)).toEqual([GONE]);
    expect(readings).toEqual([]);
    await clock.runTo(MINUTE + 1);
    expect(await look(LATE)).toEqual([GONE]);
    expect(await look(LATE)).toEqual([GONE]);
    expect(readings).toEqual([['photo']]);
  });

  it('other labels are no other structure: one look does', async () => {
    const photo = { form: 'files', signature: false, label: 'Photograph' };
    const relabelled = makeModel({
      fileFields: { ...makeModel().fileFields, photo },
      events: makeModel().events.map((event) => ({ ...event, label: 'Other' })),
    });
    const asked: ProjectModel[] = [];
    const { clock, look, readings } = open(
      makeModel(),
      () => relabelled,
      (model) => {
        asked.push(model);
        return [LATE_ROW];
      },
    );
    await clock.runTo(MINUTE + 1);
    expect(await look(LATE)).toEqual([GONE]);
    expect([readings.length, asked.length]).toEqual([1, 1]);
  });

  it('asks again for a field that the last reading did not cover', async () => {
    const row = { ...LATE_ROW, sig: '' };
    const { clock, look, readings } = open(
      makeModel(),
      () => makeModel(),
      () => [row],
    );
    await clock.runTo(MINUTE + 1);
    await look(LATE);
    await look(makeTarget('1', 'sig', 'late_arm_2'));
    expect(readings).toEqual([['photo'], ['sig']]);
  });

  it("reads it for a file that is seen, too: it may be another place's by now", async () => {
    const { clock, look, readings } = open(
      makeModel(),
      () => makeModel(),
      () => [{ ...LATE_ROW, photo: 'a.pdf' }],
    );
    await clock.runTo(10 * MINUTE);
    expect(await look(LATE)).toEqual([{ kind: 'there', mark: 'a.pdf', name: 'a.pdf' }]);
    expect(readings).toEqual([['photo']]);
  });

  it('takes no missing-data code that a designer has added since for a file', async () => {
    const { clock, look, readings } = open(
      makeModel(),
      () => makeModel({ missingCodes: ['-999', 'NI', 'UNK'] }),
      () => [{ ...LATE_ROW, photo: 'UNK' }],
    );
    await clock.runTo(10);
    expect(await look(LATE)).toEqual([
      { kind: 'nothing', why: 'the field holds the missing-data code UNK' },
    ]);
    expect(readings).toEqual([['photo']]);
  });

  it.each(['scan', '-77', 'N.A', '4711'])('asks whether %s is one by now', async (photo) => {
    const rows = [{ ...LATE_ROW, photo }];
    const { clock, structure, ways, look, readings } = open(
      makeModel(),
      () => makeModel(),
      () => rows,
    );
    await clock.runTo(5);
    expect(await look(LATE)).toMatchObject([{ kind: 'there', mark: photo }]);
    expect(readings).toHaveLength(1);
    // A check does not: its row is looked at again before anything is said of it.
    await structure.lookForCheck([LATE], ways);
    expect(readings).toHaveLength(1);
  });

  it('measures the minute by the clock that says more: a laptop slept', async () => {
    const { ways } = open(
      makeModel(),
      () => makeModel(),
      () => [LATE_ROW],
    );
    let wall = 0;
    const asleep = { now: () => wall, monotonic: () => 0 };
    let read = 0;
    const structure = createStructure(makeModel(), instantOf(asleep), asleep);
    wall = MINUTE + 1;
    await structure.look([LATE], {
      ...ways,
      readStructure: () => {
        read += 1;
        return Promise.resolve({ kind: 'read', model: makeModel() });
      },
    });
    expect(read).toBe(1);
  });

  it('reads a structure that comes from a journal before the first look', async () => {
    const { look, readings } = open(
      makeModel(),
      () => makeModel(),
      () => [{ ...LATE_ROW, photo: 'a.pdf' }],
      { resumed: true },
    );
    await look(LATE);
    await look(LATE);
    expect(readings).toEqual([['photo']]);
  });

  it.each<[string, StructureAnswer, string]>([
    ['cannot be read', { kind: 'unreadable', message: 'HTML' }, 'unreadable'],
    ['is stopped', { kind: 'stopped' }, 'stopped'],
  ])('a structure that %s is a look that does so', async (_what, answer, kind) => {
    const { look } = open(
      makeModel(),
      () => answer,
      () => [LATE_ROW],
      { resumed: true },
    );
    expect(await look(LATE)).toBe(kind);
  });
});

describe('a place that is not the one that was planned any more', () => {
  const renamed = makeModel({
    events: [
      { name: 'base_arm_1', arm: '1' },
      { name: 'visit_arm_1', arm: '1' },
      { name: 'day_9_arm_2', arm: '2' },
    ],
    eventForms: { ...makeModel().eventForms, day_9_arm_2: ['files'] },
  });

  it('a renamed event says nothing, and nothing is sent there', async () => {
    const row = { ...LATE_ROW, redcap_event_name: 'day_9_arm_2', photo: 'a.pdf' };
    const { look, structure } = open(
      makeModel(),
      () => renamed,
      () => [row],
      { resumed: true },
    );
    const why = 'the project has no event late_arm_2 any more';
    expect(await look(LATE)).toEqual([moved(why)]);
    expect(structure.changeAt(LATE)).toBe(why);
    expect(structure.changeAt(makeTarget('1', 'photo', 'base_arm_1'))).toBeUndefined();
  });

  it('a renamed event is found by its rows within the minute, too', async () => {
    const row = { ...LATE_ROW, redcap_event_name: 'day_9_arm_2', photo: 'a.pdf' };
    const { look, readings } = open(
      makeModel(),
      () => renamed,
      () => [row],
    );
    expect(await look(LATE)).toEqual([moved('the project has no event late_arm_2 any more')]);
    expect(readings).toHaveLength(1);
  });

  it('an event that came since is no contradiction once it is known', async () => {
    const extra = makeModel({
      events: [...makeModel().events, { name: 'more_arm_1', arm: '1' }],
    });
    const more = { ...LATE_ROW, redcap_event_name: 'more_arm_1' };
    const { look, readings } = open(
      makeModel(),
      () => extra,
      () => [LATE_ROW, more],
    );
    expect(await look(LATE)).toEqual([GONE]);
    expect(await look(LATE)).toEqual([GONE]);
    expect(readings).toHaveLength(1);
  });

  it('an export that goes on contradicting says nothing, holds its place back, and costs one reading', async () => {
    const model = makeClassicModel();
    const photo = makeTarget('1', 'photo');
    const rows = [
      { record_id: '1', redcap_repeat_instrument: 'files', redcap_repeat_instance: 1, photo: 'a' },
    ];
    const { look, readings, structure } = open(
      model,
      () => makeClassicModel(),
      () => rows,
    );
    const why = 'the export shows an instance of form files, where nothing repeats';
    expect(await look(photo)).toEqual([moved(why)]);
    expect(await look(photo)).toEqual([moved(why)]);
    expect(readings).toHaveLength(1);
    expect(structure.changeAt(makeTarget('2', 'sig'))).toBe(why);
    expect(structure.changeAt(makeTarget('2', 'scan', '', '1'))).toBeUndefined();
  });

  const { fileFields } = makeClassicModel();
  const photoMoved = makeClassicModel({
    fileFields: { ...fileFields, photo: { form: 'imaging', signature: false } },
  });
  const photoRow = (form: string, instance: number | ''): ExportRow => ({
    record_id: '1',
    redcap_repeat_instrument: form,
    redcap_repeat_instance: instance,
    photo: 'a',
  });

  it('a field that was moved holds nothing back on the form that it came to', async () => {
    const { look, readings, structure } = open(
      makeClassicModel(),
      () => photoMoved,
      () => [photoRow('', '')],
      { resumed: true },
    );
    const why = 'field photo is on form imaging now, not on files';
    for (let n = 0; n < 3; n += 1) {
      expect(await look(makeTarget('1', 'photo'))).toEqual([moved(why)]);
    }
    expect(readings).toHaveLength(1);
    expect(structure.changeAt(makeTarget('1', 'scan', '', '1'))).toBeUndefined();
  });

  it.each<{
    readonly name: string;
    readonly planned?: Partial<ProjectModel>;
    readonly now: Partial<ProjectModel>;
    readonly row: ExportRow;
    readonly held: Target;
    readonly why: string;
  }>([
    {
      name: 'an instance of its form that repeats nowhere',
      planned: { repeats: { kind: 'none' } },
      now: { fileFields: photoMoved.fileFields, repeats: { kind: 'none' } },
      row: photoRow('imaging', 2),
      held: makeTarget('2', 'scan'),
      why: 'the export shows an instance of form imaging, where nothing repeats',
    },
    {
      name: 'a file of it without an instance, where its place repeats by now',
      planned: { repeats: { kind: 'unknown' } },
      now: { repeats: { kind: 'known', events: [], forms: [{ event: '', form: 'files' }] } },
      row: photoRow('', ''),
      held: makeTarget('2', 'photo', '', '1'),
      why: 'the export shows a file of photo without an instance, where form files repeats',
    },
  ])('what holds for its whole place holds that back: $name', async (how) => {
    const { look, structure } = open(
      makeClassicModel(how.planned),
      () => makeClassicModel(how.now),
      () => [how.row],
      { resumed: true },
    );
    expect(await look(makeTarget('1', 'photo'))).toMatchObject([{ kind: 'nothing', moved: true }]);
    expect(structure.changeAt(how.held)).toBe(how.why);
  });

  const more = { ...LATE_ROW, redcap_event_name: 'more_arm_1' };
  const withMore = makeModel({
    events: [...makeModel().events, { name: 'more_arm_1', arm: '1' }],
  });

  /** Something that waits until it is let go on. */
  function createGate(): { readonly wait: Promise<void>; goOn: () => void } {
    let goOn = (): void => undefined;
    const wait = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    return { wait, goOn };
  }

  it('looks that need a reading at once share it, and none takes the other for a contradiction', async () => {
    const { look, readings, structure, ways } = open(
      makeModel(),
      () => withMore,
      () => [LATE_ROW, more],
    );
    const { wait, goOn } = createGate();
    const slow = structure.look([LATE], {
      ...ways,
      async readStructure(known, fields) {
        await wait;
        return ways.readStructure(known, fields);
      },
    });
    const other = look(LATE);
    goOn();
    expect(await slow).toMatchObject({ looks: [GONE] });
    expect(await other).toEqual([GONE]);
    expect(readings).toHaveLength(1);
    expect(structure.changeAt(LATE)).toBeUndefined();
  });

  it('two readings at once forget nothing of each other', async () => {
    const { clock, structure, ways } = open(
      makeClassicModel(),
      () => makeClassicModel(),
      () => [],
    );
    const place = { form: 'imaging', signature: false };
    const slow = (wait: Promise<void>): LookWays => ({
      ...ways,
      async readStructure(known, fields) {
        await wait;
        const now = Object.fromEntries(fields.map((field) => [field, place]));
        return {
          kind: 'read',
          model: { ...known, fileFields: { ...known.fileFields, ...now } },
        };
      },
    });
    await clock.runTo(MINUTE + 1);
    const [first, second] = [createGate(), createGate()];
    const readings = [
      structure.renew(['photo'], slow(first.wait)),
      structure.renew(['sig'], slow(second.wait)),
    ];
    second.goOn();
    first.goOn();
    await Promise.all(readings);
    expect(structure.changeAt(makeTarget('1', 'photo'))).toContain(
      'field photo is on form imaging',
    );
    expect(structure.changeAt(makeTarget('1', 'sig'))).toContain('field sig is on form imaging');
  });

  it('a look is taken anew where another one has found another structure while its export was under way', async () => {
    const coded = makeModel({ missingCodes: ['UNK'] });
    const { clock, look, structure, ways } = open(
      makeModel(),
      () => coded,
      () => [{ ...LATE_ROW, photo: 'UNK' }],
    );
    await clock.runTo(MINUTE + 1);
    const { wait, goOn } = createGate();
    const slow = structure.look([LATE], {
      ...ways,
      async lookAt(model, targets) {
        const looked = await ways.lookAt(model, targets);
        await wait;
        return looked;
      },
    });
    await clock.runTo(MINUTE + 5);
    expect(await look(LATE)).toMatchObject([{ kind: 'nothing' }]);
    goOn();
    expect(await slow).toMatchObject({ looks: [{ kind: 'nothing' }] });
  });

  it('a change in the middle of a reading is found by the next one', async () => {
    const { eventForms } = makeModel();
    const halfRead = makeModel({ eventForms: { ...eventForms, more_arm_1: ['files'] } });
    const answers = [halfRead, withMore];
    const { look, readings, structure } = open(
      makeModel(),
      () => answers.shift() ?? withMore,
      () => [LATE_ROW, more],
    );
    expect(await look(LATE)).toEqual([GONE]);
    expect(readings).toHaveLength(2);
    expect(structure.changeAt(LATE)).toBeUndefined();
  });

  it('a check lets such an export say nothing, and holds nothing back', async () => {
    const photo = makeTarget('1', 'photo');
    const rows = [
      { record_id: '1', redcap_repeat_instrument: 'files', redcap_repeat_instance: 1, photo: 'a' },
    ];
    const { structure, ways } = open(
      makeClassicModel(),
      () => makeClassicModel(),
      () => rows,
    );
    expect(await structure.lookForCheck([photo], ways)).toMatchObject({
      looks: [
        {
          kind: 'nothing',
          why: 'the export shows an instance of form files, where nothing repeats',
        },
      ],
    });
    expect(structure.changeAt(photo)).toBeUndefined();
  });

  it('keeps what the check could read of the repeating setup where it cannot be read any more', async () => {
    const scan = makeTarget('1', 'scan', 'base_arm_1', '2');
    const row = { ...LATE_ROW, redcap_event_name: 'base_arm_1', scan: '' };
    const { look } = open(
      makeModel(),
      () => makeModel({ repeats: { kind: 'unknown' } }),
      () => [row],
      { resumed: true },
    );
    expect(await look(scan)).toEqual([GONE]);
  });

  it('finds what a designer changed while the question stood', async () => {
    const { clock, structure, ways } = open(
      makeModel(),
      () => renamed,
      () => [LATE_ROW],
    );
    await structure.renew(['photo'], ways);
    expect(structure.changeAt(LATE)).toBeUndefined();
    await clock.runTo(MINUTE + 1);
    await structure.renew(['photo'], ways);
    expect(structure.changeAt(LATE)).toBe('the project has no event late_arm_2 any more');
  });
});
