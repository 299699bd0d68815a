import type { ActionContext, StructureContent } from './api-call.ts';
import {
  armOf,
  CHOICES,
  columnsOf,
  labelOf,
  labelOfEvent,
  repeatsIn,
  type Design,
  type Field,
} from './design.ts';
import type { SandboxRights } from './options.ts';
import { answerData, answerText, refuse, type Row } from './responses.ts';

type Action = (context: ActionContext) => Response;

/** What the API says about a project's structure, by `content`. */
export const STRUCTURE_ACTIONS: Readonly<Record<StructureContent, Action>> = {
  // Plain text, whatever format was asked for.
  version: () => answerText('16.1.3'),
  project: ({ form, project }) => answerData(form, describeProject(project.design)),
  metadata: exportMetadata,
  instrument: exportInstruments,
  exportFieldNames,
  user: ({ form, project, options }) =>
    answerData(form, [describeUser(project.design, options.rights ?? {})]),
  event: (context) => exportLongitudinal(context, 'events', listEvents),
  arm: (context) => exportLongitudinal(context, 'arms', listArms),
  formEventMapping: (context) => exportLongitudinal(context, 'form/event mappings', listMapping),
  repeatingFormsEvents: exportRepeats,
};

function exportMetadata({ form, project: { design } }: ActionContext): Response {
  const fields = form.list('fields');
  const forms = form.list('forms');
  const all = fields === undefined && forms === undefined;
  const wanted = [...design.fields.values()].filter(
    (field) =>
      all || (fields?.includes(field.name) ?? false) || (forms?.includes(field.form) ?? false),
  );
  return answerData(form, wanted.map(describeField));
}

function exportInstruments({ form, project: { design } }: ActionContext): Response {
  const rows = design.forms.map(({ name }) => ({
    instrument_name: name,
    instrument_label: labelOf(name),
  }));
  return answerData(form, rows);
}

/**
 * Form by form, each with its status at the end, and without file fields: so
 * REDCapR recorded it. An unknown `field` is an error, in the sandbox's words.
 */
function exportFieldNames({ form, project: { design } }: ActionContext): Response {
  const field = form.text('field');
  const columns = columnsOf(design);
  const known = design.fields.has(field) || columns.some(({ name }) => name === field);
  if (field !== '' && !known) {
    return refuse(form, 400, `The value of the parameter "field" is not valid: '${field}'`);
  }
  const rows = columns
    .filter(({ name, isFile }) => !isFile && (field === '' || name === field))
    .map(({ name }) => ({ original_field_name: name, choice_value: '', export_field_name: name }));
  return answerData(form, rows);
}

function exportLongitudinal(
  { form, project: { design } }: ActionContext,
  what: string,
  list: (design: Design) => readonly Row[],
): Response {
  if (design.longitudinal) return answerData(form, list(design));
  return refuse(form, 400, `You cannot export ${what} for classic projects`);
}

