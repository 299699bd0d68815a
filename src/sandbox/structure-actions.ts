import { answerData, answerText, refuse, type Row } from './answers.ts';
import type { ActionContext } from './context.ts';
import { armOf, repeatsIn, type Design } from './design.ts';
import { completeOf } from './export-columns.ts';
import { describeField, describeProject, describeUser, labelOf } from './structure-rows.ts';

type Action = (context: ActionContext) => Response;

/** What the API tells about a project's structure, by `content`. */
export const STRUCTURE_ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  // Plain text, whatever format was asked for.
  ['version', () => answerText('16.1.3')],
  ['project', ({ form, project }) => answerData(form, describeProject(project.design))],
  ['metadata', exportMetadata],
  ['instrument', exportInstruments],
  ['exportFieldNames', exportFieldNames],
  [
    'user',
    ({ form, project, options }) =>
      answerData(form, [describeUser(project.design, options.rights ?? {})]),
  ],
  ['event', (context) => exportLongitudinal(context, 'events', listEvents)],
  ['arm', (context) => exportLongitudinal(context, 'arms', listArms)],
  [
    'formEventMapping',
    (context) => exportLongitudinal(context, 'form/event mappings', listMapping),
  ],
  ['repeatingFormsEvents', exportRepeats],
]);

function exportMetadata(context: ActionContext): Response {
  const { fields } = context.project.design;
  const wanted = context.form.list('fields');
  const forms = context.form.list('forms');
  const rows = [...fields.values()]
    .filter(({ name, form }) => {
      if (wanted === undefined && forms === undefined) return true;
      return (wanted?.includes(name) ?? false) || (forms?.includes(form) ?? false);
    })
    .map(describeField);
  return answerData(context.form, rows);
}

function exportInstruments(context: ActionContext): Response {
  const rows = context.project.design.forms.map(({ name }) => ({
    instrument_name: name,
    instrument_label: labelOf(name),
  }));
  return answerData(context.form, rows);
}

/**
 * Form by form, each with its status at the end, and without file fields: so
 * REDCapR recorded it. An unknown `field` is an error, in the sandbox's words.
 */
function exportFieldNames({ form, project: { design } }: ActionContext): Response {
  const field = form.text('field');
  const statuses = design.forms.map(({ name }) => completeOf(name));
  if (field !== '' && !design.fields.has(field) && !statuses.includes(field)) {
    return refuse(form, 400, `The value of the parameter "field" is not valid: '${field}'`);
  }
  const names = design.forms.flatMap((one) => [
    ...one.fields.filter(({ type }) => type !== 'file' && type !== 'descriptive'),
    { name: completeOf(one.name) },
  ]);
  const rows = names
    .filter(({ name }) => field === '' || name === field)
    .map(({ name }) => ({ original_field_name: name, choice_value: '', export_field_name: name }));
  return answerData(form, rows);
}

function exportLongitudinal(
  context: ActionContext,
  what: string,
  list: (design: Design) => readonly Row[],
): Response {
  const { design } = context.project;
  if (!design.longitudinal)
    return refuse(context.form, 400, `You cannot export ${what} for classic projects`);
  return answerData(context.form, list(design));
}

function listEvents({ events }: Design): Row[] {
  return events.map(({ name }, index) => ({
    event_name: labelOf(name.replace(/_arm_\d+[a-z]?$/, '')),
    arm_num: armOf(name),
    unique_event_name: name,
    custom_event_label: '',
    event_id: 40_001 + index,
  }));
}

function listArms({ events }: Design): Row[] {
  const numbers = [...new Set(events.map(({ name }) => armOf(name)))].toSorted((a, b) => a - b);
  return numbers.map((arm_num) => ({ arm_num, name: `Arm ${arm_num}` }));
}

function listMapping({ events }: Design): Row[] {
  return events.flatMap(({ name, forms }) =>
    forms.map((form) => ({ arm_num: armOf(name), unique_event_name: name, form })),
  );
}

function exportRepeats(context: ActionContext): Response {
  const { design } = context.project;
  if (context.options.rights?.design === false) {
    return refuse(context.form, 403, "You do not have 'Project Setup/Design' privileges");
  }
  if (!design.hasRepeats) {
    return refuse(
      context.form,
      400,
      'You cannot export repeating instruments and events because the project does not contain any repeating instruments and events',
    );
  }
  if (!design.longitudinal) {
    const forms = design.forms.filter((form) => repeatsIn(form, ''));
    return answerData(
      context.form,
      forms.map(({ name }) => ({ form_name: name, custom_form_label: '' })),
    );
  }
  const rows = design.events.flatMap((event) =>
    // A repeating event has no form name.
    event.repeats === true
      ? [{ event_name: event.name, form_name: '', custom_form_label: '' }]
      : design.forms
          .filter((form) => event.forms.includes(form.name) && repeatsIn(form, event.name))
          .map(({ name }) => ({ event_name: event.name, form_name: name, custom_form_label: '' })),
  );
  return answerData(context.form, rows);
}
