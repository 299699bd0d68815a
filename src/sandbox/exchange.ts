import { setTimeout as wait } from 'node:timers/promises';
import { answerFault, refuse } from './answers.ts';
import { describeCall, performCall } from './calls.ts';
import { drawFault, FAULTS, type FaultKind } from './faults.ts';
import { readForm, type ApiForm } from './form.ts';
import { keyOf, type Ledger } from './ledger.ts';
import type { SandboxOptions } from './options.ts';
import type { SandboxProject } from './project.ts';
import type { ApiCall, Playbook, ScriptedAnswer } from './script.ts';
import { wireFaultOf } from './wire.ts';

export interface ServerState {
  readonly project: SandboxProject;
  readonly options: SandboxOptions;
  readonly token: string;
  readonly ledger: Ledger;
  readonly playbook: Playbook;
  readonly now: () => number;
}

/** One request to the API, from its body to the line in the ledger. */
export function createExchange(state: ServerState): (request: Request) => Promise<Response> {
  const { project, options, ledger, playbook, now } = state;
  const drawNext = createDraws(options);
  return async (request) => {
    const at = now();
    const form = await readForm(request);
    const call = describeCall(form, request.headers, project);
    await pause(options);
    const truth = createTruth(state, form, call);
    const answer = playbook.next(call) ?? drawNext(call) ?? 'ok';
    const response = await giveAnswer(answer, call, truth.proceed);
    const answered = wireFaultOf(response) === undefined;
    // Written when the effect is there, before the answer has reached anyone.
    ledger.record({
      at,
      kind: call.kind,
      ...(call.target === undefined ? {} : { target: call.target }),
      effect: truth.hadEffect(),
      ...(answer === 'ok' ? {} : { fault: typeof answer === 'string' ? answer : 'scripted' }),
      status: answered ? response.status : 0,
      answered,
    });
    await pause(options);
    return response;
  };
}

interface Truth {
  readonly proceed: () => Promise<Response>;
  readonly hadEffect: () => boolean;
}

function createTruth(state: ServerState, form: ApiForm, call: ApiCall): Truth {
  const { project, options, token } = state;
  let effect = false;
  const noteEffect = (): void => {
    effect = true;
  };
  const proceed = (): Response => {
    if (form.text('token') === token) {
      return performCall({ project, options, form, noteEffect }, call);
    }
    return refuse(form, 403, 'You do not have permissions to use the API');
  };
  return { proceed: async () => proceed(), hadEffect: () => effect };
}

async function giveAnswer(
  answer: ScriptedAnswer,
  call: ApiCall,
  proceed: Truth['proceed'],
): Promise<Response> {
  if (answer === 'ok') return proceed();
  if (typeof answer === 'function') return answer(call, proceed);
  if (FAULTS[answer].effect) await proceed();
  return answerFault(answer);
}

/** Random faults, decided by what is asked and how often it was asked before. */
function createDraws({
  faults = [],
  seed = 1,
}: SandboxOptions): (call: ApiCall) => FaultKind | undefined {
  const asked = new Map<string, number>();
  return ({ kind, target }) => {
    if (!faults.some(({ on = 'delete' }) => on === kind)) return undefined;
    const name = target === undefined ? kind : `${kind}\0${keyOf(target)}`;
    const times = (asked.get(name) ?? 0) + 1;
    asked.set(name, times);
    return drawFault(faults, kind, `${name}\0${times}`, seed);
  };
}

async function pause({ latencyMs = 0 }: SandboxOptions): Promise<void> {
  // Not keeping the process alive: the socket that waits for the answer does.
  if (latencyMs > 0) await wait(latencyMs / 2, undefined, { ref: false });
}
