import type { Target } from '../rows/target.ts';
import type { ApiForm } from './form.ts';
import type { RequestKind } from './ledger.ts';
import type { SandboxOptions } from './options.ts';
import type { SandboxProject } from './project.ts';
import type { ApiCall } from './script.ts';

/** What every action of the API works with. */
export interface ActionContext {
  readonly form: ApiForm;
  readonly project: SandboxProject;
  readonly options: SandboxOptions;
  /** To be called when a file was really removed or stored. */
  readonly noteEffect: () => void;
}

/** The values of `content` that ask what the project is made of. */
const STRUCTURE_CONTENTS = [
  'version',
  'project',
  'metadata',
  'instrument',
  'exportFieldNames',
  'user',
  'event',
  'arm',
  'formEventMapping',
  'repeatingFormsEvents',
] as const;
export type StructureContent = (typeof STRUCTURE_CONTENTS)[number];

export function isStructureContent(content: string): content is StructureContent {
  return STRUCTURE_CONTENTS.some((one) => one === content);
}

/** What a request asks for, before anything is done about it. */
export function describeCall(form: ApiForm, headers: Headers, project: SandboxProject): ApiCall {
  const content = form.text('content');
  const kind = kindOf(content, form);
  if (content !== 'file') return { kind, content, form, headers };
  const named = readTarget(form);
  return { kind, content, form, headers, target: project.canonical(named) ?? named };
}

/** What a file request names, as it came. */
export function readTarget(form: ApiForm): Target {
  return {
    record: form.text('record'),
    field: form.text('field'),
    event: form.text('event'),
    instance: form.text('repeat_instance'),
  };
}

function kindOf(content: string, form: ApiForm): RequestKind {
  const action = form.text('action');
  if (content === 'file') {
    if (action === 'delete' || action === 'import') return action;
    return action === 'export' ? 'export_file' : 'other';
  }
  if (content === 'record') {
    // An export may say `action=export`, but need not.
    const isExport = (action === '' || action === 'export') && !form.has('data');
    return isExport ? 'export' : 'other';
  }
  if (content === 'report') return 'export';
  return isStructureContent(content) ? 'meta' : 'other';
}
