import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/rows/target.ts';
import { readLook, readValue, showsBase, showsInstance } from '../../src/project/look.ts';
import { markedLook, type ExportRow, type Look } from '../../src/rows/look.ts';
import type { ProjectModel } from '../../src/project/model.ts';
import { makeClassicModel, makeModel, makeTarget } from './builders.ts';

const GONE: Look = { kind: 'gone' };
const there = (name: string): Look => ({ kind: 'there', mark: name, name });
const LEFT_OUT = (field: string): Look => ({
  kind: 'nothing',
  why: `the export leaves ${field} out (export rights)`,
});

describe('a stored value', () => {
  it.each<[unknown, Look]>([
    ['', GONE],
    ['  ', GONE],
    [undefined, GONE],
    [null, GONE],
    ['scan 1.pdf', there('scan 1.pdf')],
    [' scan 1.pdf ', there('scan 1.pdf')],
    [
      '[*DATA REMOVED*]',
      { kind: 'nothing', why: 'the export shows [*DATA REMOVED*] in its place' },
    ],
    ['[*x*].pdf', there('[*x*].pdf')],
    ['[document]', { kind: 'there' }],
    ['22', { kind: 'there', mark: '22' }],
    [22, { kind: 'there', mark: '22' }],
    ['22.pdf', there('22.pdf')],
    ['-999', { kind: 'nothing', why: 'the field holds the missing-data code -999' }],
    ['NI', { kind: 'nothing', why: 'the field holds the missing-data code NI' }],
    ['ni', there('ni')],
    ['-999.pdf', there('-999.pdf')],
  ])('%j', (value, look) => {
    expect(readValue(value, ['-999', 'NI'])).toEqual(look);
  });

  it('is found again by the mark that the journal keeps', () => {
    for (const value of ['scan 1.pdf', '22']) {
      const look = readValue(value, []);
      expect(look.kind === 'there' && look.mark).toBe(value);
      expect(markedLook(value)).toEqual(look);
    }
  });
});

/** A row of record 1 as longitudinal projects with repeats export it. */
function at(
  event: string,
  cells: Readonly<Record<string, unknown>>,
  instance: string | number = '',
  instrument = '',
): ExportRow {
  return {
    record_id: '1',
    redcap_event_name: event,
    redcap_repeat_instrument: instrument,
    redcap_repeat_instance: instance,
    ...cells,
  };
}

const BLANK = { photo: '', sig: '', scan: '', report: '' };
const ROWS: readonly ExportRow[] = [
  at('base_arm_1', { ...BLANK, photo: 'face.jpg' }),
  at('base_arm_1', { ...BLANK, scan: 'one.dcm' }, 1, 'imaging'),
  // A number when set in the recordings; a string on other servers.
  at('base_arm_1', { ...BLANK, scan: 'two.dcm' }, '2', 'imaging'),
  at('base_arm_1', BLANK, 3, 'imaging'),
  at('visit_arm_1', { ...BLANK, report: 'first.docx' }, 1),
  at('visit_arm_1', BLANK, 2),
];
/** What a server sends when no instance is left: no repeat columns at all. */
const BARE: readonly ExportRow[] = [
  { record_id: '1', redcap_event_name: 'base_arm_1', photo: 'face.jpg', scan: '' },
];
const UNKNOWN = makeModel({ repeats: { kind: 'unknown' } });
const NOTHING_REPEATS = makeModel({ repeats: { kind: 'none' } });
const target = (field: string, event: string, instance = ''): Target =>
  makeTarget('1', field, event, instance);

type Case = readonly [string, readonly ExportRow[], Target, ProjectModel, Look];

