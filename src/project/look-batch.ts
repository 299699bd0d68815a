import type { Target } from '../manifest/target.ts';
import { nearestSpelling } from './near.ts';
import { asText, readLook, type ExportRow, type Look } from './look.ts';
import type { ProjectModel } from './model.ts';

/** How a list of records is asked for; retries are behind it. */
export type ExportRecords = (query: {
  readonly records: readonly string[];
  readonly fields: readonly string[];
}) => Promise<ExportAnswer>;

export type ExportAnswer =
  | { readonly kind: 'rows'; readonly rows: readonly ExportRow[] }
  /** 200 without a body: loaded servers send that, and it says nothing. */
  | { readonly kind: 'bodyless' }
  | { readonly kind: 'unreadable'; readonly message: string; readonly status?: number | undefined }
  /** The wait for it was broken by a stop. */
  | { readonly kind: 'stopped' };

/** What came of looking at a batch of targets. */
export type LookedBatch =
  | {
      readonly kind: 'looked';
      readonly looks: readonly Look[];
      /** The rows of each record, for rules that need more than one target's look. */
      readonly rowsOf: (record: string) => readonly ExportRow[];
      /** No record of the list was one that was asked for: this token sees hashed ids. */
      readonly blind: boolean;
    }
  | { readonly kind: 'unreadable'; readonly message: string; readonly status?: number | undefined }
  | { readonly kind: 'stopped' };

/** Records that a first list lacked are asked for again in batches of this size at most. */
const AGAIN_SIZE = 25;

const BODYLESS = 'the server answered without a body, twice';
const BLIND =
  'the export lists other record names than the ones asked for (de-identified export rights)';

/**
 * Looks at targets through one record export, asking once more for records
 * that the list lacks: loaded servers leave records out (and answer 200
 * without a body), so that one absence proves nothing.
 */
export async function lookAt(
  exportRecords: ExportRecords,
  model: ProjectModel,
  targets: readonly Target[],
): Promise<LookedBatch> {
  const records = [...new Set(targets.map((target) => target.record))];
  const fields = [...new Set([model.recordIdField, ...targets.map((target) => target.field)])];
  const gathered = new Gathered(model.recordIdField);

  const first = await askTwiceForBody(exportRecords, { records, fields });
  if (first.kind === 'unreadable' || first.kind === 'stopped') return first;
  if (first.kind === 'bodyless') return sayNothing(targets, BODYLESS, false);
  gathered.add(first.rows);

  let missing = records.filter((record) => !gathered.has(record));
  const near = (record: string): string | undefined =>
    nearestSpelling(record, gathered.recordNames());
  const seesHashes =
    first.rows.length > 0 &&
    missing.length === records.length &&
    records.every((record) => near(record) === undefined);
  if (seesHashes) return sayNothing(targets, BLIND, true);

  const silent = new Set<string>();
  while (missing.length > 0) {
    const size = Math.min(AGAIN_SIZE, Math.max(1, Math.ceil(records.length / 2)));
    const again = missing.slice(0, size);
    missing = missing.slice(size);
    const second = await askTwiceForBody(exportRecords, { records: again, fields });
    if (second.kind === 'unreadable' || second.kind === 'stopped') return second;
    if (second.kind === 'bodyless') for (const record of again) silent.add(record);
    else gathered.add(second.rows);
  }

  const looks = targets.map((target): Look => {
    if (silent.has(target.record)) return { kind: 'nothing', why: BODYLESS };
    const rows = gathered.rowsOf(target.record);
    if (rows.length === 0) {
      const spelling = near(target.record);
      return { kind: 'no_record', ...(spelling === undefined ? {} : { near: spelling }) };
    }
    return readLook(rows, target, model, gathered.hasField(target.field));
  });
  return { kind: 'looked', looks, rowsOf: (record) => gathered.rowsOf(record), blind: false };
}

async function askTwiceForBody(
  exportRecords: ExportRecords,
  query: Parameters<ExportRecords>[0],
): Promise<ExportAnswer> {
  const answer = await exportRecords(query);
  return answer.kind === 'bodyless' ? exportRecords(query) : answer;
}

function sayNothing(targets: readonly Target[], why: string, blind: boolean): LookedBatch {
  return {
    kind: 'looked',
    looks: targets.map(() => ({ kind: 'nothing', why })),
    rowsOf: () => [],
    blind,
  };
}

/** Export rows by record, as the lists of one batch come in. */
class Gathered {
  readonly #idField: string;
  readonly #rows = new Map<string, ExportRow[]>();
  readonly #fields = new Set<string>();

  constructor(idField: string) {
    this.#idField = idField;
  }

  add(rows: readonly ExportRow[]): void {
    for (const row of rows) {
      for (const field of Object.keys(row)) this.#fields.add(field);
      const record = asText(row[this.#idField]);
      const known = this.#rows.get(record);
      if (known === undefined) this.#rows.set(record, [row]);
      else known.push(row);
    }
  }

  has(record: string): boolean {
    return this.#rows.has(record);
  }

  rowsOf(record: string): readonly ExportRow[] {
    return this.#rows.get(record) ?? [];
  }

  hasField(field: string): boolean {
    return this.#fields.has(field);
  }

  recordNames(): string[] {
    return [...this.#rows.keys()];
  }
}
