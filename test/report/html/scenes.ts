import type { RowReport } from '../../../src/report/row-report.ts';
import { buildPage, buildRow, PROJECT, START_MS, unsent } from './build.ts';

const FIELDS = ['consent_pdf', 'wound_photo', 'consent_signature'] as const;

function spread(number: number): Parameters<typeof buildRow>[1] & object {
  const field = FIELDS[number % 7 === 0 ? 2 : number % 2] ?? 'consent_pdf';
  return {
    row: { field, event: number % 3 === 0 ? 'visit_2_arm_1' : 'baseline_arm_1' },
    report: { signature: field === 'consent_signature' },
  };
}

/** A small run that went well. */
export function completeRun(rows = 240): string {
  return buildPage(
    Array.from({ length: rows }, (_, at) =>
      at % 20 === 19
        ? buildRow(at + 1, {
            ...spread(at),
            outcome: unsent('already_empty', '', 'the check found nothing there'),
          })
        : buildRow(at + 1, spread(at)),
    ),
  );
}

/** A run in which everything went wrong that can. */
export function failingRun(rows = 1800): string {
  return buildPage(failingRows(rows), {
    run: { sessions: 2 },
    header: {
      approved: {
        directory: 'reports/2026-11-20T09-00-00-check-cleanup',
        sha256: '9c'.repeat(32),
      },
    },
    context: { exitCode: 1 },
  });
}

export function failingRows(rows: number): RowReport[] {
  return Array.from({ length: rows }, (_, at) => {
    const number = at + 1;
    const base = spread(at);
    const started = START_MS + number * 210;
    const sent = { startedAt: started, finishedAt: started + 80 + (number % 11) * 40 };
    switch (number % 40) {
      case 3:
        return buildRow(number, {
          ...base,
          outcome: {
            ...sent,
            status: 'failed',
            code: 'http_403',
            httpStatus: 403,
            message: 'You do not have permissions to use the API (the server)',
            verified: '',
          },
        });
      case 9:
        return buildRow(number, {
          ...base,
          outcome: {
            ...sent,
            finishedAt: started + 42_000,
            status: 'unknown',
            code: 'timeout',
            attempts: 6,
            effect: 'possible',
            message:
              'a request may have removed the file, and nothing tells whether it did; last: no answer within 60 s',
            verified: 'skipped',
          },
        });
      case 14:
        return buildRow(number, {
          ...base,
          outcome: {
            ...sent,
            status: 'failed',
            code: 'still_present',
            message:
              'a look shows that a file is still there (consent.pdf); one uploaded since under the same name would look the same',
            verified: 'no',
          },
        });
      case 21:
        return buildRow(number, {
          ...base,
          row: { ...base.row, record: ` ${number} ` },
          outcome: unsent(
            'invalid',
            'unknown_record',
            `record ${number} does not exist, or this token may not see it (data access group); the project has 0${number}`,
          ),
        });
      case 27:
        return buildRow(number, {
          ...base,
          outcome: {
            ...unsent(
              'guard_mismatch',
              'guard_filename',
              'the stored file is consent-v2.pdf, not consent.pdf; nothing is deleted',
            ),
            file: { name: 'consent-v2.pdf' },
          },
        });
      case 30:
        return buildRow(number, {
          ...base,
          outcome: unsent(
            'duplicate',
            'duplicate_of',
            `names the same target as row ${number - 1}`,
          ),
        });
      case 33:
        return buildRow(number, {
          ...base,
          outcome: unsent('already_empty', '', 'the check found nothing there'),
        });
      case 36:
        return buildRow(number, {
          ...base,
          outcome: {
            ...sent,
            code: 'new_file',
            message:
              'the file is gone; since then somebody stored consent-2027.pdf, which is left alone',
            verified: 'no',
          },
        });
      default:
        return buildRow(number, {
          ...base,
          outcome: {
            ...sent,
            verified: number % 5 === 0 ? 'skipped' : 'yes',
            file:
              number % 2 === 0
                ? { name: 'consent.pdf', backup: `backup/${number}` }
                : { name: 'consent.pdf' },
          },
        });
    }
  });
}

