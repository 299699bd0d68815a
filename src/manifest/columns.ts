import { RefusedError } from '../errors.ts';
import { listNames, showName, showNames, showTwoNames } from '../words/names.ts';
import { quotePath } from '../words/quote.ts';
import { unreadableLine } from './lines.ts';
import {
  COLUMN_NAMES,
  DISPENSABLE_COLUMNS,
  foldHeader,
  foldLightly,
  isNearly,
  KNOWN_COLUMNS,
  type ColumnChoices,
  type KnownColumn,
} from './column-names.ts';

/** Where each column stands in the manifest's lines. */
export interface ColumnLayout {
  /** Cells that a valid line has, the columns of an earlier report included. */
  readonly width: number;
  /** Places of the manifest's own columns, in order. */
  readonly own: readonly number[];
  /** Their names as they stand. */
  readonly header: readonly string[];
  readonly places: Places;
  readonly names: ColumnChoices;
}

type Places = Readonly<Partial<Record<KnownColumn, number>>>;

const SHOWN_HEADERS = 40;

const OUR_PREFIX = 'sweep_';

/**
 * Finds the columns in the header, or throws RefusedError with what to do about
 * it. `choices` is what the user said of columns: a header, or `''` for none.
 */
export function layOutColumns(
  header: readonly string[],
  line: number,
  choices: ColumnChoices = {},
): ColumnLayout {
  const own = ownPlaces(header);
  const headers: Headers = { cells: header, own, line };
  refuseTwins(headers);
  const chosen = placeChosen(headers, choices);
  const places = { ...chosen, ...placeKnown(headers, choices, chosen) };
  refuseDoubtful(headers, choices, places);
  return layOut(header, own, places);
}

/** The columns as an earlier reading of the same manifest found them: nothing is guessed anew. */
export function layOutAsRead(header: readonly string[], names: ColumnChoices): ColumnLayout {
  const own = ownPlaces(header);
  const places = Object.fromEntries(
    Object.entries(names).map(([column, name]) => [column, header.indexOf(name)]),
  );
  return layOut(header, own, places);
}

/** All but the columns of an earlier report. */
function ownPlaces(header: readonly string[]): readonly number[] {
  return header.flatMap((name, at) => (foldLightly(name).startsWith(OUR_PREFIX) ? [] : [at]));
}

function layOut(header: readonly string[], own: readonly number[], places: Places): ColumnLayout {
  const names = Object.fromEntries(
    KNOWN_COLUMNS.flatMap((column) => {
      const at = places[column];
      return at === undefined ? [] : [[column, header[at] ?? '']];
    }),
  );
  return {
    width: header.length,
    own,
    header: own.map((at) => header[at] ?? ''),
    places,
    names,
  };
}

interface Headers {
  readonly cells: readonly string[];
  /** Places of those that are the manifest's own. */
  readonly own: readonly number[];
  readonly line: number;
}

/** Names are unique but for nameless columns, which are carried however many. */
function refuseTwins({ cells, own, line }: Headers): void {
  const firstOf = new Map<string, number>();
  for (const at of own) {
    const name = foldLightly(cells[at] ?? '');
    if (name === '') continue;
    const first = firstOf.get(name);
    if (first !== undefined) {
      throw unreadableLine(
        line,
        `the header ${showName(cells[at] ?? '', 'quoted')} stands twice, in columns ${first + 1} and ${at + 1}. Rename or remove one of them.`,
      );
    }
    firstOf.set(name, at);
  }
}

/** Headers that `--column` names: as they stand, else as headers match. */
function placeChosen({ cells, own, line }: Headers, choices: ColumnChoices): Places {
  const places: Partial<Record<KnownColumn, number>> = {};
  const serves = new Map<number, KnownColumn>();
  for (const column of KNOWN_COLUMNS) {
    const choice = choices[column];
    if (choice === undefined || choice === '') continue;
    const matching = [foldLightly, foldHeader]
      .map((fold) => own.filter((at) => fold(cells[at] ?? '') === fold(choice)))
      .find((found) => found.length > 0);
    const [at, second] = matching ?? [];
    if (at === undefined) {
      const headers = { cells, own, line };
      const [wanted] = showNames([choice, ...namesIn(headers)], 'quoted');
      throw new RefusedError(
        `--column ${column}=${showName(choice)}: the manifest has no header ${wanted} (line ${line}). ${listHeaders(headers, [choice])}`,
      );
    }
    if (second !== undefined) {
      const [one, twin] = showTwoNames(cells[at] ?? '', cells[second] ?? '', 'quoted');
      throw new RefusedError(
        `--column ${column}=${showName(choice)}: the headers ${one} and ${twin} (line ${line}) both match. Write it as it stands in the manifest.`,
      );
    }
    const other = serves.get(at);
    if (other !== undefined) {
      throw new RefusedError(
        `--column: the header ${showName(choice, 'quoted')} (line ${line}) cannot serve both ${other} and ${column}. Name another one.`,
      );
    }
    places[column] = at;
    serves.set(at, column);
  }
  return places;
}

