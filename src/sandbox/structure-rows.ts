import type { Row } from './answers.ts';
import type { Design, Field } from './design.ts';
import type { SandboxRights } from './options.ts';

/** The 18 keys of `content=metadata`, in their order. */
export const METADATA_KEYS = [
  'field_name',
  'form_name',
  'section_header',
  'field_type',
  'field_label',
  'select_choices_or_calculations',
  'field_note',
  'text_validation_type_or_show_slider_number',
  'text_validation_min',
  'text_validation_max',
  'identifier',
  'branching_logic',
  'required_field',
  'custom_alignment',
  'question_number',
  'matrix_group_name',
  'matrix_ranking',
  'field_annotation',
] as const;

export function describeField(field: Field): Row {
  const row: Record<string, string> = Object.fromEntries(METADATA_KEYS.map((key) => [key, '']));
  return {
    ...row,
    field_name: field.name,
    form_name: field.form,
    field_type: field.type ?? 'text',
    field_label: labelOf(field.name),
    select_choices_or_calculations: field.type === 'radio' ? '1, One | 2, Two | 3, Three' : '',
    text_validation_type_or_show_slider_number: field.signature === true ? 'signature' : '',
    identifier: field.identifier === true ? 'y' : '',
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

export function describeUser(rights: SandboxRights): Row {
  return {
    username: 'sandbox_user',
    email: 'sandbox@example.edu',
    firstname: 'Sandbox',
    lastname: 'User',
    expiration: '',
    data_access_group: '',
    design: rights.design === false ? 0 : 1,
    api_export: rights.export === false ? 0 : 1,
    api_import: rights.import === false ? 0 : 1,
    record_delete: 0,
  };
}

export function labelOf(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
