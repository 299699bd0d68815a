import { readTarget, type ActionContext } from './api-call.ts';
import { isFileField, placeOf } from './design.ts';
import { answerEmpty, answerFile, refuse } from './responses.ts';

/**
 * `content=file`. Status and text of an absent file and of a wrong field are
 * recorded; those of a missing event, record or instance are not, and are
 * REDCap's manner (400) with the sandbox's words.
 */
export function actOnFile(context: ActionContext): Response {
  const { form, options } = context;
  const action = form.text('action');
  if (action === 'export') {
    if (options.rights?.export === false) {
      return refuse(form, 403, 'You do not have API Export privileges');
    }
    return refuseTarget(context) ?? exportFile(context);
  }
  if (action !== 'delete' && action !== 'import') {
    return refuse(form, 400, 'The value of the parameter "action" is not valid');
  }
  if (options.rights?.import === false) {
    return refuse(form, 403, 'You do not have API Import/Update privileges');
  }
  return refuseTarget(context) ?? (action === 'delete' ? deleteFile(context) : importFile(context));
}

/** The refusal that all three actions share, if any. */
function refuseTarget({ form, project: { design } }: ActionContext): Response | undefined {
  const { record, field, event, instance } = readTarget(form);
  if (record === '') return refuse(form, 400, 'The parameter "record" is missing');
  if (!isFileField(design.fields.get(field))) {
    return refuse(form, 400, `The field '${field}' does not exist or is not a 'file' field`);
  }
  if (design.longitudinal && event === '') {
    return refuse(form, 400, 'The parameter "event" is required for longitudinal projects');
  }
  if (placeOf(design, field, event, 1) === 'unknown_event') {
    return refuse(form, 400, `The value of the parameter "event" is not valid: '${event}'`);
  }
  if (!/^([1-9]\d{0,8})?$/.test(instance)) {
    return refuse(form, 400, 'The value of the parameter "repeat_instance" is not valid');
  }
  return undefined;
}

function deleteFile({ form, project, noteEffect }: ActionContext): Response {
  if (!project.removeFile(readTarget(form))) {
    return refuse(form, 400, 'There is no file to delete for this record');
  }
  noteEffect();
  return answerEmpty();
}

function exportFile({ form, project, options }: ActionContext): Response {
  const target = readTarget(form);
  const { field } = target;
  if (options.rights?.hiddenFields?.includes(field) === true) {
    return refuse(form, 403, `You do not have Data Export rights for the field '${field}'`);
  }
  const file = project.readFile(target);
  if (file === undefined) return refuse(form, 400, 'There is no file to download for this record');
  return answerFile(file, options.fileNames !== 'none');
}

function importFile({ form, project, noteEffect }: ActionContext): Response {
  const target = readTarget(form);
  const { field } = target;
  if (project.design.fields.get(field)?.signature === true) {
    return refuse(form, 400, `The field '${field}' is a signature field: files cannot be imported`);
  }
  const file = form.file('file');
  if (file === undefined) return refuse(form, 400, 'No valid file was uploaded');
  if (project.canonical(target) === undefined) {
    return refuse(form, 400, `The field '${field}' cannot hold a file in this event or instance`);
  }
  project.putFile(target, file.name, file.bytes);
  noteEffect();
  return answerEmpty();
}