function listEvents({ events }: Design): Row[] {
  return events.map(({ name }, index) => ({
    event_name: labelOfEvent(name),
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

function exportRepeats({ form, project: { design }, options }: ActionContext): Response {
  if (options.rights?.design === false) {
    return refuse(form, 403, "You do not have 'Project Setup/Design' privileges");
  }
  if (!design.hasRepeats) {
    return refuse(
      form,
      400,
      'You cannot export repeating instruments and events because the project does not contain any repeating instruments and events',
    );
  }
  return answerData(form, listRepeats(design));
}

function listRepeats({ longitudinal, forms, events }: Design): Row[] {
  if (!longitudinal) {
    const repeating = forms.filter((form) => repeatsIn(form, ''));
    return repeating.map(({ name }) => ({ form_name: name, custom_form_label: '' }));
  }
  return events.flatMap((event) => {
    // A repeating event has no form name.
    const names =
      event.repeats === true
        ? ['']
        : forms
            .filter((form) => event.forms.includes(form.name) && repeatsIn(form, event.name))
            .map(({ name }) => name);
    return names.map((form_name) => ({
      event_name: event.name,
      form_name,
      custom_form_label: '',
    }));
  });
}

const RADIO_CHOICES = CHOICES.map((label, index) => `${index + 1}, ${label}`).join(' | ');

/** The 18 recorded keys of `content=metadata`, in their order. */
function describeField(field: Field): Row {
  return {
    field_name: field.name,
    form_name: field.form,
    section_header: '',
    field_type: field.type ?? 'text',
    field_label: labelOf(field.name),
    select_choices_or_calculations: field.type === 'radio' ? RADIO_CHOICES : '',
    field_note: '',
    text_validation_type_or_show_slider_number: field.signature === true ? 'signature' : '',
    text_validation_min: '',
    text_validation_max: '',
    identifier: field.identifier === true ? 'y' : '',
    branching_logic: '',
    required_field: '',
    custom_alignment: '',
    question_number: '',
    matrix_group_name: '',
    matrix_ranking: '',
    field_annotation: '',
  };
}

/** The recorded keys of `content=project`; flags are numbers. */
function describeProject({ spec, longitudinal, hasRepeats, forms }: Design): Row {
  return {
    project_id: spec.projectId ?? 1,
    project_title: spec.title ?? 'Sandbox project',
    creation_time: '2024-01-15 09:00:00',
    production_time: spec.inProduction === true ? '2024-02-01 09:00:00' : '',
    in_production: spec.inProduction === true ? 1 : 0,
    project_language: 'English',
    purpose: 0,
    purpose_other: '',
    project_notes: '',
    custom_record_label: '',
    secondary_unique_field: '',
    is_longitudinal: longitudinal ? 1 : 0,
    has_repeating_instruments_or_events: hasRepeats ? 1 : 0,
    surveys_enabled: forms.some(({ survey }) => survey === true) ? 1 : 0,
    scheduling_enabled: 0,
    record_autonumbering_enabled: 0,
    randomization_enabled: 0,
    ddp_enabled: 0,
    project_irb_number: '',
    project_grant_number: '',
    project_pi_firstname: '',
    project_pi_lastname: '',
    project_pi_email: '',
    display_today_now_button: 1,
    missing_data_codes: spec.missingDataCodes ?? '',
    external_modules: '',
    bypass_branching_erase_field_prompt: 0,
  };
}

/** The recorded keys of `content=user`: rights are numbers, those to forms stand by the form. */
function describeUser(design: Design, rights: SandboxRights): Row {
  const deIdentified = rights.hiddenFields !== undefined || rights.hashedRecords === true;
  const forForms = (right: number): Readonly<Record<string, number>> =>
    Object.fromEntries(design.forms.map(({ name }) => [name, right]));
  return {
    username: 'sandbox_user',
    email: 'sandbox@example.edu',
    firstname: 'Sandbox',
    lastname: 'User',
    expiration: '',
    data_access_group: '',
    data_access_group_id: '',
    data_access_group_label: '',
    design: rights.design === false ? 0 : 1,
    alerts: 1,
    user_rights: 1,
    data_access_groups: 1,
    reports: 1,
    stats_and_charts: 1,
    manage_survey_participants: 1,
    calendar: 1,
    data_import_tool: 1,
    data_comparison_tool: 1,
    logging: 1,
    email_logging: 1,
    file_repository: 1,
    data_quality_create: 1,
    data_quality_execute: 1,
    api_export: rights.export === false ? 0 : 1,
    api_import: rights.import === false ? 0 : 1,
    api_modules: 0,
    mobile_app: 0,
    mobile_app_download_data: 0,
    record_create: 1,
    record_rename: 0,
    record_delete: 0,
    lock_records_all_forms: 0,
    lock_records: 0,
    lock_records_customization: 0,
    forms: forForms(1),
    // 1 is the full data set, 2 de-identified.
    forms_export: forForms(deIdentified ? 2 : 1),
  };
}
