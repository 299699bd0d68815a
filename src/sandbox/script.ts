import type { Target } from '../rows/target.ts';
import type { FaultKind } from './faults.ts';
import type { ApiForm } from './form.ts';
import { keyOf, type RequestKind } from './ledger.ts';

/** A request as scripts see it. */
export interface ApiCall {
  readonly kind: RequestKind;
  /** REDCap's `content` parameter: `file`, `record`, `metadata` … */
  readonly content: string;
  /** Of file requests, as the project has it. */
  readonly target?: Target;
  readonly form: ApiForm;
  /** As they came: User-Agent, Content-Length and the like. */
  readonly headers: Headers;
}

/**
 * One answer: the truthful one, a fault, or whatever the function gives;
 * `proceed` carries the request out and gives the truthful answer.
 */
export type ScriptedAnswer =
  | 'ok'
  | FaultKind
  | ((call: ApiCall, proceed: () => Promise<Response>) => Response | Promise<Response>);

/** Answers in order for the deletions of a target, or for whatever requests the predicate picks. */
export interface Script {
  readonly match: Target | ((call: ApiCall) => boolean);
  readonly answers: readonly ScriptedAnswer[];
  /** The last answer is given for ever; without it, truth follows. */
  readonly lasting?: boolean;
}

export interface Playbook {
  add(script: Script): void;
  /** The next answer for this request; undefined where no script speaks. */
  next(call: ApiCall): ScriptedAnswer | undefined;
}

export function createPlaybook(
  scripts: readonly Script[],
  canonical: (target: Target) => Target | undefined,
): Playbook {
  const running: { readonly script: Script; matches: (call: ApiCall) => boolean; used: number }[] =
    [];
  const add = (script: Script): void => {
    const { match } = script;
    if (typeof match === 'function') {
      running.push({ script, matches: match, used: 0 });
      return;
    }
    const key = keyOf(canonical(match) ?? match);
    const matches = ({ kind, target }: ApiCall): boolean =>
      kind === 'delete' && target !== undefined && keyOf(target) === key;
    running.push({ script, matches, used: 0 });
  };
  scripts.forEach(add);
  return {
    add,
    next: (call) => {
      for (const one of running) {
        const { answers, lasting } = one.script;
        const left = one.used < answers.length || lasting === true;
        if (!left || !one.matches(call)) continue;
        const answer = answers[Math.min(one.used, answers.length - 1)];
        one.used += 1;
        return answer;
      }
      return undefined;
    },
  };
}
