import type { NoticedCell } from '../project/exported-cells.ts';
import { RENAME, type ExportSource } from '../project/exported-columns.ts';
import type { ScannedExport, Tally, UnknownField } from '../project/scan-notes.ts';
import type { Target } from '../rows/target.ts';
import { AS_NUMBER, readNumber, WRITTEN_AS_NUMBER } from '../project/near.ts';
import { countOf } from '../words/counts.ts';
import { createLostZeros } from '../words/lost-zeros.ts';
import { listNames, showName, showTwoNames } from '../words/names.ts';

/** The names under which the project has records that it does not have as they are written. */
type Near = ReadonlyMap<string, string>;

/** Near names are looked for among so many. */
export const NEAR_FOR_AT_MOST = 100;
/** More than these are counted alone. */
const NAMED_RECORDS = 20;
const NAMED_CELLS = 10;
/** As many are told one by one; of more, that they have lost their zeros is said once. */
const FEW_LOST_ZEROS = 3;

/** What a list of the files in an export leaves out or has otherwise, as lines for standard error. */
export function describeExportNotes(
  scanned: ScannedExport,
  {
    near,
    of,
    kind,
  }: { readonly near: Near; readonly of: string; readonly kind: ExportSource['kind'] },
): string[] {
  const { strange, unknownFields, lacking, gone, renamed, leftOut, unknownRecords } = scanned;
  const lines: string[] = [];
  if (strange.length > 0) {
    const one = strange.length === 1;
    const names = strange.map(({ name }) => name);
    lines.push(
      `Passed over: the ${one ? 'column' : 'columns'} ${listNames(names, { style: 'quoted', most: NAMED_CELLS, word: 'and' })}, ${one ? 'which is no field' : 'which are no fields'} of the project and ${one ? 'shows' : 'show'} no files.`,
    );
  }
  for (const field of unknownFields) lines.push(describeUnknownField(field, lacking, { of, kind }));
  if (gone.count > 0) {
    lines.push(
      `${countOf(gone.count, 'file')} of ${of} ${gone.count === 1 ? 'is' : 'are'} not there any more:`,
      ...listed(
        gone,
        ({ target, shown }) => `${describeTarget(target)}: ${showName(shown, 'quoted')}`,
      ),
    );
  }
  if (renamed.count > 0) {
    const have =
      renamed.count === 1
        ? 'has another name now, and is listed under it'
        : 'have other names now, and are listed under these';
    lines.push(
      `${countOf(renamed.count, 'file')} of ${of} ${have}:`,
      ...listed(renamed, ({ target, shown, now = '' }) => {
        const [is, was] = showTwoNames(now, shown, 'quoted');
        return `${describeTarget(target)}: ${is}, where ${of} has ${was}`;
      }),
    );
  }
  if (unknownRecords.count > 0) lines.push(...describeUnknown(scanned, near, of));
  if (leftOut.size > 0) {
    const cells = [...leftOut.values()].reduce((sum, { count }) => sum + count, 0);
    lines.push(
      `${countOf(cells, 'cell')} of ${of} ${cells === 1 ? 'is not listed, and may be of a file' : 'are not listed, and may be of files'}:`,
      ...[...leftOut].map(([why, tally]) => `  ${why}: ${describeFirst(tally)}`),
      "Export again from the project as it is now, with REDCap's own columns left in, and with the rights to all of these fields.",
    );
  }
  return lines;
}

function describeUnknownField(
  { column: { name, near }, files }: UnknownField,
  lacking: readonly string[],
  { of, kind }: { readonly of: string; readonly kind: ExportSource['kind'] },
): string {
  const [is, now] = near === undefined ? [showName(name), undefined] : showTwoNames(name, near);
  const meant =
    now === undefined
      ? lacking.length === 0
        ? 'Of these files none can be listed.'
        : `File fields of the project that ${of} does not have: ${listNames(lacking)}. ${RENAME[kind]}`
      : `Did you mean ${now}? ${RENAME[kind]}`;
  const cells = countOf(files.count, 'cell');
  return `${cells} of the column ${is} ${files.count === 1 ? 'shows a file' : 'show files'}, and the project has no field ${is}; nothing of it is listed. ${meant}`;
}

