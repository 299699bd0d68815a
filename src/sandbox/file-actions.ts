import type { Target } from '../rows/target.ts';
import { answerEmpty, answerFile, refuse } from './answers.ts';
import type { ActionContext } from './context.ts';
import { isFileField, placeOf } from './design.ts';
import type { ApiForm } from './form.ts';

/** What a file request names, as it came. */
export function readTarget(form: ApiForm): Target {
  return {
    record: form.text('record'),
    field: form.text('field'),
    event: form.text('event'),
    instance: form.text('repeat_instance'),
  };
}

/**
 * `content=file`. Status and text of an absent file and of a wrong field are
 * recorded; those of a missing event, record or instance are not, and are
 * REDCap's manner (400) with the sandbox's words.
 */
export function actOnFile(context: ActionContext): Response {
  const action = context.form.text('action');
  const { rights } = context.options;
  if (action === 'export') {
    if (rights?.export === false)
      return refuse(context.form, 403, 'You do not have API Export privileges');
    return check(context) ?? exportFile(context);
  }
  if (action !== 'delete' && action !== 'import') {
    return refuse(context.form, 400, 'The value of the parameter "action" is not valid');
  }
  if (rights?.import === false) {
    return refuse(context.form, 403, 'You do not have API Import/Update privileges');
  }
  return check(context) ?? (action === 'delete' ? deleteFile(context) : importFile(context));
}

/** The refusal that all three actions share, if any. */
function check(context: ActionContext): Response | undefined {
  const { design } = context.project;
  const { record, field, event, instance } = readTarget(context.form);
  if (record === '') return refuse(context.form, 400, 'The parameter "record" is missing');
  if (!isFileField(design.fields.get(field))) {
    return refuse(
      context.form,
      400,
      `The field '${field}' does not exist or is not a 'file' field`,
    );
  }
  if (design.longitudinal && event === '') {
    return refuse(context.form, 400, 'The parameter "event" is required for longitudinal projects');
  }
  if (placeOf(design, field, event, 1) === 'unknown_event') {
    return refuse(context.form, 400, `The value of the parameter "event" is not valid: '${event}'`);
  }
  if (!/^([1-9]\d{0,8})?$/.test(instance)) {
    return refuse(context.form, 400, 'The value of the parameter "repeat_instance" is not valid');
  }
  return undefined;
}

function deleteFile(context: ActionContext): Response {
  if (!context.project.removeFile(readTarget(context.form))) {
    return refuse(context.form, 400, 'There is no file to delete for this record');
  }
  context.noteEffect();
  return answerEmpty();
}

function exportFile(context: ActionContext): Response {
  const { project, options } = context;
  const target = readTarget(context.form);
  if (options.rights?.hiddenFields?.includes(target.field) === true) {
    return refuse(
      context.form,
      403,
      `You do not have Data Export rights for the field '${target.field}'`,
    );
  }
  const file = project.readFile(target);
  if (file === undefined)
    return refuse(context.form, 400, 'There is no file to download for this record');
  return answerFile(file, options.fileNames !== 'none');
}

function importFile(context: ActionContext): Response {
  const { project, form } = context;
  const target = readTarget(form);
  if (project.design.fields.get(target.field)?.signature === true) {
    return refuse(
      context.form,
      400,
      `The field '${target.field}' is a signature field: files cannot be imported`,
    );
  }
  const file = form.file('file');
  if (file === undefined) return refuse(context.form, 400, 'No valid file was uploaded');
  if (project.canonical(target) === undefined) {
    return refuse(
      context.form,
      400,
      `The field '${target.field}' cannot hold a file in this event or instance`,
    );
  }
  project.putFile(target, file.name, file.bytes);
  context.noteEffect();
  return answerEmpty();
}
