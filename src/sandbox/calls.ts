import { answerPage, refuse } from './answers.ts';
import type { ActionContext } from './context.ts';
import { actOnFile, readTarget } from './file-actions.ts';
import type { ApiForm } from './form.ts';
import type { RequestKind } from './ledger.ts';
import type { SandboxProject } from './project.ts';
import { exportRecords } from './record-export.ts';
import type { ApiCall } from './script.ts';
import { STRUCTURE_ACTIONS } from './structure-actions.ts';

/** What a request asks for, before anything is done about it. */
export function describeCall(form: ApiForm, headers: Headers, project: SandboxProject): ApiCall {
  const content = form.text('content');
  const kind = kindOf(content, form);
  if (content !== 'file') return { kind, content, form, headers };
  const named = readTarget(form);
  return { kind, content, form, headers, target: project.canonical(named) ?? named };
}

export function performCall(context: ActionContext, { content }: ApiCall): Response {
  if (content === 'file') return actOnFile(context);
  if (content === 'record') return exportRecords(context);
  const action = STRUCTURE_ACTIONS.get(content);
  if (action === undefined) {
    return refuse(context.form, 400, 'The value of the parameter "content" is not valid');
  }
  // Not an error but a page with status 200: redcapAPI issue 422.
  if (context.options.rights?.export === false) {
    return answerPage(200, 'REDCap', "ERROR: access wasn't granted to this page.");
  }
  return action(context);
}

function kindOf(content: string, form: ApiForm): RequestKind {
  if (content === 'file') {
    const action = form.text('action');
    if (action === 'delete' || action === 'import') return action;
    return action === 'export' ? 'export_file' : 'other';
  }
  if (content === 'record') {
    // An export may say so (`action=export`), and needs not.
    const reads = ['', 'export'].includes(form.text('action')) && !form.has('data');
    return reads ? 'export' : 'other';
  }
  return STRUCTURE_ACTIONS.has(content) ? 'meta' : 'other';
}
