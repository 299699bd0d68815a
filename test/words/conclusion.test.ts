import { describe, expect, it } from 'vitest';
import { adviseOn } from '../../src/words/advice.ts';
import { pathBelow, quotePath } from '../../src/words/quote.ts';
import { formatShare, formatTime } from '../../src/report/html/markup.ts';
import { pageOf, type Page } from '../../src/report/html/page.ts';
import { aboutDuration, count, duration, rateWords, sizeWords } from '../../src/words/counts.ts';
import type { RowReport } from '../../src/report/row-report.ts';
import {
  archiveOf,
  buildHeader,
  buildRow,
  buildRunState,
  emptyTotals,
  figuresOf,
  savedRow,
  unsent,
  type PagePatch,
} from '../report/html/build.ts';

function pageWith(rows: readonly RowReport[], patch: PagePatch = {}): Page {
  const totals = emptyTotals();
  for (const row of rows) totals[row.outcome.status] += 1;
  return pageOf(figuresOf(rows, patch), {
    journalSha256: '',
    run: buildRunState(buildHeader(rows.length, patch.header), patch.run),
    totals,
    files: [],
    exitCode: 0,
    generatedAt: '2026-11-24T03:20:00.000Z',
    tool: 'redcap-sweep',
    runDirectory: 'reports/x',
    ...patch.context,
  });
}

const CHECK: PagePatch = { header: { kind: 'check' }, run: { sent: false } };
const deleted = buildRow(1);
const empty = buildRow(2, { outcome: unsent('already_empty', '') });
const gone = buildRow(10, { outcome: unsent('already_empty', 'gone_since_check') });
const failed = buildRow(3, { outcome: { status: 'failed', code: 'http_400', verified: '' } });
const unknown = buildRow(4, {
  outcome: { status: 'unknown', code: 'timeout', verified: 'skipped' },
});
const left = buildRow(5, { outcome: unsent('not_attempted', 'limit') });
const planned = buildRow(6, { outcome: unsent('not_attempted', 'would_delete') });
const unseen = buildRow(7, {
  outcome: unsent('not_attempted', 'would_delete'),
  report: { seen: undefined },
});
const invalid = buildRow(8, { outcome: unsent('invalid', 'unknown_field') });
const other = buildRow(11, { outcome: unsent('guard_mismatch', 'guard_filename') });
const changed = buildRow(12, { outcome: unsent('guard_mismatch', 'changed_since_check') });
const kept = buildRow(9, { outcome: { file: { backup: 'backup/9' } } });

const unsaved = buildRow(2, { outcome: unsent('failed', 'backup_failed') });

function failedIn(patch: PagePatch, row: number): PagePatch {
  patch.run?.index?.setOutcome(row, 'failed', 1, '', false);
  return patch;
}

function stoppedAtLimit({ run = {} }: PagePatch): PagePatch {
  return { run: { ...run, stop: { code: 'limit', message: 'As many as asked for.' } } };
}

