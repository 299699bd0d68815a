import type { JournalSource } from '../../src/journal/read.ts';
import { NO_PROBLEMS, type ManifestRow } from '../../src/rows/row.ts';

/** A journal's source that holds these bytes; gives `most` of them at a time. */
export function sourceOf(text: string, name = 'journal.ndjson', most = Infinity): JournalSource {
  const bytes = Buffer.from(text, 'utf8');
  const read = (into: Buffer, length: number, position: number): number =>
    bytes.copy(into, 0, position, Math.min(position + Math.min(length, most), bytes.length));
  return {
    name,
    open: () =>
      Promise.resolve({ read: async (...at) => read(...at), close: async () => undefined }),
    openNow: () => ({ read, close: () => undefined }),
  };
}

/** A header with what readers need of it. */
export function headerLine(rows: number, more: Readonly<Record<string, unknown>> = {}): object {
  return {
    version: 1,
    kind: 'run',
    startedAt: '2026-03-02T10:00:00.000Z',
    manifest: { name: 'm.csv', sha256: 'ab', bytes: 10, rows },
    columns: {},
    url: 'https://redcap.example.edu/api/',
    project: { id: '1' },
    options: {},
    ...more,
  };
}

/** Lines as the file has them. */
export function journalOf(...lines: readonly object[]): JournalSource {
  return sourceOf(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/** A manifest of so many rows, one at a time. */
export async function* rowsOf(rows: number): AsyncGenerator<readonly ManifestRow[]> {
  for (let row = 1; row <= rows; row += 1) {
    yield [
      {
        row,
        line: row + 1,
        cells: [],
        record: String(row),
        field: 'photo',
        event: '',
        instance: '',
        repeatInstrument: '',
        expectFilename: '',
        expectSha256: '',
        problems: NO_PROBLEMS,
      },
    ];
  }
}