describe('what rows say about a target', () => {
  it.each<Case>([
    ['does not repeat', ROWS, target('photo', 'base_arm_1'), makeModel(), there('face.jpg')],
    [
      'does not repeat, 1',
      ROWS,
      target('photo', 'base_arm_1', '1'),
      makeModel(),
      there('face.jpg'),
    ],
    ['does not repeat, blank', ROWS, target('sig', 'base_arm_1'), makeModel(), GONE],
    ['form, number', ROWS, target('scan', 'base_arm_1', '1'), makeModel(), there('one.dcm')],
    ['form, string', ROWS, target('scan', 'base_arm_1', '2'), makeModel(), there('two.dcm')],
    ['form, blank row', ROWS, target('scan', 'base_arm_1', '3'), makeModel(), GONE],
    ['form, no such row', ROWS, target('scan', 'base_arm_1', '4'), makeModel(), GONE],
    ['event', ROWS, target('report', 'visit_arm_1', '1'), makeModel(), there('first.docx')],
    ['event, blank row', ROWS, target('report', 'visit_arm_1', '2'), makeModel(), GONE],
    ['event, no such row', ROWS, target('report', 'visit_arm_1', '3'), makeModel(), GONE],
    ['repeat columns gone', BARE, target('scan', 'base_arm_1', '2'), makeModel(), GONE],
    ['repeat columns gone, 1', BARE, target('scan', 'base_arm_1', '1'), makeModel(), GONE],
    [
      'repeat columns gone, base',
      BARE,
      target('photo', 'base_arm_1'),
      makeModel(),
      there('face.jpg'),
    ],
    ['nothing repeats', BARE, target('photo', 'base_arm_1'), NOTHING_REPEATS, there('face.jpg')],
    ['unknown, form', ROWS, target('scan', 'base_arm_1', '2'), UNKNOWN, there('two.dcm')],
    ['unknown, event', ROWS, target('report', 'visit_arm_1', '1'), UNKNOWN, there('first.docx')],
    ['unknown, base', ROWS, target('photo', 'base_arm_1', '1'), UNKNOWN, there('face.jpg')],
    ['unknown, blank', ROWS, target('photo', 'base_arm_1'), UNKNOWN, there('face.jpg')],
    ['unknown, 2 of what has a base row', ROWS, target('photo', 'base_arm_1', '2'), UNKNOWN, GONE],
    [
      'another arm',
      ROWS,
      target('photo', 'late_arm_2'),
      makeModel(),
      { kind: 'no_record', arms: ['1'] },
    ],
    [
      'another event of the arm, without a row',
      [at('base_arm_1', BLANK)],
      target('report', 'visit_arm_1', '1'),
      makeModel(),
      GONE,
    ],
    [
      'a missing-data code',
      [at('base_arm_1', { ...BLANK, photo: '-999' })],
      target('photo', 'base_arm_1'),
      makeModel(),
      { kind: 'nothing', why: 'the field holds the missing-data code -999' },
    ],
    [
      'a field left out of this row alone',
      [at('base_arm_1', { sig: '' }), at('visit_arm_1', BLANK, 1)],
      target('photo', 'base_arm_1'),
      makeModel(),
      LEFT_OUT('photo'),
    ],
    [
      "an instance of another form is not this field's",
      [at('base_arm_1', { ...BLANK, scan: 'x' }, 1, 'other'), at('base_arm_1', BLANK)],
      target('scan', 'base_arm_1', '1'),
      makeModel(),
      GONE,
    ],
    [
      '[document]',
      [at('base_arm_1', { photo: '[document]' })],
      target('photo', 'base_arm_1'),
      makeModel(),
      { kind: 'there' },
    ],
    [
      'a document id',
      [at('base_arm_1', { photo: 4711 })],
      target('photo', 'base_arm_1'),
      makeModel(),
      { kind: 'there', mark: '4711' },
    ],
  ])('%s', (_what, rows, one, model, look) => {
    expect(readLook(rows, one, model, true)).toEqual(look);
  });

  it('says nothing of a field that no row of the answer has', () => {
    const rows = [{ record_id: '1', redcap_event_name: 'base_arm_1' }];
    expect(readLook(rows, target('photo', 'base_arm_1'), makeModel(), false)).toEqual(
      LEFT_OUT('photo'),
    );
    // Even where the instance has no row: nobody could have seen it.
    expect(readLook(rows, target('scan', 'base_arm_1', '2'), makeModel(), false)).toEqual(
      LEFT_OUT('scan'),
    );
  });

  it('names all arms that the record is in', () => {
    const model = makeModel({
      events: [
        { name: 'a_arm_1', arm: '1' },
        { name: 'a_arm_2', arm: '2' },
        { name: 'a_arm_3', arm: '3' },
      ],
    });
    const rows = [at('a_arm_1', BLANK), at('a_arm_2', BLANK), at('a_arm_1', BLANK)];
    expect(readLook(rows, target('photo', 'a_arm_3'), model, true)).toEqual({
      kind: 'no_record',
      arms: ['1', '2'],
    });
  });
});

describe('a classic project', () => {
  const rows: readonly ExportRow[] = [
    {
      record_id: '1',
      redcap_repeat_instrument: '',
      redcap_repeat_instance: '',
      photo: 'a.jpg',
      scan: '',
    },
    {
      record_id: '1',
      redcap_repeat_instrument: 'imaging',
      redcap_repeat_instance: 2,
      photo: '',
      scan: 'b.dcm',
    },
  ];
  it.each<[string, Target, Look]>([
    ['does not repeat', makeTarget('1', 'photo'), there('a.jpg')],
    ['form', makeTarget('1', 'scan', '', '2'), there('b.dcm')],
    ['form, no such row', makeTarget('1', 'scan', '', '1'), GONE],
  ])('%s', (_what, one, look) => {
    expect(readLook(rows, one, makeClassicModel(), true)).toEqual(look);
  });

  it('reads rows without any repeat column', () => {
    const bare = [{ record_id: '1', photo: 'a.jpg' }];
    const model = makeClassicModel({ repeats: { kind: 'none' } });
    expect(readLook(bare, makeTarget('1', 'photo'), model, true)).toEqual(there('a.jpg'));
  });
});

describe('where the repeating setup cannot be read', () => {
  it.each<[string, string, boolean, boolean]>([
    ['scan', 'base_arm_1', true, false],
    ['photo', 'base_arm_1', false, true],
    ['sig', 'base_arm_1', false, false],
    ['report', 'visit_arm_1', true, false],
    ['photo', 'late_arm_2', false, false],
  ])('%s in %s: shows an instance %s, a file on a plain row %s', (field, event, instance, base) => {
    const one = target(field, event);
    expect([showsInstance(ROWS, one, UNKNOWN), showsBase(ROWS, one, UNKNOWN)]).toEqual([
      instance,
      base,
    ]);
  });
});
