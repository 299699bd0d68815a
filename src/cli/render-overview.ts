import { repeatKind, type ProjectModel, type RepeatKind } from '../project/model.ts';
import type { ExportView, GrantedRights, ProjectOverview } from '../project/overview.ts';
import { count, countOf } from '../words/counts.ts';
import { listNames, showName } from '../words/names.ts';
import { oneLine } from '../words/one-line.ts';
import { hang, NO_SCREEN, type Screen } from './screen.ts';

const USUAL_WIDTH = 80;
const NARROWEST = 40;

export type ProjectStatus = 'production' | 'development' | 'inactive';

/** As far as the server tells it. */
export function statusOf({ production, productionTime }: ProjectModel): ProjectStatus | undefined {
  if (production !== false) return production === undefined ? undefined : 'production';
  return productionTime === undefined ? 'development' : 'inactive';
}

/** Where a form is: its events (one without a name in a classic project), and how it repeats there. */
export function placesOf(
  model: ProjectModel,
  form: string,
): readonly { readonly event: string; readonly repeats: RepeatKind }[] {
  const events = model.longitudinal
    ? model.events.flatMap(({ name }) =>
        model.eventForms[name]?.includes(form) === true ? [name] : [],
      )
    : [''];
  return events.map((event) => ({ event, repeats: repeatKind(model, event, form) }));
}

/** Does the event repeat as a whole? `undefined`: the setup could not be read. */
export function repeatsAsWhole({ repeats }: ProjectModel, event: string): boolean | undefined {
  if (repeats.kind === 'unknown') return undefined;
  return repeats.kind === 'known' && repeats.events.includes(event);
}

