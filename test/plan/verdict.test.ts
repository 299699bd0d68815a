import { describe, expect, it } from 'vitest';
import type { PlanLine } from '../../src/rows/plan-line.ts';
import type { ManifestRow } from '../../src/rows/row.ts';
import { compareWithApproved } from '../../src/plan/compare-with-approved.ts';
import {
  invalidVerdict,
  judgeLook,
  planLine,
  seenBy,
  type Verdict,
} from '../../src/plan/verdict.ts';
import { readValue } from '../../src/project/look.ts';
import type { Look } from '../../src/rows/look.ts';
import type { ProjectModel } from '../../src/project/model.ts';
import { makeModel, makeTarget } from '../project/builders.ts';

const TARGET = makeTarget('7', 'photo', 'late_arm_2');

function row(more: Partial<ManifestRow> = {}): ManifestRow {
  return {
    row: 3,
    line: 4,
    cells: [],
    record: '7',
    field: 'photo',
    event: 'late_arm_2',
    instance: '',
    repeatInstrument: '',
    expectFilename: '',
    expectSha256: '',
    problems: [],
    ...more,
  };
}

const judge = (look: Look, expectFilename = ''): Verdict =>
  judgeLook(row({ expectFilename }), TARGET, false, look, makeModel());
const toDelete = (seen: string | true | undefined): Verdict => ({
  kind: 'delete',
  target: TARGET,
  seen,
  signature: false,
});

describe('a look makes a verdict', () => {
  it.each<[string, Look, string, Verdict]>([
    ['there', readValue('a.pdf', []), '', toDelete('a.pdf')],
    ['there, without a name', readValue('[document]', []), '', toDelete(true)],
    ['there, a document id', readValue('22', []), '', toDelete('22')],
    ['gone', { kind: 'gone' }, '', { kind: 'already_empty', target: TARGET }],
    ['gone, guarded', { kind: 'gone' }, 'a.pdf', { kind: 'already_empty', target: TARGET }],
    ['nothing: unconfirmed', { kind: 'nothing', why: 'x' }, '', toDelete(undefined)],
    ['nothing, guarded', { kind: 'nothing', why: 'x' }, 'a.pdf', toDelete(undefined)],
    ['guarded, the same', readValue('a.pdf', []), 'a.pdf', toDelete('a.pdf')],
    ['guarded, white space outside', readValue(' a.pdf ', []), 'a.pdf', toDelete('a.pdf')],
    ['guarded, no name to judge by', readValue('[document]', []), 'a.pdf', toDelete(true)],
    ['guarded, a document id is no name', readValue('22', []), 'a.pdf', toDelete('22')],
    [
      'guarded, another',
      readValue('A.pdf', []),
      'a.pdf',
      {
        kind: 'guard_mismatch',
        code: 'guard_filename',
        message: 'the stored file is A.pdf, not a.pdf; nothing is deleted',
        seen: 'A.pdf',
      },
    ],
  ])('%s', (_what, look, expectFilename, verdict) => {
    expect(judge(look, expectFilename)).toEqual(verdict);
  });

  it.each<[Look & { kind: 'no_record' }, string]>([
    [
      { kind: 'no_record' },
      'record 7 does not exist, or this token may not see it (data access group)',
    ],
    [
      { kind: 'no_record', near: '007' },
      'record 7 does not exist, or this token may not see it (data access group); the project has 007',
    ],
    [{ kind: 'no_record', arms: ['1'] }, 'record 7 has no data in arm 2; it is in arm 1'],
  ])('%j', (look, message) => {
    const near = look.near === undefined ? {} : { near: look.near };
    expect(judge(look)).toEqual({ kind: 'invalid', code: 'unknown_record', message, ...near });
  });

  it('remembers what was seen', () => {
    expect([
      seenBy(readValue('a.pdf', [])),
      seenBy(readValue('22', [])),
      seenBy(readValue('[document]', [])),
      seenBy({ kind: 'gone' }),
      seenBy({ kind: 'nothing', why: '' }),
    ]).toEqual(['a.pdf', '22', true, undefined, undefined]);
  });

  it('names all faults under the code of the first', () => {
    expect(
      invalidVerdict([
        { code: 'bad_instance', message: 'one' },
        { code: 'unknown_field', message: 'two' },
      ]),
    ).toEqual({ kind: 'invalid', code: 'bad_instance', message: 'one; two' });
  });
});

const DELETE_A: PlanLine = { row: 3, plan: 'delete', seen: 'a.pdf' };
const GUARDED_A: PlanLine = {
  row: 3,
  plan: 'guard_mismatch',
  code: 'guard_filename',
  message: 'm',
  seen: 'a.pdf',
};

