import type { ValidatedRow } from './validate.ts';

/** Rows that share one look. */
const GROUP_RECORDS = 100;
const GROUP_ROWS = 1000;
// REDCap's host may cut form variables beyond 1,000 without a word (PHP's max_input_vars).
const GROUP_FIELDS = 300;

/** Cuts the manifest into groups of about 100 records, in manifest order. */
export async function* groupByRecords(
  rows: AsyncIterable<readonly ValidatedRow[]>,
): AsyncIterable<readonly ValidatedRow[]> {
  let group: ValidatedRow[] = [];
  const records = new Set<string>();
  const fields = new Set<string>();
  for await (const batch of rows) {
    for (const one of batch) {
      if (one.kind === 'valid') {
        const { record, field } = one.row;
        const full =
          group.length >= GROUP_ROWS ||
          (records.size >= GROUP_RECORDS && !records.has(record)) ||
          (fields.size >= GROUP_FIELDS && !fields.has(field));
        if (full) {
          yield group;
          group = [];
          records.clear();
          fields.clear();
        }
        records.add(record);
        fields.add(field);
      } else if (group.length >= GROUP_ROWS * 10) {
        yield group;
        group = [];
        records.clear();
        fields.clear();
      }
      group.push(one);
    }
  }
  if (group.length > 0) yield group;
}
