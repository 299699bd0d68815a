import type { Target } from '../rows/target.ts';
import {
  askForList,
  BODYLESS,
  createLists,
  type ExportRecords,
  type Lists,
} from './export-lists.ts';
import { nearestSpelling } from './near.ts';
import { asText, readLook } from './look.ts';
import type { ExportRow, Look, LookedBatch } from '../rows/look.ts';
import type { ProjectModel } from './model.ts';

export type { ExportAnswer, ExportRecords } from './export-lists.ts';

/** Records that a first list lacked are asked for again in batches of this size at most. */
const AGAIN_SIZE = 25;

const BLIND =
  'the export lists other record names than the ones asked for (de-identified export rights)';

/**
 * Looks at targets through one record export, asking once more for records
 * that the list lacks: loaded servers leave records out, so that one absence
 * proves nothing. A list that the server fails on is asked for in parts; of a
 * record that fails alone the look says nothing. `lists` is the command's.
 */
export async function lookAt(
  exportRecords: ExportRecords,
  model: ProjectModel,
  targets: readonly Target[],
  lists: Lists = createLists(),
): Promise<LookedBatch> {
  const records = [...new Set(targets.map((target) => target.record))];
  const fields = [...new Set([model.recordIdField, ...targets.map((target) => target.field)])];
  const gathered = new Gathered(model.recordIdField);
  /** Records that the server fails on, with why. */
  const silent = new Map<string, string>();

  const ask = async (asked: readonly string[]): Promise<LookedBatch | undefined> => {
    const answer = await askForList(exportRecords, { records: asked, fields }, lists);
    if (answer.kind !== 'rows') return answer;
    gathered.add(answer.rows);
    for (const [record, why] of answer.failed) {
      silent.set(record, why === BODYLESS ? why : `the list of this record alone fails: ${why}`);
    }
    return undefined;
  };

  const unusable = await ask(records);
  if (unusable !== undefined) return unusable;

  let missing = records.filter((record) => !gathered.has(record) && !silent.has(record));
  const near = (record: string): string | undefined =>
    nearestSpelling(record, gathered.recordNames());
  const seesHashes =
    !gathered.empty &&
    !records.some((record) => gathered.has(record) || near(record) !== undefined);
  if (seesHashes) return sayNothing(targets, BLIND);

  while (missing.length > 0) {
    const size = Math.min(AGAIN_SIZE, Math.max(1, Math.ceil(records.length / 2)));
    const again = missing.slice(0, size);
    missing = missing.slice(size);
    const ended = await ask(again);
    if (ended !== undefined) return ended;
  }

  const looks = targets.map((target): Look => {
    const why = silent.get(target.record);
    if (why !== undefined) return { kind: 'nothing', why };
    const rows = gathered.rowsOf(target.record);
    if (rows.length === 0) {
      const spelling = near(target.record);
      return { kind: 'no_record', ...(spelling === undefined ? {} : { near: spelling }) };
    }
    return readLook(rows, target, model, gathered.hasField(target.field));
  });
  return { kind: 'looked', looks, rowsOf: (record) => gathered.rowsOf(record), blind: false };
}

function sayNothing(targets: readonly Target[], why: string): LookedBatch {
  return {
    kind: 'looked',
    looks: targets.map(() => ({ kind: 'nothing', why })),
    rowsOf: () => [],
    blind: true,
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

  get empty(): boolean {
    return this.#rows.size === 0;
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