describe('a verdict as the journal keeps it', () => {
  it.each<[Verdict, PlanLine]>([
    [toDelete('a.pdf'), DELETE_A],
    [toDelete(true), { row: 3, plan: 'delete', seen: true }],
    [toDelete(undefined), { row: 3, plan: 'delete' }],
    [
      { kind: 'delete', target: { ...TARGET, instance: '2' }, seen: true, signature: true },
      { row: 3, plan: 'delete', seen: true, instance: '2', signature: true },
    ],
    [
      { kind: 'already_empty', target: TARGET },
      { row: 3, plan: 'already_empty' },
    ],
    [
      { kind: 'already_empty', target: { ...TARGET, instance: '2' } },
      { row: 3, plan: 'already_empty', instance: '2' },
    ],
    [
      { kind: 'invalid', code: 'unknown_field', message: 'm' },
      { row: 3, plan: 'invalid', code: 'unknown_field', message: 'm' },
    ],
    [{ kind: 'guard_mismatch', code: 'guard_filename', message: 'm', seen: 'a.pdf' }, GUARDED_A],
    [
      { kind: 'guard_mismatch', code: 'changed_since_check', message: 'm', seen: undefined },
      { row: 3, plan: 'guard_mismatch', code: 'changed_since_check', message: 'm' },
    ],
    [
      { kind: 'duplicate', of: 1 },
      { row: 3, plan: 'duplicate', of: 1 },
    ],
  ])('%j', (verdict, line) => {
    expect(planLine(row(), verdict)).toEqual(line);
  });
});

