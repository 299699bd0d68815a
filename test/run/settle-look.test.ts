import { describe, expect, it } from 'vitest';
import type { Look } from '../../src/rows/look.ts';
import type { Seen } from '../../src/rows/plan-line.ts';
import type { Effect, Outcome } from '../../src/rows/outcome.ts';
import { settleByLook, settleByVerification } from '../../src/run/settle-look.ts';

const gone: Look = { kind: 'gone' };
const same: Look = { kind: 'there', name: 'a.pdf', mark: 'a.pdf' };
const other: Look = { kind: 'there', name: 'b.pdf', mark: 'b.pdf' };
const nameless: Look = { kind: 'there' };
const noRecord: Look = { kind: 'no_record' };
const nothing: Look = { kind: 'nothing', why: 'the field was left out' };

describe('settleByLook: what resume makes of a look', () => {
  it.each<[string, Look, Seen, Effect, string]>([
    // A server shows ids before its upgrade, and names after it: they may be of one file.
    [
      'a name where an id was seen',
      { kind: 'there', mark: 'b.pdf', name: 'b.pdf' },
      '22',
      'possible',
      'send',
    ],
    ['an id where a name was seen', { kind: 'there', mark: '22' }, 'a.pdf', 'none', 'send'],
    ['nothing there', gone, 'a.pdf', 'possible', 'deleted '],
    ['nothing there', gone, 'a.pdf', 'marked', 'deleted '],
    ['nothing there', gone, 'a.pdf', 'none', 'already_empty gone_since_check'],
    ['nothing there', gone, true, 'none', 'already_empty gone_since_check'],
    ['nothing there', gone, undefined, 'none', 'already_empty '],
    ['the file that the check saw', same, 'a.pdf', 'possible', 'send'],
    ['the file that the check saw', same, 'a.pdf', 'none', 'send'],
    ['one that the check could not name', other, true, 'possible', 'send'],
    ['one that the check could not see', other, undefined, 'none', 'send'],
    ['one without a name', nameless, 'a.pdf', 'none', 'send'],
    ['another file', other, 'a.pdf', 'possible', 'deleted new_file'],
    ['another file', other, 'a.pdf', 'marked', 'guard_mismatch changed_since_check'],
    ['another file', other, 'a.pdf', 'none', 'guard_mismatch changed_since_check'],
    ['not the record', noRecord, 'a.pdf', 'possible', 'unknown'],
    ['not the record', noRecord, 'a.pdf', 'marked', 'unknown'],
    ['not the record', noRecord, 'a.pdf', 'none', 'invalid unknown_record'],
    ['nothing to go by', nothing, 'a.pdf', 'possible', 'unknown'],
    ['nothing to go by', nothing, 'a.pdf', 'none', 'not_attempted not_confirmed'],
    [
      'nothing to go by, a nameless file seen',
      nothing,
      true,
      'none',
      'not_attempted not_confirmed',
    ],
    ['nothing to go by, then as now', nothing, undefined, 'none', 'send'],
  ])('%s', (_name, look, seen, effect, is) => {
    const decision = settleByLook(look, seen, effect);
    const said =
      decision.kind === 'settle'
        ? `${decision.state.status} ${decision.state.code}`
        : decision.kind;
    expect(said).toBe(is);
  });

  it.each<[string, Effect, string]>([
    [
      're\u0301sume\u0301.pdf',
      'none',
      'the check saw résumé.pdf (é is U+00E9), now there is re\u0301sume\u0301.pdf (e\u0301 is U+0065 U+0301); it is not deleted',
    ],
    [
      'résumé\u00a0.pdf',
      'possible',
      'the file is gone and now there is résumé<U+00A0>.pdf; a request whose answer was lost may have removed it',
    ],
  ])('shows names so that they can be told apart: %j', (name, effect, message) => {
    expect(settleByLook({ kind: 'there', mark: name, name }, 'résumé.pdf', effect)).toMatchObject({
      message,
    });
  });

  it('says what cannot be known', () => {
    const message = (look: Look, effect: Effect): string => {
      const decision = settleByLook(look, 'a.pdf', effect);
      return decision.kind === 'send' ? '' : decision.message;
    };
    expect(message(gone, 'possible')).toContain('may have removed it');
    expect(message(gone, 'none')).not.toContain('may have');
    expect(message(other, 'marked')).toContain('cannot be told');
    expect(message(other, 'none')).not.toContain('cannot be told');
  });
});

const trail = { message: '', attempts: 1, effect: 'none', verified: '' } as const;
const deleted: Outcome = { ...trail, status: 'deleted', code: '' };
const unknown: Outcome = { ...trail, status: 'unknown', code: 'timeout', effect: 'possible' };
const empty: Outcome = { ...trail, status: 'already_empty', code: 'gone_since_check' };

describe('settleByVerification', () => {
  it.each<[string, Outcome, Look, Seen, string]>([
    ['gone: deleted stays', deleted, gone, 'a.pdf', 'deleted  yes'],
    ['gone: unknown is deleted', unknown, gone, 'a.pdf', 'deleted  yes'],
    ['gone: empty stays', empty, gone, 'a.pdf', 'already_empty gone_since_check yes'],
    ['still there', deleted, same, 'a.pdf', 'failed still_present no'],
    ['still there', unknown, same, 'a.pdf', 'failed still_present no'],
    ['still there after "no file"', empty, same, 'a.pdf', 'failed still_present no'],
    ['there, seen without a name', deleted, other, true, 'failed still_present no'],
    ['there, never seen', deleted, other, undefined, 'failed still_present no'],
    ['there, without a name now', deleted, nameless, 'a.pdf', 'failed still_present no'],
    ['another file', deleted, other, 'a.pdf', 'deleted new_file no'],
    ['another file', unknown, other, 'a.pdf', 'deleted new_file no'],
    ['another file after "no file"', empty, other, 'a.pdf', 'already_empty gone_since_check no'],
    ['no record says nothing', deleted, noRecord, 'a.pdf', 'deleted  skipped'],
    ['no record says nothing', unknown, noRecord, 'a.pdf', 'unknown timeout skipped'],
    ['nothing says nothing', unknown, nothing, 'a.pdf', 'unknown timeout skipped'],
  ])('%s', (_name, outcome, look, seen, is) => {
    const { status, code, verified } = settleByVerification(outcome, look, seen);
    expect(`${status} ${code} ${verified}`).toBe(is);
  });

  it.each<[string, Outcome, string]>([
    ['done', deleted, 'done'],
    ['done after a lost answer', { ...deleted, effect: 'possible', said: 'done' }, 'done'],
    ['"no file"', { ...empty, said: 'There is no file' }, 'There is no file'],
    ['an error', { ...unknown, said: 'The file storage is full' }, 'The file storage is full'],
  ])('keeps what the server had answered: %s', (_name, outcome, answer) => {
    const after = settleByVerification(outcome, same, 'a.pdf');
    expect(after).toMatchObject({ code: 'still_present' });
    expect(after.message).toMatch(new RegExp(`; the answer had been: ${answer}$`));
  });

  it('claims no answer where none came', () => {
    expect(settleByVerification(unknown, same, 'a.pdf').message).not.toContain('answer');
  });

  it('says that a file uploaded since looks the same', () => {
    expect(settleByVerification(deleted, same, 'a.pdf').message).toContain('uploaded since');
  });
});
