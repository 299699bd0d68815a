import { setTimeout as wait } from 'node:timers/promises';
import { describeCall, isStructureContent, type ActionContext } from './api-call.ts';
import { drawFault, FAULTS, type FaultKind } from './faults.ts';
import { actOnFile } from './file-actions.ts';
import { readForm } from './form.ts';
import { keyOf, type Ledger } from './ledger.ts';
import type { SandboxOptions } from './options.ts';
import type { SandboxProject } from './project.ts';
import { exportRecords, exportReport } from './record-export.ts';
import { answerFault, answerPage, connectionFaultOf, refuse } from './responses.ts';
import type { ApiCall, Playbook, ScriptedAnswer } from './script.ts';
import { STRUCTURE_ACTIONS } from './structure.ts';

export interface ServerState {
  readonly project: SandboxProject;
  readonly options: SandboxOptions;
  readonly token: string;
  readonly ledger: Ledger;
  readonly playbook: Playbook;
  readonly now: () => number;
}

/** Handles one request to the API, from its body to the line in the ledger. */
export function createRequestHandler(state: ServerState): (request: Request) => Promise<Response> {
  const { project, options, token, ledger, playbook, now } = state;
  const nextFault = createFaultDraws(options);
  return async (request) => {
    const at = now();
    const form = await readForm(request);
    const call = describeCall(form, request.headers, project);
    await waitHalfOfLatency(options);
    let effect = false;
    const noteEffect = (): void => {
      effect = true;
    };
    const proceed = (): Response =>
      form.text('token') === token
        ? performAction(call.content, { form, project, options, noteEffect })
        : refuse(form, 403, 'You do not have permissions to use the API');
    const answer = playbook.next(call) ?? nextFault(call) ?? 'ok';
    const response = await giveAnswer(answer, call, proceed);
    const answered = connectionFaultOf(response) === undefined;
    // Written when the effect is there, before the answer has reached anyone.
    ledger.record({
      at,
      kind: call.kind,
      ...(call.target === undefined ? {} : { target: call.target }),
      effect,
      ...(answer === 'ok' ? {} : { fault: typeof answer === 'string' ? answer : 'scripted' }),
      status: answered ? response.status : 0,
      answered,
    });
    await waitHalfOfLatency(options);
    return response;
  };
}

function performAction(content: string, context: ActionContext): Response {
  if (content === 'file') return actOnFile(context);
  if (content === 'record') return exportRecords(context);
  if (content === 'report') return exportReport(context);
  if (!isStructureContent(content)) {
    return refuse(context.form, 400, 'The value of the parameter "content" is not valid');
  }
  // Not an error but a page with status 200: redcapAPI issue 422.
  if (context.options.rights?.export === false) {
    return answerPage(200, 'REDCap', "ERROR: access wasn't granted to this page.");
  }
  return STRUCTURE_ACTIONS[content](context);
}

async function giveAnswer(
  answer: ScriptedAnswer,
  call: ApiCall,
  proceed: () => Response,
): Promise<Response> {
  if (answer === 'ok') return proceed();
  if (typeof answer === 'function') return answer(call, async () => proceed());
  if (FAULTS[answer].effect) proceed();
  return answerFault(answer);
}

/** Random faults, decided by what is asked for and by how often it was asked for before. */
function createFaultDraws({
  faults = [],
  seed = 1,
}: SandboxOptions): (call: ApiCall) => FaultKind | undefined {
  const timesAsked = new Map<string, number>();
  return ({ kind, target }) => {
    if (!faults.some(({ on = 'delete' }) => on === kind)) return undefined;
    const name = target === undefined ? kind : `${kind}\0${keyOf(target)}`;
    const times = (timesAsked.get(name) ?? 0) + 1;
    timesAsked.set(name, times);
    return drawFault(faults, kind, `${name}\0${times}`, seed);
  };
}

async function waitHalfOfLatency({ latencyMs = 0 }: SandboxOptions): Promise<void> {
  // The timer does not keep the process alive: the socket that waits for the answer does.
  if (latencyMs > 0) await wait(latencyMs / 2, undefined, { ref: false });
}