/** Headers that serve a column by their own name, where nothing else was said of it. */
function placeKnown({ cells, own, line }: Headers, choices: ColumnChoices, chosen: Places): Places {
  const places: Partial<Record<KnownColumn, number>> = {};
  const taken = new Set(Object.values(chosen));
  for (const column of KNOWN_COLUMNS) {
    const choice = choices[column];
    if (choice !== undefined && choice !== '') continue;
    const found = COLUMN_NAMES[column].flatMap((name) =>
      own.filter((at) => !taken.has(at) && foldHeader(cells[at] ?? '') === name),
    );
    const [at, second] = found;
    if (at === undefined) continue;
    if (choice === '') {
      throw new RefusedError(
        `--column ${column}= says that the manifest has no such column, but the header ${showName(cells[at] ?? '', 'quoted')} (line ${line}) is one. Leave the option out, or rename the header.`,
      );
    }
    if (second !== undefined) {
      const matching = found.map((place) => cells[place] ?? '');
      const names = showNames(matching, 'quoted').join(' and ');
      throw unreadableLine(
        line,
        `the headers ${names} both name the column ${column}. Say which one counts with --column ${column}=<header>, or rename the other.`,
      );
    }
    places[column] = at;
  }
  return places;
}

/** Columns that are needed and lack, and headers that are nearly a column's name, in one message. */
function refuseDoubtful(headers: Headers, choices: ColumnChoices, places: Places): void {
  const { cells, own, line } = headers;
  const serving = new Set(Object.values(places));
  const lacking = KNOWN_COLUMNS.filter(
    (column) => places[column] === undefined && choices[column] !== '',
  );
  const sentences: string[] = [];
  const needed = lacking.filter((column) => column === 'record' || column === 'field');
  if (needed.length > 0) {
    const wanted = needed.map((column) =>
      COLUMN_NAMES[column].map((name) => `"${name}"`).join(' or '),
    );
    const noun = needed.length === 1 ? 'a header is missing' : 'headers are missing';
    const options = needed.map((column) => `--column ${column}=<header>`).join(' ');
    sentences.push(
      `${noun}: ${wanted.join('; and ')}. ${listHeaders(headers)} If a column has another name, say so with ${options}.${otherWays(needed, own)}`,
    );
  }
  for (const at of own) {
    const header = cells[at] ?? '';
    if (serving.has(at)) continue;
    const column = lacking.find((one) => isNearly(header, one));
    if (column !== undefined) sentences.push(adviseOnNear(header, column));
  }
  if (sentences.length > 0) throw unreadableLine(line, sentences.join(`\nline ${line}: `));
}

/**
 * What people have in place of a manifest: ids, or a data export whose record ID
 * field has a name of its own, which cannot be known without the project.
 */
function otherWays(needed: readonly KnownColumn[], own: readonly number[]): string {
  if (!needed.includes('field')) return '';
  if (own.length === 1) {
    return ' If it is a list of record ids: redcap-sweep scan --record-file <list> --output list.csv';
  }
  return needed.length === 1
    ? ''
    : ' If it is a data export of REDCap, with a column for each field: redcap-sweep scan --from <export> --output list.csv';
}

function adviseOnNear(header: string, column: KnownColumn): string {
  const choosable = column !== 'redcap_repeat_instrument';
  const use = choosable ? `, or say --column ${quotePath(`${column}=${header}`)}` : '';
  const dispensable = DISPENSABLE_COLUMNS.find((one) => one === column);
  const none =
    dispensable === undefined
      ? ` If it is something else, rename it to a name that is further from that.`
      : ` If it is something else, say --column ${column}= (nothing behind the =).`;
  const [near, name] = showTwoNames(header, column, 'quoted');
  return `the header ${near} is nearly ${name}, and would be passed over. If it is that column, rename it to ${column}${use}.${none}`;
}

/**
 * Is this a data export of REDCap itself, with a column for each field? Known
 * without the project: nothing serves `field`, and there is a column that only
 * REDCap writes, or a record id beside further columns.
 */
export function isDataExport(header: readonly string[], choices: ColumnChoices = {}): boolean {
  const folded = cellsOfExport(header)
    .map(foldHeader)
    .filter((name) => name !== '' && !name.startsWith(OUR_PREFIX));
  const serves = (column: KnownColumn): boolean =>
    folded.some((name) => COLUMN_NAMES[column].includes(name));
  if ((choices.field ?? '') !== '' || serves('field')) return false;
  if (folded.some((name) => name.startsWith('redcap_'))) return true;
  const known = new Set(Object.values(COLUMN_NAMES).flat());
  const hasFurther = folded.some((name) => !known.has(name));
  const mayBeField = folded.some((name) => isNearly(name, 'field'));
  return (serves('record') || choices.record !== undefined) && hasFurther && !mayBeField;
}

/** REDCap exports with carets between cells too, which manifests do not have. */
function cellsOfExport(header: readonly string[]): readonly string[] {
  return header.length === 1 ? (header[0]?.split('^') ?? []) : header;
}

/** `beside`: a header that stands in the same message. */
function listHeaders(headers: Headers, beside: readonly string[] = []): string {
  const named = namesIn(headers);
  if (named.length === 0) return 'No header has a name.';
  return `Headers seen: ${listNames(named, { style: 'quoted', most: SHOWN_HEADERS, beside })}.`;
}

function namesIn({ cells, own }: Headers): readonly string[] {
  return own.map((at) => cells[at] ?? '').filter((name) => name.trim() !== '');
}