/** A manifest with many columns of its own. */
export function wideRun(): string {
  const own = Array.from({ length: 24 }, (_, at) => at + 1);
  const columns = {
    header: ['record', 'field', 'event', ...own.map((at) => `own_${at}`)],
    columnNames: { record: 'record', field: 'field', event: 'event' },
  };
  const cells = ['', '', '', ...own.map((at) => `value ${at}`)];
  return buildPage(
    Array.from({ length: 30 }, (_, at) => buildRow(at + 1, { row: { cells } })),
    {},
    columns,
  );
}

/** A run that its own limit stopped. */
export function stoppedRun(rows = 500): string {
  return buildPage(
    Array.from({ length: rows }, (_, at) =>
      at < 200
        ? buildRow(at + 1, spread(at))
        : buildRow(at + 1, {
            ...spread(at),
            outcome: unsent('not_attempted', 'limit', 'the run ended before this row'),
          }),
    ),
    {
      run: { stop: { code: 'limit', message: '--limit 200: 200 rows have been sent' } },
      context: { exitCode: 3 },
    },
  );
}

/** A check that a person has to approve, with rows that are wrong and some that nobody can see. */
export function check(rows = 120): string {
  return buildPage(checkRows(rows), {
    header: { kind: 'check' },
    run: { sent: false, confirmed: false },
    context: { exitCode: 1, runDirectory: 'reports/2026-11-20T09-00-00-check-cleanup' },
  });
}

function checkRows(rows: number): RowReport[] {
  return Array.from({ length: rows }, (_, at) => {
    const number = at + 1;
    const base = spread(at);
    if (number % 30 === 4) {
      return buildRow(number, {
        ...base,
        row: { ...base.row, field: 'consent_pfd' },
        outcome: unsent(
          'invalid',
          'unknown_field',
          'the project has no field consent_pfd; did you mean consent_pdf?',
        ),
      });
    }
    if (number % 17 === 5) {
      return buildRow(number, {
        ...base,
        outcome: unsent(
          'not_attempted',
          'nothing_to_delete',
          'the field is empty; no request would be sent',
        ),
      });
    }
    if (number % 23 === 6) {
      return buildRow(number, {
        ...base,
        report: { ...base.report, seen: undefined, plan: { row: number, plan: 'delete' } },
        outcome: unsent(
          'not_attempted',
          'would_delete',
          'unconfirmed: no look could tell whether a file is there',
        ),
      });
    }
    if (number % 29 === 7) {
      return buildRow(number, {
        ...base,
        report: { ...base.report, seen: true },
        outcome: unsent('not_attempted', 'would_delete'),
      });
    }
    const name = `scan_${number}.pdf`;
    return buildRow(number, {
      ...base,
      report: { ...base.report, seen: name },
      outcome: { ...unsent('not_attempted', 'would_delete'), file: { name } },
    });
  });
}

export function refusedRun(): string {
  return buildPage(checkRows(60), {
    run: {
      sent: false,
      confirmed: false,
      refused: '2 rows of the manifest are invalid; nothing was deleted',
    },
    context: { exitCode: 2 },
  });
}

/** Nothing to do: every field was empty. */
export function emptyRun(): string {
  return buildPage(
    Array.from({ length: 3 }, (_, at) =>
      buildRow(at + 1, {
        row: { event: '' },
        outcome: unsent('already_empty', '', 'the check found nothing there'),
      }),
    ),
    { run: { sent: false }, header: { project: { ...PROJECT, longitudinal: false, title: '' } } },
  );
}

export function* manyRows(rows: number): Iterable<RowReport> {
  for (let number = 1; number <= rows; number += 1) {
    const started = START_MS + number * 200;
    const bad = number % 9 === 0;
    yield buildRow(number, {
      row: {
        record: String(number),
        field: FIELDS[number % 3] ?? '',
        event: number % 4 === 0 ? 'visit_2_arm_1' : 'baseline_arm_1',
      },
      outcome: {
        startedAt: started,
        finishedAt: started + 60 + (number % 400),
        ...(bad
          ? {
              status: 'failed',
              code: 'http_400',
              httpStatus: 400,
              message: `The record could not be changed: ${'<&"\u202E '.repeat(40)}`,
              verified: '',
            }
          : {}),
      },
    });
  }
}
