import { describe, expect, it } from 'vitest';
import { foldHeader, isNearly, type KnownColumn } from '../../src/manifest/column-names.ts';
import { isDataExport, layOutAsRead, layOutColumns } from '../../src/manifest/columns.ts';

describe('headers that match', () => {
  it.each([
    ['Repeat Instance', 'repeat_instance'],
    [' expect-sha256 ', 'expect_sha256'],
    ['EXPECT _-FILENAME', 'expect_filename'],
    ['redcap\u00a0event\u00a0name', 'redcap_event_name'],
  ])('%j is %s', (header, folded) => {
    expect(foldHeader(header)).toBe(folded);
  });
});

describe('headers that are nearly a column', () => {
  it.each<[string, KnownColumn]>([
    ['events', 'event'],
    ['Event Name', 'event'],
    ['event_names', 'event'],
    ['eventname', 'event'],
    ['evnet', 'event'],
    ['unique event names', 'event'],
    ['instances', 'instance'],
    ['Repeat Instances', 'instance'],
    ['repeatinstance', 'instance'],
    ['instanse', 'instance'],
    ['expected_filename', 'expect_filename'],
    ['Expect File Name', 'expect_filename'],
    ['expect_filenames', 'expect_filename'],
    ['filename', 'expect_filename'],
    ['Filenames', 'expect_filename'],
    ['expect_sha-256', 'expect_sha256'],
    ['sha256', 'expect_sha256'],
    ['SHA-256', 'expect_sha256'],
    ['expect_sha25', 'expect_sha256'],
    ['redcap_repeat_instruments', 'redcap_repeat_instrument'],
    ['Expected File Name', 'expect_filename'],
    ['expect-file-names', 'expect_filename'],
    ['filname', 'expect_filename'],
    ['expected sha-256', 'expect_sha256'],
    ['sha25', 'expect_sha256'],
    ['repeat instnce', 'instance'],
    // Letters of another script or width, and what cannot be seen.
    ['еxресt_filеnаmе', 'expect_filename'],
    ['ｅｖｅｎｔ', 'event'],
    ['in\u200bst\u200ban\u200bce\ufeff', 'instance'],
  ])('%j is nearly %s', (header, column) => {
    expect(isNearly(header, column)).toBe(true);
  });

  it.each<[string, KnownColumn]>([
    ['event_date', 'event'],
    ['event_id', 'event'],
    ['my event', 'event'],
    ['instance_no', 'instance'],
    ['file_name', 'expect_filename'],
    ['File Names', 'expect_filename'],
    ['expect_filename_2', 'expect_filename'],
    ['name', 'expect_filename'],
    ['events_1', 'event'],
    ['a filename', 'expect_filename'],
    ['stored_filename', 'expect_filename'],
    ['sha512', 'expect_sha256'],
    ['sha224', 'expect_sha256'],
    ['sha1', 'expect_sha256'],
    ['note', 'event'],
    ['', 'event'],
  ])('%j is not nearly %s', (header, column) => {
    expect(isNearly(header, column)).toBe(false);
  });
});

const refusal = (header: readonly string[], choices = {}): string => {
  try {
    layOutColumns(header, 1, choices);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('a header', () => {
  it('that is nearly a column which lacks is refused, all of them at once', () => {
    const message = refusal(['record', 'field', 'Event Name', 'expected_filename']);
    expect(message).toContain('the header "Event Name" is nearly "event"');
    expect(message).toContain("--column 'event=Event Name'");
    expect(message).toContain('--column event= (nothing behind the =)');
    expect(message).toContain('line 1: the header "expected_filename" is nearly "expect_filename"');
  });

  it.each<[readonly string[], object]>([
    [['record', 'field', 'event', 'event_name'], {}],
    [['record', 'field', 'filename'], { expect_filename: '' }],
    [['record', 'field', 'filename'], { expect_filename: 'filename' }],
    [['record', 'field', 'filename', 'stored'], { expect_filename: 'stored' }],
    [['record', 'field', 'My Id', 'my_id', 'sweep_row', 'Sweep_code'], {}],
  ])('%j with %j is read', (header, choices) => {
    expect(refusal(header, choices)).toBe('');
  });

  it('that a column is said to lack must not be that column', () => {
    expect(refusal(['record', 'field', 'Redcap Event Name'], { event: '' })).toMatch(
      /^--column event= says .*"Redcap Event Name"/,
    );
  });

  it.each([
    [['record', 'field', 'Repeat Instance', 'repeat_instance'], /both name the column instance/],
    [['record', 'field', 'Note', ' note'], /stands twice/],
  ])('%j is refused', (header, words) => {
    expect(refusal(header)).toMatch(words);
  });

  it('that two spellings of a choice match wants it as it stands', () => {
    const header = ['record', 'field', 'The File', 'the_file'];
    expect(refusal(header, { expect_filename: 'the-file' })).toMatch(/both match/);
    expect(layOutColumns(header, 1, { expect_filename: 'the_file' }).places.expect_filename).toBe(
      3,
    );
  });

  it('is read later as it was read first', () => {
    const header = ['record', 'field', 'filename', 'sweep_row'];
    const first = layOutColumns(header, 1, { expect_filename: 'filename' });
    expect(layOutAsRead(header, first.names)).toEqual(first);
    expect(layOutAsRead(header, { record: 'record', field: 'field' }).places).toEqual({
      record: 0,
      field: 1,
    });
  });
});

describe('a data export of REDCap', () => {
  it.each<[readonly string[], object]>([
    [['subject_id', 'redcap_event_name', 'photo'], {}],
    [['id', 'redcap_survey_identifier', 'photo'], {}],
    [['record_id', 'photo', 'consent'], {}],
    [['Record ID', 'photo'], {}],
    [['study_id', 'photo'], { record: 'study_id' }],
    [['study_id^redcap_event_name^photo'], {}],
  ])('%j with %j is one', (header, choices) => {
    expect(isDataExport(header, choices)).toBe(true);
  });

  it.each<[readonly string[], object]>([
    [['record', 'field', 'redcap_event_name'], {}],
    [['record_id', 'field_name', 'redcap_repeat_instance', 'note'], {}],
    [['record', 'what', 'redcap_event_name'], { field: 'what' }],
    [['record', 'event'], {}],
    [['record', 'fields'], {}],
    [['who', 'what'], {}],
  ])('%j with %j is none', (header, choices) => {
    expect(isDataExport(header, choices)).toBe(false);
  });
});
