import type { RowReport } from '../row-report.ts';
import { splitVisible } from './markup.ts';
import { stateOf } from './states.ts';

/** Rows that one list of the page holds, at most. */
export const MOST_ROWS = 20_000;
const LONGEST_CELL = 160;
const LONGEST_MESSAGE = 500;
/** What all further columns of a row may take together. */
const LONGEST_REST = 1200;

/** The manifest's columns, as its reader found them. */
export interface ManifestColumns {
  readonly header: readonly string[];
  /** The header that each known column was read from. */
  readonly columnNames: Readonly<Record<string, string | undefined>>;
}

/** The cells of a row of the list, in their order; those of the manifest's further columns follow. */
const PLACES = [
  'row',
  'line',
  'record',
  'field',
  'event',
  'instance',
  'state',
  'file',
  'signature',
  'bytes',
  'sha256',
  'code',
  'message',
  'restored',
] as const;
export type Place = (typeof PLACES)[number];
export const FIRST_OWN = PLACES.length;

export function placeOf(place: Place): number {
  return PLACES.indexOf(place);
}

/**
 * A cell as the page keeps it. A list: what can be read, and, in lists of
 * their own, names of characters that cannot be seen.
 */
export type Cell = string | number | readonly (string | readonly [string])[];

/** How much a person has to look at a row: 0 before all others. */
export type Urgency = 0 | 1 | 2;

export interface RowList {
  /** Each is the JSON of a list of cells, safe inside a page: the most urgent first, else in the manifest's order. */
  readonly rows: readonly string[];
  /** All that were added, those that are not kept included. */
  readonly total: number;
  /** Of all, by urgency. */
  readonly urgencies: readonly [number, number, number];
  /** Columns that are not blank throughout. */
  readonly used: ReadonlySet<Place>;
  /** Headers of the manifest's further columns, as they stand in each row. */
  readonly own: readonly string[];
  /** Some cells are shown shortened. */
  readonly cut: boolean;
}

export interface RowListBuilder {
  add: (report: RowReport, urgency: Urgency, columns: ManifestColumns) => void;
  list: () => RowList;
}

/**
 * Keeps the first rows of the most urgent kinds, however many others came
 * before them: when the list is full, a row takes the place of the last of the
 * least urgent. `mayBeBack`: a restore has sent this row's file, or began to.
 */
export function listRows(mayBeBack: (row: number) => boolean): RowListBuilder {
  const tiers: [string[], string[], string[]] = [[], [], []];
  const urgencies: [number, number, number] = [0, 0, 0];
  const used = new Set<Place>();
  let own: OwnColumns | undefined;
  let kept = 0;
  let cut = false;

  const makeRoom = (urgency: Urgency): boolean => {
    if (kept < MOST_ROWS) return true;
    const least = tiers.findLast((tier) => tier.length > 0);
    if (least === undefined || tiers.indexOf(least) <= urgency) return false;
    least.pop();
    kept -= 1;
    return true;
  };

  const cell = (text: string, most: number): Cell => {
    if (text.length > most) cut = true;
    return cellOf(text, most);
  };

  const encode = (report: RowReport, { places }: OwnColumns): string => {
    const { row, outcome, message, file, target, signature } = report;
    const known: Record<Place, Cell> = {
      row: row.row,
      line: row.line,
      record: cell(row.record, LONGEST_CELL),
      field: cell(row.field, LONGEST_CELL),
      event: cell(row.event, LONGEST_CELL),
      instance: cell(target.instance, LONGEST_CELL),
      state: stateOf(outcome.status, outcome.code),
      file: cell(file?.name ?? '', LONGEST_CELL),
      signature: signature ? 1 : '',
      bytes: file?.bytes ?? '',
      sha256: file?.sha256 ?? '',
      code: cell(outcome.code, LONGEST_CELL),
      message: cell(message, LONGEST_MESSAGE),
      restored: mayBeBack(row.row) ? 1 : '',
    };
    const cells = PLACES.map((place) => known[place]);
    for (const place of PLACES) if (known[place] !== '') used.add(place);
    let room = LONGEST_REST;
    for (const at of places) {
      const text = row.cells[at] ?? '';
      cells.push(cell(text, Math.min(LONGEST_CELL, room)));
      room = Math.max(room - text.length, 1);
    }
    return toSafeJson(cells);
  };

  return {
    add(report, urgency, columns) {
      urgencies[urgency] += 1;
      if (!makeRoom(urgency)) return;
      own ??= ownColumns(columns);
      tiers[urgency].push(encode(report, own));
      kept += 1;
    },
    list: () => ({
      rows: tiers.flat(),
      total: urgencies[0] + urgencies[1] + urgencies[2],
      urgencies,
      used,
      own: own?.headers ?? [],
      cut,
    }),
  };
}

interface OwnColumns {
  readonly places: readonly number[];
  readonly headers: readonly string[];
}

/** The columns of the manifest that say something else than which file is meant. */
function ownColumns({ header, columnNames }: ManifestColumns): OwnColumns {
  const { record, field, event, instance } = columnNames;
  const target = new Set([record, field, event, instance]);
  const places = [...header.keys()].filter((at) => !target.has(header[at]));
  return { places, headers: places.map((at) => header[at] ?? '') };
}

/** Nearly every cell: nothing in it has to be named. */
const PLAIN = /^(?:[!-~](?:[ -~]*[!-~])?)?$/;

function cellOf(text: string, most: number): Cell {
  const short =
    text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/u, '')}…`;
  if (PLAIN.test(short)) return short;
  const pieces = splitVisible(short);
  const [first] = pieces;
  if (pieces.length === 1 && first?.unseen === false) return first.text;
  return pieces.map((piece) => (piece.unseen ? ([piece.text] as const) : piece.text));
}

/** JSON that neither ends the element that it stands in nor is taken for markup anywhere else. */
export function toSafeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&']/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
}
