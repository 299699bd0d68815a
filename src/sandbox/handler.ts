import { Hono } from 'hono';
import { answerError, answerPage } from './answers.ts';
import { createBan } from './ban.ts';
import { makeDefaultProject } from './default-project.ts';
import { createExchange } from './exchange.ts';
import { requireSaneShares } from './faults.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { SANDBOX_TOKEN, type SandboxOptions } from './options.ts';
import type { SandboxProject } from './project.ts';
import { createPlaybook, type Script } from './script.ts';

export interface Sandbox {
  /** Fetch-style. What only a socket can do (reset, hang, garbage) has status 599 here. */
  handle(request: Request): Promise<Response>;
  /** Further answers for a target's deletions, or for the requests that a predicate picks. */
  script(
    match: Script['match'],
    answers: Script['answers'],
    options?: { readonly lasting?: boolean },
  ): void;
  readonly ledger: Ledger;
  readonly project: SandboxProject;
  readonly token: string;
}

const API_PATHS = ['/api/', '/redcap/api/'];

/** A stand-in for a REDCap server, in memory. Throws RefusedError on faults that make no sense. */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const { seed = 1, records = 60, kind = 'longitudinal', token = SANDBOX_TOKEN } = options;
  requireSaneShares(options.faults ?? []);
  const project = options.project ?? makeDefaultProject({ kind, records, seed });
  const ledger = createLedger();
  const ban = createBan(options.requestsPerMinute ?? 600);
  const now = options.now ?? Date.now;
  const playbook = createPlaybook(options.scripts ?? [], project.canonical);
  const exchange = createExchange({ project, options, token, ledger, playbook, now });
  const note = (response: Response, fault?: string): Response => {
    const { status } = response;
    const named = fault === undefined ? {} : { fault };
    ledger.record({ at: now(), kind: 'other', effect: false, ...named, status, answered: true });
    return response;
  };
  const app = route(exchange, note);
  return {
    ledger,
    project,
    token,
    script: (match, answers, { lasting = false } = {}) => {
      playbook.add({ match, answers, lasting });
    },
    handle: async (request) =>
      ban.counts(now()) ? note(answerBanned(), 'banned') : app.fetch(request),
  };
}

function route(
  exchange: (request: Request) => Promise<Response>,
  note: (response: Response) => Response,
): Hono {
  const app = new Hono();
  for (const path of API_PATHS) {
    app.post(path, ({ req }) => exchange(req.raw));
    app.all(path, () => note(answerError(501, 'The requested method is not implemented.', 'xml')));
    app.all(path.slice(0, -1), ({ req }) => note(answerMoved(`${req.url}/`)));
  }
  app.notFound(() =>
    note(answerPage(404, '404 Not Found', 'The requested URL was not found on this server.')),
  );
  app.onError((error) => answerPage(500, 'The sandbox itself failed', error.message));
  return app;
}

function answerMoved(location: string): Response {
  return answerPage(301, '301 Moved Permanently', 'The document has moved.', { location });
}

function answerBanned(): Response {
  const text =
    'Your IP address has been banned due to suspected abuse. Contact your REDCap administrator.';
  return answerPage(200, 'REDCap', text);
}
