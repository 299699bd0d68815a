import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { encodeOutcome } from '../../src/journal/line-codec.ts';
import { replayJournal } from '../../src/journal/replay.ts';
import { JOURNAL_FILE, JOURNAL_VERSION, type JournalHeader } from '../../src/journal/lines.ts';
import { readBytes } from '../../src/files/read-file.ts';
import { openManifest } from '../../src/manifest/read.ts';
import type { ManifestRow } from '../../src/rows/row.ts';
import { makeCsvReports, REPORT_FILES } from '../../src/report/make-reports.ts';
import { MANIFEST_FILE } from '../../src/run-directory/manifest-copy.ts';
import { reportOf, STATUSES, type Outcome, type RowState } from '../../src/rows/outcome.ts';
import { toCsv } from '../support/csv.ts';

const cell = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 6 }),
    fc.string({
      unit: fc.constantFrom('"', ',', ';', '\t', '|', '\r', '\n', ' ', '=', '\ufeff', 'é', '😀'),
      maxLength: 6,
    }),
    fc.constantFrom('001', '-1', '=SUM(A1)', 'sweep_row'),
  )
  .map((text) => text.replaceAll('\0', ''));
const name = fc.oneof(
  fc.constantFrom('note', 'sweep_status', 'sweep_row', 'Sweep_Mine', '', ' site '),
  fc.string({ unit: fc.constantFrom('a', 'b', ',', '"', '\n', 'é'), maxLength: 4 }),
);
const manifests = fc
  .uniqueArray(name, { maxLength: 4, selector: (one) => one.trim().toLowerCase() })
  .chain((others) =>
    fc.record({
      others: fc.constant(others),
      rows: fc.array(
        fc.record({
          cells: fc.array(cell, { minLength: others.length + 1, maxLength: others.length + 1 }),
          /** Cells more or fewer than the header has. */
          ragged: fc.oneof(
            { weight: 6, arbitrary: fc.constant(0) },
            fc.integer({ min: -1, max: 2 }),
          ),
        }),
        { minLength: 1, maxLength: 8 },
      ),
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      lineEnd: fc.constantFrom('\n', '\r\n'),
      encode: fc.constantFrom<(text: string) => Buffer>(
        (text) => Buffer.from(text),
        (text) => Buffer.from(`\ufeff${text}`),
        (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
        (text) => gzipSync(text),
      ),
    }),
  );
const outcomes = fc.array(
  fc.record({
    status: fc.constantFrom(...STATUSES),
    message: fc.string({ unit: 'binary', maxLength: 40 }),
    name: fc.option(cell, { nil: undefined }),
    attempts: fc.nat(3),
  }),
  { minLength: 8, maxLength: 8 },
);

async function rowsOf(path: string): Promise<{ header: readonly string[]; rows: ManifestRow[] }> {
  const manifest = await openManifest(readBytes(path));
  const rows: ManifestRow[] = [];
  try {
    for await (const batch of manifest.batches()) rows.push(...batch);
  } catch (error) {
    // A report without rows is a manifest without rows.
    expect(String(error)).toMatch(/no rows/);
  }
  return { header: manifest.header, rows };
}

describe('any manifest', () => {
  it('survives the way reader, reports, reader', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sweep-any-manifest-'));
    try {
      await fc.assert(
        fc.asyncProperty(manifests, outcomes, async (made, ends) => {
          const { others, rows, delimiter, lineEnd, encode } = made;
          const lines = rows.map(({ cells, ragged }) =>
            ragged < 0
              ? ['photo', ...cells].slice(0, ragged)
              : ['photo', ...cells, ...['x', 'y'].slice(0, ragged)],
          );
          const bytes = encode(
            toCsv([['field', 'record', ...others], ...lines], { delimiter, lineEnd }),
          );
          await writeFile(join(directory, MANIFEST_FILE), bytes);
          const before = await rowsOf(join(directory, MANIFEST_FILE));
          expect(before.rows.length).toBe(rows.length);
          const sha256 = createHash('sha256').update(bytes).digest('hex');
          await writeFile(join(directory, JOURNAL_FILE), journalOf(rows.length, ends, sha256));
          const view = await replayJournal(join(directory, JOURNAL_FILE));
          await makeCsvReports(directory, view, systemClock, () => undefined);

          const seen: number[] = [];
          for (const [report, file] of Object.entries(REPORT_FILES)) {
            const path = join(directory, file);
            const after = await rowsOf(path);
            const numbers = numbersIn(await readFile(path, 'utf8'));
            expect(after.header).toEqual(before.header);
            expect(after.rows.map((row) => row.cells)).toEqual(
              numbers.map((number) => before.rows[number - 1]?.cells),
            );
            expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
            for (const number of numbers) {
              expect(reportOf(ends[number - 1]?.status ?? 'unknown')).toBe(report);
            }
            seen.push(...numbers);
          }
          expect(seen.toSorted((one, other) => one - other)).toEqual(rows.map((_, at) => at + 1));
        }),
        { numRuns: 60 },
      );
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

/** `sweep_row` of each row, read by a parser that is not the reader's own. */
function numbersIn(report: string): number[] {
  const [header, ...rows] = parse(report);
  // The manifest's own columns of that name are left out.
  const at = header?.indexOf('sweep_row') ?? -1;
  for (const row of rows) expect(row[at + 5] ?? '').not.toMatch(/^[=+\-@]|[\n\r]/);
  return rows.map((row) => Number(row[at]));
}

/** A state of each status. */
const STATES: Record<Outcome['status'], RowState> = {
  deleted: { status: 'deleted', code: '' },
  already_empty: { status: 'already_empty', code: '' },
  failed: { status: 'failed', code: 'http_400' },
  unknown: { status: 'unknown', code: 'timeout' },
  guard_mismatch: { status: 'guard_mismatch', code: 'guard_filename' },
  invalid: { status: 'invalid', code: 'unknown_record' },
  duplicate: { status: 'duplicate', code: 'duplicate_of' },
  not_attempted: { status: 'not_attempted', code: 'limit' },
};

function journalOf(
  rows: number,
  ends: readonly {
    status: Outcome['status'];
    message: string;
    name: string | undefined;
    attempts: number;
  }[],
  sha256: string,
): string {
  const header: JournalHeader = {
    version: JOURNAL_VERSION,
    kind: 'run',
    tool: 'test',
    startedAt: '2026-11-24T03:12:07.000Z',
    host: '',
    user: '',
    manifest: { name: 'm.csv', sha256, bytes: 0, rows },
    columns: {},
    url: 'https://redcap.test/api/',
    project: null,
    options: {},
    token: { salt: '', sha256: '' },
  };
  const lines = ends.slice(0, rows).map(({ status, message, name: file, attempts }, at) =>
    encodeOutcome(
      at + 1,
      {
        ...STATES[status],
        message,
        attempts,
        effect: 'none',
        verified: '',
        finishedAt: 1_795_489_927_000,
        ...(file === undefined ? {} : { file: { name: file } }),
      },
      false,
    ),
  );
  return [JSON.stringify(header), ...lines, ''].join('\n');
}
