import type { NoticedCell, ScannedExport, Tally } from '../project/scan-notes.ts';
import type { Target } from '../rows/target.ts';
import { countOf, listWords } from '../words/counts.ts';
import { quoted } from '../words/quote.ts';

type Near = ReadonlyMap<string, string>;

/** More than these are counted alone. */
export const NAMED_RECORDS = 20;

/** What a list of the files in an export leaves out or has otherwise, as lines for standard error. */
export function describeExportNotes(
  scanned: ScannedExport,
  { near, of }: { readonly near: Near; readonly of: string },
): string[] {
  const { strange, gone, renamed, leftOut, unknownRecords, knownRecords } = scanned;
  const isOne = (tally: Tally<unknown>): boolean => tally.count === 1;
  const lines: string[] = [];
  if (strange.length > 0) {
    lines.push(
      `Passed over: ${describeColumns(strange)}, no ${strange.length === 1 ? 'field' : 'fields'} of the project. Of a file field that was renamed since, no file is listed.`,
    );
  }
  if (gone.count > 0) {
    lines.push(
      `${countOf(gone.count, 'file')} of ${of} ${isOne(gone) ? 'is' : 'are'} not there any more:`,
      ...listed(gone, describeCell),
    );
  }
  if (renamed.count > 0) {
    lines.push(
      `${countOf(renamed.count, 'file')} of ${of} ${isOne(renamed) ? 'has' : 'have'} another name now, and ${isOne(renamed) ? 'is' : 'are'} listed under it:`,
      ...listed(
        renamed,
        ({ target, shown, now = '' }) =>
          `${describeTarget(target)}: ${quoted(now)}, where ${of} has ${quoted(shown)}`,
      ),
    );
  }
  if (unknownRecords.count > 0) {
    lines.push(
      knownRecords === 0
        ? `None of the records of ${of} is in the project, or this token may not see them. Is it of another project?`
        : `${countOf(unknownRecords.count, 'record')} of ${of} ${isOne(unknownRecords) ? 'is' : 'are'} not in the project, or this token may not see ${isOne(unknownRecords) ? 'it' : 'them'}:`,
      ...listed(unknownRecords, (record) => `${record}${nearHint(near.get(record))}`),
    );
  }
  if (leftOut.size > 0) {
    const cells = [...leftOut.values()].reduce((sum, { count }) => sum + count, 0);
    lines.push(
      `${countOf(cells, 'cell')} of ${of} ${cells === 1 ? 'is' : 'are'} not listed, and may be of ${cells === 1 ? 'a file' : 'files'}:`,
      ...[...leftOut].map(([why, tally]) => `  ${why}: ${describeFirst(tally)}`),
      `Export again from the project as it is now, with REDCap's own columns left in, and with the rights to all of these fields.`,
    );
  }
  return lines;
}

/** Records of a list that the project does not have. `asked`: how many the list names. */
export function describeMissing(missing: readonly string[], asked: number, near: Near): string[] {
  const named = missing.slice(0, NAMED_RECORDS);
  const more = missing.length - named.length;
  return [
    ...named.map(
      (record) =>
        `Warning: record ${record} of --record-file does not exist, or this token may not see it${nearHint(near.get(record)) || '.'}`,
    ),
    ...(more > 0 ? [`Warning: and so for ${countOf(more, 'more record', 'more records')}.`] : []),
    ...(missing.length === asked
      ? [
          `None of the records of --record-file is in the project. Is the list of another project, or are the ids in another column? The first one counts, or the one headed by the record ID field.`,
        ]
      : []),
  ];
}

function nearHint(near: string | undefined): string {
  return near === undefined ? '' : `; did you mean ${quoted(near)}?`;
}

function describeColumns(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => quoted(name));
  const more = names.length - shown.length;
  const all = more > 0 ? [...shown, `${more} more`] : shown;
  return `the ${names.length === 1 ? 'column' : 'columns'} ${listWords(all)}`;
}

function listed<T>({ count, first }: Tally<T>, describe: (item: T) => string): string[] {
  const shown = first.slice(0, 10);
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

function describeCell({ target, shown }: NoticedCell): string {
  return `${describeTarget(target)}: ${quoted(shown)}`;
}

function describeTarget({ record, field, event, instance }: Target): string {
  return [
    `record ${record}`,
    `field ${field}`,
    ...(event === '' ? [] : [`event ${event}`]),
    ...(instance === '' ? [] : [`instance ${instance}`]),
  ].join(', ');
}