describe('the verdict in one sentence', () => {
  it.each<[string, readonly RowReport[], PagePatch, string, string]>([
    [
      'all well',
      [deleted, empty],
      {},
      'Finished',
      'All 2 rows are settled: 1 file was deleted and read back as gone and 1 field was already empty.',
    ],
    [
      'not read back',
      [buildRow(1, { outcome: { verified: 'skipped' } })],
      {},
      'Finished',
      'The one row is settled: 1 file was deleted.',
    ],
    [
      'nothing there',
      [empty],
      {},
      'Finished',
      'The one row is settled: 1 field was already empty.',
    ],
    [
      'nothing there any more',
      [gone],
      {},
      'Finished',
      'The one row is settled: 1 field was already empty (although the check had seen a file).',
    ],
    [
      'nothing there, and nothing there any more',
      [empty, gone],
      {},
      'Finished',
      'All 2 rows are settled: 2 fields were already empty (1 of them although the check had seen a file).',
    ],
    [
      'failures',
      [deleted, failed, unknown],
      { context: { exitCode: 1 } },
      'Finished, with rows to look at',
      '1 file was deleted; 2 of 3 rows need attention.',
    ],
    [
      'a limit',
      [deleted, left],
      { context: { exitCode: 3 }, run: { stop: { code: 'limit', message: 'x' } } },
      'Stopped as asked for',
      'The run stopped where it was told to: 1 of 2 rows is settled, 1 file deleted.',
    ],
    [
      'a stop',
      [deleted, left],
      { context: { exitCode: 3 }, run: { stop: { code: 'banned', message: 'x' } } },
      'Stopped',
      'The run stopped before its end: 1 of 2 rows is settled, 1 file deleted.',
    ],
    [
      'a signal',
      [deleted, left],
      { context: { exitCode: 130 } },
      'Interrupted',
      'The run was interrupted before its end: 1 of 2 rows is settled, 1 file deleted.',
    ],
    [
      'a kill',
      [deleted, left],
      { context: { exitCode: undefined } },
      'Not finished',
      'The run is still going on, or was killed: 1 of 2 rows is settled, 1 file deleted.',
    ],
    [
      'a kill that reports as a stop',
      [left],
      { context: { exitCode: 3 } },
      'Not finished',
      'The run is still going on, or was killed: 0 of 1 row are settled, 0 files deleted.',
    ],
    [
      'before the first deletion',
      [left],
      {
        context: { exitCode: 2 },
        run: { sent: false, stop: { code: 'rejected_token', message: 'x' } },
      },
      'Stopped before the first deletion',
      'Nothing was deleted: the run ended before its first deletion request.',
    ],
    [
      'a refusal',
      [planned, invalid],
      { context: { exitCode: 2 }, run: { refused: 'because' } },
      'Refused',
      'Nothing was deleted: the run was refused before its first deletion.',
    ],
    [
      'a check',
      [planned],
      CHECK,
      'Check, for approval',
      'If this is approved, 1 file would be deleted. Nothing has been deleted yet.',
    ],
    [
      'a check that did not see',
      [planned, unseen],
      CHECK,
      'Check, for approval',
      'If this is approved, up to 2 files would be deleted. Nothing has been deleted yet.',
    ],
    [
      'a check with faults',
      [planned, invalid],
      CHECK,
      'Check, with rows to correct',
      'If this is approved, 1 file would be deleted; 1 of 2 rows cannot be carried out as they stand. Nothing has been deleted.',
    ],
    [
      'an archive',
      [savedRow(1), savedRow(2)],
      archiveOf(2),
      'Archive, for approval',
      '2 files (3.0 MB) are saved in the archive. If this is approved, they are deleted, each only while its bytes are those in the archive. Nothing has been deleted yet.',
    ],
    [
      'an archive with rows left out',
      [savedRow(1), unsaved],
      archiveOf(2),
      'Archive, with rows to look at',
      '1 file (1.5 MB) is saved in the archive. If this is approved, it is deleted, each only while its bytes are those in the archive; 1 of 2 rows would be left out. Nothing has been deleted.',
    ],
    [
      'an archive that is not whole',
      [savedRow(1), buildRow(2, { outcome: unsent('not_attempted', 'interrupted') })],
      archiveOf(2, 2),
      'Archive not whole',
      '1 file (1.5 MB) is saved, 1 is still to be saved. Nothing has been deleted.',
    ],
    [
      'an archive that was to stop',
      [savedRow(1), buildRow(2, { outcome: unsent('not_attempted', 'limit') })],
      { ...archiveOf(2, 2), ...stoppedAtLimit(archiveOf(2, 2)) },
      'Archive stopped as asked for',
      '1 file (1.5 MB) is saved, 1 is still to be saved. Nothing has been deleted.',
    ],
    [
      'an archive of nothing',
      [buildRow(1, { outcome: unsent('not_attempted', 'nothing_to_delete') })],
      archiveOf(1),
      'Archive, for approval',
      'There is nothing to delete, and nothing to save. Nothing has been deleted yet.',
    ],
  ])('%s', (_, rows, patch, label, sentence) => {
    const { verdict } = pageWith(rows, patch);
    expect([verdict.label, verdict.sentence]).toEqual([label, sentence]);
  });
});

