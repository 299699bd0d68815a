import type { Row } from './answers.ts';
import type { Design, Field } from './design.ts';
import type { SandboxRights } from './options.ts';

/** The 18 recorded keys of `content=metadata`, in their order. */
export function describeField(field: Field): Row {
  return {
    field_name: field.name,
    form_name: field.form,
    section_header: '',
    field_type: field.type ?? 'text',
    field_label: labelOf(field.name),
    select_choices_or_calculations: field.type === 'radio' ? '1, One | 2, Two | 3, Three' : '',
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
export function describeProject({ spec, longitudinal, hasRepeats }: Design): Row {
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
    surveys_enabled: 0,
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
export function describeUser(design: Design, rights: SandboxRights): Row {
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

export function labelOf(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