function describeUnknown(
  { unknownRecords, knownRecords }: ScannedExport,
  near: Near,
  of: string,
): string[] {
  const { count, first } = unknownRecords;
  const { others, lostZeros } = splitLostZeros(first, near);
  if (knownRecords === 0 && near.size === 0) {
    return [
      `None of the records of ${of} is in the project, or this token may not see them. Is it of another project?`,
    ];
  }
  const tally = { count: count - (first.length - others.length), first: others };
  return [
    `${countOf(count, 'record')} of ${of} ${count === 1 ? 'is not in the project, or this token may not see it' : 'are not in the project, or this token may not see them'}:`,
    ...listed(tally, (record) => {
      const { name, hint } = showWithNear(record, near);
      return name + hint;
    }),
    ...(lostZeros === '' ? [] : [`  ${lostZeros}`]),
  ];
}

/** Records of a list that the project does not have. `asked`: how many the list names. */
export function describeMissing(missing: readonly string[], asked: number, near: Near): string[] {
  const { others, lostZeros } = splitLostZeros(missing, near);
  const more = others.length - NAMED_RECORDS;
  return [
    ...(lostZeros === '' ? [] : [`Warning: ${lostZeros}.`]),
    ...others.slice(0, NAMED_RECORDS).map((record) => {
      const { name, hint } = showWithNear(record, near);
      return `Warning: record ${name} of --record-file does not exist, or this token may not see it${hint}${hint.endsWith('?') ? '' : '.'}`;
    }),
    ...(more > 0 ? [`Warning: and so for ${countOf(more, 'more record')}.`] : []),
    ...(missing.length === asked && near.size === 0
      ? [
          'None of the records of --record-file is in the project. Is the list of another project, or are the ids in another column? The first one counts, or the one headed by the record ID field.',
        ]
      : []),
  ];
}

/** Ids that a spreadsheet took the zeros off, in one sentence where they are many, and the others. */
function splitLostZeros(
  records: readonly string[],
  near: Near,
): { readonly others: readonly string[]; readonly lostZeros: string } {
  const zeros = createLostZeros();
  const others = records.filter((record) => {
    const name = near.get(record);
    return name === undefined || !zeros.note(record, name);
  });
  return records.length - others.length > FEW_LOST_ZEROS
    ? { others, lostZeros: zeros.words() }
    : { others: records, lostZeros: '' };
}

function showWithNear(record: string, near: Near): { name: string; hint: string } {
  const other = near.get(record);
  const isNumber = readNumber(record) !== undefined;
  if (other === undefined) {
    const hint = isNumber ? `; ${AS_NUMBER}, perhaps shortened` : '';
    return { name: showName(record), hint };
  }
  const [name, meant] = showTwoNames(record, other);
  const why = isNumber ? ` (${WRITTEN_AS_NUMBER})` : '';
  return { name, hint: `; did you mean ${meant}${why}?` };
}

function listed<T>({ count, first }: Tally<T>, describe: (item: T) => string): string[] {
  const shown = first.slice(0, NAMED_CELLS);
  const more = count - shown.length;
  return [
    ...shown.map((item) => `  ${describe(item)}`),
    ...(more > 0 ? [`  and ${countOf(more, 'other')}`] : []),
  ];
}

function describeFirst({ count, first: [cell] }: Tally<NoticedCell>): string {
  const of = cell === undefined ? '' : describeTarget(cell.target);
  return `${countOf(count, 'cell')}, ${count === 1 ? '' : 'the first '}of ${of}`;
}

function describeTarget({ record, field, event, instance }: Target): string {
  return [
    `record ${showName(record)}`,
    `field ${showName(field)}`,
    ...(event === '' ? [] : [`event ${showName(event)}`]),
    ...(instance === '' ? [] : [`instance ${instance}`]),
  ].join(', ');
}