describe('what to do next', () => {
  it.each<[string, readonly RowReport[], PagePatch, readonly (string | undefined)[]]>([
    ['nothing', [deleted], {}, [undefined]],
    [
      'after a stop',
      [deleted, left],
      { context: { exitCode: 3 } },
      ['redcap-sweep resume reports/x'],
    ],
    [
      'after failures',
      [failed, unknown],
      { context: { exitCode: 1 } },
      ['redcap-sweep resume reports/x', 'redcap-sweep run reports/x/error.csv'],
    ],
    [
      'a stop before the looks',
      [deleted],
      { context: { exitCode: 130 } },
      ['redcap-sweep resume reports/x'],
    ],
    ['with copies', [kept], {}, [undefined, 'redcap-sweep restore reports/x']],
    ['a check', [planned], CHECK, ['redcap-sweep run --approved reports/x']],
    [
      'a check with faults',
      [planned, invalid],
      CHECK,
      ['redcap-sweep check cleanup.csv', 'redcap-sweep run --approved reports/x --skip-invalid'],
    ],
    ['an archive', [savedRow(1)], archiveOf(1), ['redcap-sweep run --approved reports/x']],
    [
      'an archive with a row to correct',
      [savedRow(1), invalid],
      archiveOf(2),
      [
        'redcap-sweep check cleanup.csv --backup',
        'redcap-sweep run --approved reports/x --skip-invalid',
      ],
    ],
    [
      'an archive with a file that could not be saved',
      [savedRow(1), unsaved],
      failedIn(archiveOf(2), 2),
      ['redcap-sweep run --approved reports/x', 'redcap-sweep check reports/x/error.csv --backup'],
    ],
    [
      'an archive whose export found another file: left out, and no reason to refuse',
      [savedRow(1), changed],
      archiveOf(2),
      ['redcap-sweep run --approved reports/x'],
    ],
    [
      'an archive that is not whole',
      [savedRow(1)],
      archiveOf(2, 2),
      ['redcap-sweep resume reports/x'],
    ],
    [
      'a run of an archive',
      [
        buildRow(1, {
          report: { plan: { row: 1, plan: 'delete', archived: { backup: 'backup/1-a.pdf' } } },
        }),
      ],
      { header: { approved: { directory: 'c', sha256: 'd', archive: true } } },
      [undefined, 'redcap-sweep restore reports/x'],
    ],
    [
      'a run of an archive with a file that it does not hold: no other run deletes it unsaved',
      [unsaved],
      { header: { approved: { directory: 'c', sha256: 'd', archive: true } } },
      ['redcap-sweep check reports/x/error.csv --backup'],
    ],
    ['a check of faults alone', [invalid], CHECK, ['redcap-sweep check cleanup.csv']],
    [
      'a check of nothing',
      [buildRow(1, { outcome: unsent('not_attempted', 'nothing_to_delete') })],
      CHECK,
      [undefined],
    ],
    ['a refusal', [planned, invalid], { run: { refused: 'x' } }, ['redcap-sweep run cleanup.csv']],
    [
      'a refused approval',
      [planned],
      { run: { refused: 'x' }, header: { approved: { directory: 'c', sha256: 'd' } } },
      ['redcap-sweep check cleanup.csv'],
    ],
    [
      'standard input',
      [invalid],
      {
        ...CHECK,
        header: { kind: 'check', manifest: { name: '-', sha256: '', bytes: 1, rows: 1 } },
      },
      ['redcap-sweep check -'],
    ],
    [
      'a check with guard mismatches alone',
      [planned, other],
      CHECK,
      ['redcap-sweep run --approved reports/x'],
    ],
    [
      'rows that changed since the check: nobody has reviewed what is there',
      [deleted, changed],
      { context: { exitCode: 1 } },
      ['redcap-sweep check reports/x/error.csv'],
    ],
    [
      'rows that changed, beside others that failed',
      [failed, changed],
      { context: { exitCode: 1 } },
      ['redcap-sweep check reports/x/error.csv'],
    ],
    [
      'columns that were named',
      [failed],
      { context: { exitCode: 1 }, header: { columns: { record: 'Subject ID' } } },
      ["redcap-sweep run reports/x/error.csv --column 'record=Subject ID'"],
    ],
    [
      'a report that a spreadsheet held open',
      [failed],
      { context: { exitCode: 1, errorFile: 'error.new.csv' } },
      ['redcap-sweep run reports/x/error.new.csv'],
    ],
    [
      'what kept the run from doing harm stays',
      [failed],
      {
        context: { exitCode: 1 },
        header: {
          options: { backup: true, expectProject: '4711', maxDeletions: 9, defaultInstance: '1' },
        },
      },
      [
        'redcap-sweep run reports/x/error.csv --default-instance 1 --backup --expect-project 4711 --max-deletions 9',
      ],
    ],
    [
      'an approved run: what is not the file that was approved is for a new check',
      [deleted, other],
      { context: { exitCode: 1 }, header: { approved: { directory: 'c', sha256: 'd' } } },
      ['redcap-sweep check reports/x/error.csv'],
    ],
    [
      'a manifest in another folder',
      [invalid],
      {
        ...CHECK,
        header: {
          kind: 'check',
          manifest: { name: 'm.csv', given: 'my lists/m.csv', sha256: '', bytes: 1, rows: 1 },
        },
      },
      ["redcap-sweep check 'my lists/m.csv'"],
    ],
    [
      'an unchecked run whose token was refused: resume takes no other one',
      [buildRow(5, { outcome: unsent('not_attempted', 'rejected_token') })],
      {
        run: { stop: { code: 'rejected_token', message: 'no' } },
        context: { exitCode: 3 },
        header: { project: null },
      },
      ['redcap-sweep resume reports/x', 'redcap-sweep run cleanup.csv --no-check'],
    ],
    [
      'a rehearsal',
      [failed],
      { context: { exitCode: 1 }, header: { options: { rehearsal: true } } },
      ['redcap-sweep check <manifest>'],
    ],
    [
      'a rehearsal that was broken off',
      [left],
      { context: { exitCode: 130 }, header: { options: { rehearsal: true } } },
      ['redcap-sweep check <manifest>'],
    ],
  ])('%s', (_, rows, patch, commands) => {
    expect(pageWith(rows, patch).nextSteps.map((step) => step.command)).toEqual(commands);
  });

  it.each([
    ['reports/x', 'reports/x', 'reports/x/error.csv'],
    ["it's here/x y", `'it'\\''s here/x y'`, "it's here/x y/error.csv"],
    ['$(reboot)', "'$(reboot)'", '$(reboot)/error.csv'],
    ['-rf', './-rf', '-rf/error.csv'],
    ['C:\\Data\\run 1', '"C:\\Data\\run 1"', 'C:\\Data\\run 1\\error.csv'],
    ['C:\\Data\\run', 'C:\\Data\\run', 'C:\\Data\\run\\error.csv'],
  ])('types the path %s', (path, quoted, below) => {
    expect([quotePath(path), pathBelow(path, 'error.csv')]).toEqual([quoted, below]);
  });
});

