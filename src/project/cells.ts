import type { ExportRow } from '../rows/look.ts';

/** A cell of the server's JSON as text; flags as REDCap's own `1` and `0`. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'number' ? String(value) : '';
}

/** Flags come as numbers or strings, by version; `undefined` where the server says nothing. */
export function asFlag(value: unknown): boolean | undefined {
  const text = asText(value);
  if (text === '1' || text === 'true') return true;
  return text === '0' || text === 'false' ? false : undefined;
}

/** Where a row of a record export stands in its record; blank what does not apply. */
export interface RowPlace {
  readonly event: string;
  /** The repeating form; blank where the event repeats as a whole. */
  readonly form: string;
  readonly instance: string;
}

/** Servers leave the repeat columns out of an answer without repeating rows. */
export function placeOf(row: ExportRow): RowPlace {
  return {
    event: asText(row['redcap_event_name']),
    form: asText(row['redcap_repeat_instrument']),
    instance: asText(row['redcap_repeat_instance']),
  };
}
