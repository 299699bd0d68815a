/** What one manifest row names. Blank strings where the project has no such level. */
export interface Target {
  readonly record: string;
  readonly field: string;
  /** Unique event name; blank in classic projects. */
  readonly event: string;
  /** `''` where nothing was given, else digits without leading zero. */
  readonly instance: string;
}

/**
 * Text that says which file a target names: two rows with equal keys are
 * duplicates. No content of the cells makes two targets look alike. A blank
 * instance counts as `1`. `looseRecords` (with `--no-check`) takes records that
 * differ in case or outer white space alone for the same, as REDCap's database may.
 */
export function targetKey(target: Target, options: { readonly looseRecords: boolean }): string {
  const { field, event } = target;
  const record = options.looseRecords ? foldRecord(target.record) : target.record;
  const instance = target.instance === '' ? '1' : target.instance;
  // The lengths say where each part ends.
  return `${record.length}.${field.length}.${event.length}.${record}${field}${event}${instance}`;
}

/** A record's name as the loose comparison takes it. */
export function foldRecord(record: string): string {
  // By way of the capitals, so that forms with one capital (s and long s) meet.
  return record.trim().toUpperCase().toLowerCase();
}