it.each([
  ['1 row does not have the file that was expected', other],
  ['1 row is no longer what the check saw', changed],
])('of an approved run: %s', (words, row) => {
  const approved = { directory: '/reports/check', sha256: '' };
  const page = pageWith([deleted, row], { header: { approved }, context: { exitCode: 1 } });
  expect(page.nextSteps[0]?.text).toContain(words);
});

describe('advice', () => {
  it.each([
    ['failed', 'http_403', 'Then run error.csv.'],
    ['failed', 'http_418', 'The server refused with status 418'],
    ['unknown', 'timeout', 'Resume looks at each of these rows again'],
    ['unknown', '', 'It is not known what became of the file'],
    ['not_attempted', 'limit', 'Then finish with the resume command.'],
    ['invalid', 'constructor', 'Another reason'],
  ] as const)('on %s / %s', (status, code, words) => {
    const { title, toDo } = adviseOn(status, code);
    expect(`${title}. ${toDo}`).toContain(words);
  });
});

describe('figures in words', () => {
  it.each([
    [count(0), '0'],
    [count(999), '999'],
    [count(1_234_567), '1,234,567'],
    [rateWords(0.5), '0.5'],
    [rateWords(300), '300'],
    [formatShare(0, 0), '0 %'],
    [formatShare(1, 1_000_000), 'under 0.1 %'],
    [formatShare(999_999, 1_000_000), 'over 99.9 %'],
    [formatShare(1, 3), '33.3 %'],
    [duration(0), '0 ms'],
    [duration(1000), '1 s'],
    [duration(2540), '2.5 s'],
    [duration(59_600), '1 min'],
    [duration(61_000), '1 min 1 s'],
    [duration(3_600_000), '1 h'],
    [duration(90 * 60_000), '1 h 30 min'],
    [duration(50 * 3_600_000), '2 days 2 h'],
    [aboutDuration(400), '1 s'],
    [aboutDuration(34.4 * 60_000), '34 min'],
    [aboutDuration(125 * 60_000), '2 h 5 min'],
    [aboutDuration(72 * 3_600_000), '3 days'],
    [sizeWords(1), '1 byte'],
    [sizeWords(48_211), '48.2 kB'],
    [sizeWords(5_000_000_000), '5.0 GB'],
    [formatTime(Date.parse('2026-11-24T03:12:07.900Z')), '24 Nov 2026, 03:12:07 UTC'],
    [formatTime(Number.NaN), 'not known'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });
});
