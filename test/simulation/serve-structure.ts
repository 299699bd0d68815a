import type { TransportResult } from '../../src/redcap/transport.ts';
import { repeatKey, type Design } from './design.ts';
import { arrayOf, RECORD_ID, repeatsAnywhere } from './shown.ts';
import { page } from './wire-answers.ts';

/** What a request for the project's structure is answered; undefined where it asks for something else. */
export function answerStructure(
  design: Design,
  form: URLSearchParams,
): TransportResult | undefined {
  switch (form.get('content')) {
    case 'version':
      return page(200, '16.1.3');
    case 'project':
      return json({
        project_id: 7,
        project_title: 'Simulated',
        in_production: 1,
        is_longitudinal: design.longitudinal ? 1 : 0,
        has_repeating_instruments_or_events: repeatsAnywhere(design) ? 1 : 0,
        missing_data_codes: design.missingCodes.map((code) => `${code}, Missing`).join(' | '),
      });
    case 'metadata':
      return describeFields(design, form);
    case 'event':
      if (!design.longitudinal) return refused('You cannot export events for classic projects');
      return json(
        design.events.map(({ id, name, arm }) => ({
          event_name: name,
          arm_num: Number(arm),
          unique_event_name: name,
          ...(design.tellsEventIds ? { event_id: id } : {}),
        })),
      );
    case 'formEventMapping':
      if (!design.longitudinal) {
        return refused('You cannot export form/event mappings for classic projects');
      }
      return json(
        design.events.flatMap(({ name, arm, forms }) =>
          [...forms].map((one) => ({ arm_num: Number(arm), unique_event_name: name, form: one })),
        ),
      );
    case 'repeatingFormsEvents':
      return describeRepeats(design);
    default:
      return undefined;
  }
}

function describeFields({ fields }: Design, form: URLSearchParams): TransportResult {
  const asked = arrayOf(form, 'fields');
  const all = [
    { name: RECORD_ID, form: 'base', type: 'text', signature: false },
    { name: 'age', form: 'base', type: 'text', signature: false },
    ...fields,
  ];
  const unknown = asked.filter((name) => all.every((field) => field.name !== name));
  if (unknown.length > 0) {
    const listed = unknown.map((name) => `'${name}'`).join(', ');
    return refused(`The following values in the parameter "fields" are not valid: ${listed}`);
  }
  return json(
    all
      .filter(({ name }) => asked.length === 0 || asked.includes(name))
      .map(({ name, form: formName, type, signature }) => ({
        field_name: name,
        form_name: formName,
        field_type: type,
        text_validation_type_or_show_slider_number: signature ? 'signature' : '',
      })),
  );
}

function describeRepeats(design: Design): TransportResult {
  if (!design.tellsRepeats) return page(403, '{"error":"You do not have Design rights"}');
  if (!repeatsAnywhere(design)) {
    return refused(
      'You cannot export repeating instruments and events because the project does not contain any repeating instruments and events',
    );
  }
  return json(
    design.events.flatMap((event) => [
      ...(event.repeats ? [{ event_name: event.name, form_name: '' }] : []),
      ...[...event.forms]
        .filter((name) => !event.repeats && design.repeatingForms.has(repeatKey(event.id, name)))
        .map((name) => ({ event_name: event.name, form_name: name })),
    ]),
  );
}

function json(value: unknown): TransportResult {
  return page(200, JSON.stringify(value));
}

function refused(error: string): TransportResult {
  return page(400, JSON.stringify({ error }));
}