/** What a token reaches, to be looked at. */
export function renderOverview(
  overview: ProjectOverview,
  url: string,
  columns: number | undefined,
  paint: Screen['paint'] = NO_SCREEN.paint,
): string {
  const { model, records, exported, rights } = overview;
  const width = Math.max(columns ?? USUAL_WIDTH, NARROWEST);
  const head: [string, string][] = [
    ['Project', `${oneLine(model.title, 200)} (id ${model.id})`],
    ['Status', statusWords(model, paint)],
    ['Server', `${url}${model.redcapVersion === '' ? '' : ` (REDCap ${model.redcapVersion})`}`],
    [
      'Records',
      `${count(records)} that this token sees; the record id is ${showName(model.recordIdField)}`,
    ],
    ['Export', exportWords(exported, records)],
    ['Import', importWords(rights)],
    ['Design', designWords(model, rights)],
  ];
  if (rights.user !== undefined) {
    head.push(['User', `${showName(rights.user)}, the only user of the project whose rights fit`]);
  }
  for (const note of model.notes) head.push(['Note', note]);
  const parts = [
    head.map(([name, words]) => hang(name.padEnd(10), words, width)),
    renderEvents(model),
    ...renderForms(overview, width),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function statusWords(model: ProjectModel, paint: Screen['paint']): string {
  const status = statusOf(model);
  if (status === 'production') return paint.attention(status);
  if (status !== 'inactive') return status ?? 'not told by the server';
  return `not in production any more; it went there on ${model.productionTime ?? ''}`;
}

function exportWords(exported: ExportView, records: number): string {
  switch (exported.kind) {
    case 'unseen':
      return records === 0 ? 'not known: there is no record to see it by' : 'yes';
    case 'hashed':
      return 'in part: record ids come hashed (de-identified rights), so that no file can be confirmed or verified';
    case 'seen': {
      const { leftOut, withheld } = exported;
      const lacks = [
        ...(leftOut.length === 0 ? [] : [`leaves out ${listAll(leftOut, 'and')}`]),
        ...(withheld.length === 0 ? [] : [`shows no file names of ${listAll(withheld, 'and')}`]),
      ];
      if (lacks.length === 0) return 'yes: all file fields come with their records';
      return `in part: an export ${lacks.join(', and ')}. Ask for the full export right on these fields`;
    }
  }
}

function importWords(rights: GrantedRights): string {
  if (rights.import === undefined) {
    return 'not known: it cannot be asked without changing anything';
  }
  return rights.import
    ? "yes, by the project's list of users"
    : "no, by the project's list of users: this token cannot delete files";
}

function designWords({ repeats }: ProjectModel, { design }: GrantedRights): string {
  if (design === undefined)
    return repeats.kind === 'none' ? 'not asked: nothing repeats' : 'not known';
  return design ? 'yes: what repeats can be read' : 'no';
}

function renderEvents(model: ProjectModel): string[] {
  const { events } = model;
  if (events.length === 0) return [];
  const widestName = widest(events.map(({ name }) => showName(name)));
  const widestLabel = widest(events.map(({ label }) => labelWords(label)));
  return [
    `Events  ${count(events.length)}`,
    ...events.map(({ name, label, arm }) => {
      const cells = [
        showName(name).padEnd(widestName),
        labelWords(label).padEnd(widestLabel),
        `arm ${showName(arm)}`,
      ];
      return `  ${cells.join('  ')}${repeatsAsWhole(model, name) === true ? '  repeats' : ''}`;
    }),
  ];
}

/** The file fields, form by form. */
function renderForms({ model, formLabels, exported }: ProjectOverview, width: number): string[][] {
  const fields = Object.entries(model.fileFields);
  if (fields.length === 0) return [['File fields  none']];
  const forms = [...new Set(fields.map(([, { form }]) => form))];
  const widestName = widest(fields.map(([name]) => showName(name)));
  const widestLabel = widest(fields.map(([, { label }]) => labelWords(label)));
  const blocks = forms.map((form) => [
    `  ${showName(form)}  ${labelWords(formLabels[form])}`.trimEnd(),
    ...fields
      .filter(([, field]) => field.form === form)
      .map(([name, { label, signature }]) => {
        const marks = [
          ...(signature ? ['signature'] : []),
          ...(isShown(name, exported) === false ? ['not exported'] : []),
        ];
        const cells = [showName(name).padEnd(widestName), labelWords(label).padEnd(widestLabel)];
        return `    ${cells.join('  ')}  ${marks.join(', ')}`.trimEnd();
      }),
    ...renderPlaces(model, form, width),
  ]);
  return [[`File fields  ${count(fields.length)} on ${countOf(forms.length, 'form')}`], ...blocks];
}

function renderPlaces(model: ProjectModel, form: string, width: number): string[] {
  const places = placesOf(model, form);
  const eventsOf = (kind: RepeatKind): readonly string[] =>
    places.filter(({ repeats }) => repeats === kind).map(({ event }) => event);
  if (!model.longitudinal) return eventsOf('form').length > 0 ? ['    repeats'] : [];
  if (places.length === 0) return ['    in no event'];
  const lines: [begin: string, kind: RepeatKind, end: string][] = [
    ['in', 'none', ''],
    ['in', 'unknown', ''],
    ['in', 'event', ' (repeating as a whole)'],
    ['repeats in', 'form', ''],
  ];
  return lines.flatMap(([begin, kind, end]) => {
    const events = eventsOf(kind);
    if (events.length === 0) return [];
    return [hang(`    ${begin} `, `${listAll(events)}${end}`, width)];
  });
}

/** Does an export show the field? `undefined`: it was not seen. */
export function isShown(field: string, exported: ExportView): boolean | undefined {
  if (exported.kind !== 'seen') return undefined;
  return !exported.leftOut.includes(field) && !exported.withheld.includes(field);
}

function listAll(names: readonly string[], word?: 'and'): string {
  return listNames(names, { most: names.length, word });
}

function labelWords(label: string | undefined): string {
  return label === undefined ? '' : showName(label);
}

function widest(cells: readonly string[]): number {
  return Math.max(0, ...cells.map((cell) => cell.length));
}