describe('compared with an approved check', () => {
  const SAME = { reviewed: makeModel(), now: makeModel() };
  const EMPTY: Verdict = { kind: 'already_empty', target: TARGET };
  const UNKNOWN_RECORD: Verdict = { kind: 'invalid', code: 'unknown_record', message: 'no such' };
  const guarded = (seen: string): Verdict => ({
    kind: 'guard_mismatch',
    code: 'guard_filename',
    message: 'now',
    seen,
  });

  it.each<[string, PlanLine, Verdict]>([
    ['the same file', DELETE_A, toDelete('a.pdf')],
    ['a file without a name', { row: 3, plan: 'delete', seen: true }, toDelete(true)],
    ['still unconfirmed', { row: 3, plan: 'delete' }, toDelete(undefined)],
    ['still empty', { row: 3, plan: 'already_empty' }, EMPTY],
    [
      'still invalid',
      { row: 3, plan: 'invalid', code: 'unknown_record', message: 'x' },
      UNKNOWN_RECORD,
    ],
    ['still another file', GUARDED_A, guarded('a.pdf')],
    ['still a duplicate', { row: 3, plan: 'duplicate', of: 1 }, { kind: 'duplicate', of: 1 }],
  ])('%s: as it was', (_what, line, fresh) => {
    expect(compareWithApproved(line, fresh, row(), SAME)).toBe(fresh);
  });

  it.each<[string, PlanLine, Verdict, string, string | true | undefined]>([
    [
      'replaced',
      DELETE_A,
      toDelete('b.pdf'),
      'it saw file a.pdf, now there is file b.pdf',
      'b.pdf',
    ],
    [
      'another document',
      { row: 3, plan: 'delete', seen: '22' },
      toDelete('23'),
      'it saw document 22, now there is document 23',
      '23',
    ],
    ['deleted', DELETE_A, EMPTY, 'it saw file a.pdf, now the field is empty', undefined],
    [
      'newly seen',
      { row: 3, plan: 'already_empty' },
      toDelete('a.pdf'),
      'it saw an empty field, now there is file a.pdf',
      'a.pdf',
    ],
    [
      'confirmed since',
      { row: 3, plan: 'delete' },
      toDelete('a.pdf'),
      'it saw nothing to go by (unconfirmed), now there is file a.pdf',
      'a.pdf',
    ],
    [
      'not confirmed any more',
      DELETE_A,
      toDelete(undefined),
      'it saw file a.pdf, now there is nothing to go by (unconfirmed)',
      undefined,
    ],
    [
      'named since',
      { row: 3, plan: 'delete', seen: true },
      toDelete('a.pdf'),
      'it saw a file without a name, now there is file a.pdf',
      'a.pdf',
    ],
    [
      'the record is gone',
      DELETE_A,
      UNKNOWN_RECORD,
      'it saw file a.pdf, now the row is invalid: no such',
      undefined,
    ],
    [
      'the record came',
      { row: 3, plan: 'invalid', code: 'unknown_record', message: 'x' },
      toDelete('a.pdf'),
      'it saw an invalid row (unknown_record), now there is file a.pdf',
      'a.pdf',
    ],
    [
      'invalid otherwise',
      { row: 3, plan: 'invalid', code: 'unknown_field', message: 'x' },
      UNKNOWN_RECORD,
      'it saw an invalid row (unknown_field), now the row is invalid: no such',
      undefined,
    ],
    [
      'the expected file came',
      GUARDED_A,
      toDelete('b.pdf'),
      'it saw another file than expected, now there is file b.pdf',
      'b.pdf',
    ],
    [
      'a third file',
      GUARDED_A,
      guarded('c.pdf'),
      'it saw another file than expected, now there is another file than expected (file c.pdf)',
      'c.pdf',
    ],
    [
      'the expected file went',
      DELETE_A,
      guarded('b.pdf'),
      'it saw file a.pdf, now there is another file than expected (file b.pdf)',
      'b.pdf',
    ],
    [
      'a duplicate of another row',
      { row: 3, plan: 'duplicate', of: 1 },
      { kind: 'duplicate', of: 2 },
      'it saw a repetition of row 1, now it repeats row 2',
      undefined,
    ],
  ])('%s: changed', (_what, line, fresh, words, seen) => {
    expect(compareWithApproved(line, fresh, row(), SAME)).toEqual({
      kind: 'guard_mismatch',
      code: 'changed_since_check',
      message: `changed since the check: ${words}`,
      seen,
    });
  });

  const ARCHIVED = { name: 'a.pdf', bytes: 1, sha256: 'ab', backup: 'backup/3-a.pdf' };

  it('carries what the archive holds, where nothing has changed', () => {
    const line = { ...DELETE_A, archived: ARCHIVED };
    const same = compareWithApproved(line, toDelete('a.pdf'), row(), SAME);
    expect(same).toEqual({ ...toDelete('a.pdf'), archived: ARCHIVED });
    expect(planLine(row(), same)).toEqual(line);
    expect(compareWithApproved(line, toDelete('b.pdf'), row(), SAME)).toMatchObject({
      code: 'changed_since_check',
    });
  });

  it.each<[string, Verdict]>([
    ['as it was', toDelete('a.pdf')],
    ['under another name', toDelete('b.pdf')],
    ['gone', EMPTY],
    ['no longer to be named', UNKNOWN_RECORD],
  ])('leaves out what the archive does not hold, %s', (_what, fresh) => {
    const failed = {
      row: 3,
      plan: 'failed',
      code: 'backup_failed',
      message: 'no room',
      seen: 'a.pdf',
    } as const;
    const other = {
      row: 3,
      plan: 'guard_mismatch',
      code: 'guard_sha256',
      message: 'other bytes',
      leftOut: true,
    } as const;
    for (const line of [failed, other]) {
      expect(planLine(row(), compareWithApproved(line, fresh, row(), SAME))).toEqual(line);
    }
  });

  it.each<[string, Partial<ProjectModel>, PlanLine, Verdict, string]>([
    [
      'the form repeats now',
      { repeats: { kind: 'known', events: [], forms: [{ event: 'late_arm_2', form: 'files' }] } },
      { ...DELETE_A, instance: '1' },
      { kind: 'delete', target: { ...TARGET, instance: '1' }, seen: 'a.pdf', signature: false },
      'form files repeats now in event late_arm_2',
    ],
    [
      'the field is on another form',
      { fileFields: { photo: { form: 'other', signature: false } } },
      DELETE_A,
      toDelete('a.pdf'),
      'field photo is on form other now, not on files',
    ],
    [
      'another instance would be sent',
      {},
      DELETE_A,
      { kind: 'delete', target: { ...TARGET, instance: '2' }, seen: 'a.pdf', signature: false },
      'it would have sent no instance, now instance 2',
    ],
    [
      'an empty place moved',
      { fileFields: { photo: { form: 'other', signature: false } } },
      { row: 3, plan: 'already_empty' },
      EMPTY,
      'field photo is on form other now, not on files',
    ],
  ])('%s: changed', (_what, now, line, fresh, words) => {
    const reviewed = makeModel();
    const models = { reviewed, now: { ...reviewed, ...now } };
    expect(compareWithApproved(line, fresh, row(), models)).toMatchObject({
      kind: 'guard_mismatch',
      code: 'changed_since_check',
      message: `changed since the check: ${words}`,
    });
  });
});
